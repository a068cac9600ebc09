//! Values: where they belong, and those out of range.

use std::borrow::Cow;
use std::num::IntErrorKind;
use std::ops::Range;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::{ErrorSink, ParseError, Span};

use super::builder::{Builder, Frame, MAX_DEPTH};
use crate::source::tree::{Node, NodeId, Value};

impl Builder<'_, '_> {
    /// The node for the value that starts here: a new array element, or the pending key.
    pub(super) fn place_for_value(&mut self, span: Range<usize>) -> NodeId {
        let Some(Frame::Array(array)) = self.frames.last() else {
            return match self.pending.pop() {
                Some(id) => id,
                None => self.nowhere(),
            };
        };
        let array = *array;
        let id =
            self.tree.add(Node { name: Box::default(), name_span: span.clone(), span, value: Value::Broken });
        if let Value::Array(array) = &mut self.tree.node_mut(array).value {
            array.elements.push(id);
        }
        id
    }

    pub(super) fn fill(&mut self, span: Range<usize>, value: Value) -> NodeId {
        let id = self.place_for_value(span.clone());
        let end = span.end;
        let node = self.tree.node_mut(id);
        node.span = span;
        node.value = value;
        self.grow_section(end);
        id
    }

    pub(super) fn grow_section(&mut self, end: usize) {
        if self.frames.is_empty()
            && let Some(table) = self.tree.table_mut(self.section)
        {
            table.body_end = end;
        }
    }

    /// Enters an array or inline table, and returns whether the parser may follow.
    pub(super) fn open_frame(
        &mut self,
        span: Range<usize>,
        value: Value,
        frame: fn(NodeId) -> Frame,
    ) -> bool {
        if self.frames.len() >= MAX_DEPTH {
            self.add_fault(span.clone(), "nested deeper than 80 levels", None);
            self.fill(span, Value::Broken);
            self.skipping = true;
            return false;
        }
        let id = self.fill(span, value);
        self.frames.push(frame(id));
        true
    }

    pub(super) fn close_frame(&mut self, end: usize) {
        if std::mem::take(&mut self.skipping) {
            return;
        }
        self.path.clear();
        if let Some(Frame::Array(id) | Frame::Inline(id)) = self.frames.pop() {
            self.tree.node_mut(id).span.end = end;
        }
        self.grow_section(end);
    }

    pub(super) fn scalar_value(
        &self,
        span: Span,
        encoding: Option<Encoding>,
        sink: &mut dyn ErrorSink,
    ) -> Value {
        let Some(raw) = self.source.get(span) else { return Value::Broken };
        let raw = toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span);
        let mut text = Cow::Borrowed("");
        let before = self.count();
        let kind = raw.decode_scalar(&mut text, sink);
        if self.count() != before {
            return Value::Broken;
        }
        let mut refuse = |why: &'static str| {
            sink.report_error(ParseError::new(why).with_context(span).with_unexpected(span));
            Value::Broken
        };
        match kind {
            ScalarKind::String => Value::Text(text.into()),
            ScalarKind::Boolean(truth) => Value::Boolean(truth),
            ScalarKind::Float => match text.parse::<f64>() {
                Ok(number) if number.is_finite() || text.ends_with("inf") || text.ends_with("nan") => {
                    Value::Float(raw.as_str().into())
                }
                _ => refuse("float out of range"),
            },
            ScalarKind::Integer(radix) => match i64::from_str_radix(&text, radix.value()) {
                Ok(number) => Value::Integer(number),
                Err(error) => refuse(match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "integer of more than 64 bits",
                    _ => "invalid integer number",
                }),
            },
            ScalarKind::DateTime => match text.parse::<toml_edit::Datetime>() {
                Ok(_) => Value::DateTime(text.into()),
                Err(_) => refuse("no such date or time"),
            },
        }
    }
}
