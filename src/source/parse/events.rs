//! Handles the events of the parser.

use std::borrow::Cow;

use toml_parser::decoder::Encoding;
use toml_parser::parser::EventReceiver;
use toml_parser::{ErrorSink, Span};

use super::builder::{Builder, Frame, range};
use crate::source::tree::{Array, Origin, Table, Value};

impl EventReceiver for Builder<'_, '_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.begin_line();
        self.header = (span.start(), self.count());
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_header(span.end(), Self::open_table);
    }

    fn array_table_open(&mut self, span: Span, sink: &mut dyn ErrorSink) {
        self.std_table_open(span, sink);
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_header(span.end(), Self::open_element);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let table = Value::Table(Table::new(Origin::Inline, span.end()));
        self.open_frame(range(span), table, Frame::Inline)
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_frame(span.end());
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let array = Value::Array(Array { of_headers: false, elements: Vec::new() });
        self.open_frame(range(span), array, Frame::Array)
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_frame(span.end());
    }

    fn error(&mut self, span: Span, _: &mut dyn ErrorSink) {
        // A bracket instead of a key: the parser skips to the closing bracket, and reports only that one.
        let is_bracket = self.source.get(span).is_some_and(|raw| matches!(raw.as_str(), "[" | "{"));
        if is_bracket && matches!(self.frames.last(), Some(Frame::Inline(_))) {
            self.skipping = true;
        }
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, sink: &mut dyn ErrorSink) {
        let mut name = Cow::Borrowed("");
        if let Some(raw) = self.source.get(span) {
            toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span).decode_key(&mut name, sink);
        }
        self.path.push((name.into(), range(span)));
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        let id = self.open_key();
        self.pending.push(id);
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, sink: &mut dyn ErrorSink) {
        let value = self.scalar_value(span, encoding, sink);
        self.fill(range(span), value);
    }

    fn value_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.path.clear();
    }

    fn comment(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.comments.push(range(span));
    }

    fn newline(&mut self, span: Span, _: &mut dyn ErrorSink) {
        let is_amid_a_pair = !self.path.is_empty() || !self.pending.is_empty();
        if matches!(self.frames.last(), Some(Frame::Inline(_))) && is_amid_a_pair && !self.skipping {
            // The parser accepts this, but TOML does not.
            self.add_fault(
                range(span),
                "line end between a key and its value",
                Some("write key = value on one line"),
            );
        }
        self.path.clear();
        if self.frames.is_empty() {
            self.begin_line();
        }
    }
}
