//! Text -> [`Tree`] and every syntax error, in one pass.
//!
//! `toml_parser` supplies tokens, grammar with error recovery, and the decoding of keys and scalars. What it leaves to its
//! caller is here: which keys and tables may follow which (TOML 1.1), and values that no program can hold. The usual
//! document types stop at the first such fault and forget places; we need all faults, both places of a duplicate, and the
//! spans of headers. The error texts of the TOML crates quote the source line; none is used, only their fixed descriptions.

use std::borrow::Cow;
use std::cell::RefCell;
use std::num::IntErrorKind;
use std::ops::Range;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventReceiver, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, ParseError, Source as Text, Span};

use super::fault::{Fault, Faults};
use super::pieces::pieces;
use super::tree::{Array, Node, NodeId, Origin, Table, Tree, Value};

/// Arrays and inline tables, and dotted keys, may be nested this deep; the parser recurses once a level.
const DEEPEST: usize = 80;

const RENAME: &str = "rename or delete one of the two";

/// What one pass over a text gives.
pub(crate) struct Parsed {
    pub(crate) tree: Tree,
    pub(crate) comments: Vec<Range<usize>>,
    /// In the order of the text; empty if the text is TOML.
    pub(crate) faults: Vec<Fault>,
}

/// The text has more than the allowed number of tokens.
pub(crate) struct TooManyTokens;

pub(crate) fn parse(text: &str, most_tokens: usize) -> Result<Parsed, TooManyTokens> {
    let source = Text::new(text);
    // A token is a byte at least, so only a long text needs counting, which takes no memory.
    if text.len() > most_tokens && source.lex().count() > most_tokens {
        return Err(TooManyTokens);
    }
    let tokens = source.lex().into_vec();
    let start = tokens.first().map_or(0, |token| token.span().start());
    let faults = RefCell::new(Faults::new(text));
    let mut builder = Builder::new(source, start, &faults);
    let mut sink = |error: ParseError| faults.borrow_mut().take(&error);
    for piece in pieces(&tokens, text) {
        parse_document(piece, &mut ValidateWhitespace::new(&mut builder, source), &mut sink);
        builder.begin_line();
    }
    let Builder { tree, comments, .. } = builder;
    Ok(Parsed { tree, comments, faults: faults.into_inner().into_vec() })
}

fn range(span: Span) -> Range<usize> {
    span.start()..span.end()
}

/// A key that is being read: its name and its place.
type Name = (Box<str>, Range<usize>);

/// Where the next value goes.
enum Frame {
    /// Into an array.
    Array(NodeId),
    /// Into an inline table.
    Inline(NodeId),
}

struct Builder<'i, 'f> {
    source: Text<'i>,
    tree: Tree,
    comments: Vec<Range<usize>>,
    /// Shared with the parser, which reports through its own sink.
    faults: &'f RefCell<Faults<'i>>,
    /// The table that key-value lines go into.
    section: NodeId,
    /// The open arrays and inline tables of the current value.
    frames: Vec<Frame>,
    /// The names of the key that is being read.
    path: Vec<Name>,
    /// The node that waits for its value, outermost first.
    pending: Vec<NodeId>,
    /// The start of the open header, and the errors before it.
    header: (usize, usize),
    /// Whether the parser skips a bracket that it does not enter: the next closing event belongs to that one.
    skipping: bool,
}

impl<'i, 'f> Builder<'i, 'f> {
    fn new(source: Text<'i>, start: usize, faults: &'f RefCell<Faults<'i>>) -> Self {
        Self {
            source,
            tree: Tree::new(start),
            comments: Vec::new(),
            faults,
            section: Tree::ROOT,
            frames: Vec::new(),
            path: Vec::new(),
            pending: Vec::new(),
            header: (0, 0),
            skipping: false,
        }
    }

    /// Errors reported so far, by anyone.
    fn count(&self) -> usize {
        self.faults.borrow().count()
    }

    fn blame(&mut self, span: Range<usize>, message: &'static str, help: Option<&'static str>) {
        self.faults.borrow_mut().push(Fault::new(span, message, help));
    }

    /// Blames a name that clashes with what stands at `first`.
    fn blame_second(
        &mut self,
        span: Range<usize>,
        message: &'static str,
        help: &'static str,
        first: Range<usize>,
    ) {
        let fault = Fault { first: Some(first), ..Fault::new(span, message, Some(help)) };
        self.faults.borrow_mut().push(fault);
    }

    /// A node that hangs nowhere: what is put into it is read, and forgotten.
    fn nowhere(&mut self) -> NodeId {
        let table = Value::Table(Table::new(Origin::Header, 0));
        self.tree.add(Node { name: Box::default(), name_span: 0..0, span: 0..0, value: table })
    }

    fn add_table(
        &mut self,
        parent: NodeId,
        (name, name_span): Name,
        span: Range<usize>,
        origin: Origin,
    ) -> NodeId {
        let value = Value::Table(Table::new(origin, span.end));
        let id = self.tree.add(Node { name, name_span, span, value });
        self.tree.attach(parent, id);
        id
    }

    /// The names of a finished key: all but the last, and the last. Nothing if it is nested too deep to be followed.
    fn take_path(&mut self) -> Option<(Vec<Name>, Name)> {
        let mut path = std::mem::take(&mut self.path);
        let last = path.pop()?;
        if path.len() < DEEPEST {
            return Some((path, last));
        }
        let start = path.first().map_or(last.1.start, |(_, span)| span.start);
        self.blame(start..last.1.end, "key of more than 80 parts", None);
        None
    }

    /// Follows the leading names of a header.
    fn descend_header(&mut self, path: Vec<Name>) -> Option<NodeId> {
        let mut at = Tree::ROOT;
        for (name, span) in path {
            let Some(child) = self.tree.child(at, &name) else {
                let place = span.clone();
                at = self.add_table(at, (name, span), place, Origin::Implicit);
                continue;
            };
            let node = self.tree.node(child);
            at = match &node.value {
                Value::Table(table) if table.origin != Origin::Inline => child,
                Value::Array(Array { of_headers: true, elements }) => elements.last().copied()?,
                _ => {
                    let first = node.name_span.clone();
                    self.blame_second(
                        span,
                        "this name already stands for a value, which a header cannot extend",
                        RENAME,
                        first,
                    );
                    return None;
                }
            };
        }
        Some(at)
    }

    fn open_table(&mut self, header: Range<usize>) -> Option<NodeId> {
        let (path, (name, span)) = self.take_path()?;
        let parent = self.descend_header(path)?;
        let Some(child) = self.tree.child(parent, &name) else {
            return Some(self.add_table(parent, (name, span), header, Origin::Header));
        };
        let node = self.tree.node_mut(child);
        if let Value::Table(table) = &mut node.value
            && table.origin == Origin::Implicit
        {
            table.origin = Origin::Header;
            table.body_end = header.end;
            node.span = header;
            node.name_span = span;
            return Some(child);
        }
        let first = node.name_span.clone();
        let (message, help) = match &node.value {
            Value::Table(_) => ("this table is given twice", "put the keys of both in one place"),
            Value::Array(Array { of_headers: true, .. }) => (
                "this name already stands for an array of tables",
                "write [[ ]] around the name to add another table to it",
            ),
            _ => ("this name already stands for a value", RENAME),
        };
        self.blame_second(span, message, help, first);
        None
    }

    fn open_element(&mut self, header: Range<usize>) -> Option<NodeId> {
        let (path, (name, span)) = self.take_path()?;
        let parent = self.descend_header(path)?;
        let array = match self.tree.child(parent, &name) {
            Some(child) => child,
            None => {
                let value = Value::Array(Array { of_headers: true, elements: Vec::new() });
                let node = Node { name, name_span: span.clone(), span: header.clone(), value };
                let id = self.tree.add(node);
                self.tree.attach(parent, id);
                id
            }
        };
        let value = Value::Table(Table::new(Origin::Header, header.end));
        let element =
            self.tree.add(Node { name: Box::default(), name_span: span.clone(), span: header, value });
        let node = self.tree.node_mut(array);
        if let Value::Array(Array { of_headers: true, elements }) = &mut node.value {
            elements.push(element);
            return Some(element);
        }
        let first = node.name_span.clone();
        self.blame_second(
            span,
            "this name already stands for something other than an array of tables",
            RENAME,
            first,
        );
        None
    }

    fn close_header(&mut self, end: usize, open: fn(&mut Self, Range<usize>) -> Option<NodeId>) {
        let (start, errors_before) = self.header;
        let sound = self.count() == errors_before;
        let section = if sound { open(self, start..end) } else { None };
        self.path.clear();
        self.section = match section {
            Some(section) => section,
            None => self.nowhere(),
        };
    }

    /// The node for the key that was just read, in the table that is being filled.
    fn open_key(&mut self) -> NodeId {
        self.try_open_key().unwrap_or_else(|| self.nowhere())
    }

    fn try_open_key(&mut self) -> Option<NodeId> {
        let mut at = match self.frames.last() {
            Some(Frame::Inline(id)) => *id,
            _ => self.section,
        };
        let (path, (name, span)) = self.take_path()?;
        for (name, span) in path {
            let Some(child) = self.tree.child(at, &name) else {
                let place = span.clone();
                at = self.add_table(at, (name, span), place, Origin::Dotted);
                continue;
            };
            let node = self.tree.node(child);
            match &node.value {
                Value::Table(table) if matches!(table.origin, Origin::Dotted | Origin::Implicit) => {
                    at = child
                }
                _ => {
                    let first = node.name_span.clone();
                    let message = match &node.value {
                        Value::Array(Array { of_headers: true, .. }) => {
                            "a dotted key cannot extend an array of tables"
                        }
                        _ => {
                            "this name already stands for a value or table, which a dotted key cannot extend"
                        }
                    };
                    self.blame_second(span, message, RENAME, first);
                    return None;
                }
            }
            // What a dotted key leads through is defined by it, so no header may follow.
            if let Some(table) = self.tree.table_mut(at) {
                table.origin = Origin::Dotted;
            }
        }
        if let Some(child) = self.tree.child(at, &name) {
            let first = self.tree.node(child).name_span.clone();
            self.blame_second(span, "this key is given twice", "delete one of the two", first);
            return None;
        }
        let id = self.tree.add(Node { name, name_span: span.clone(), span, value: Value::Broken });
        self.tree.attach(at, id);
        Some(id)
    }

    /// Where the value that starts here goes: a new element of an array, or the key that waits.
    fn place_for_value(&mut self, span: Range<usize>) -> NodeId {
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

    fn fill(&mut self, span: Range<usize>, value: Value) -> NodeId {
        let id = self.place_for_value(span.clone());
        let end = span.end;
        let node = self.tree.node_mut(id);
        node.span = span;
        node.value = value;
        self.grow_section(end);
        id
    }

    fn grow_section(&mut self, end: usize) {
        if self.frames.is_empty()
            && let Some(table) = self.tree.table_mut(self.section)
        {
            table.body_end = end;
        }
    }

    /// Enters an array or inline table, and says whether the parser may follow.
    fn open_frame(&mut self, span: Range<usize>, value: Value, frame: fn(NodeId) -> Frame) -> bool {
        if self.frames.len() >= DEEPEST {
            self.blame(span.clone(), "nested deeper than 80 levels", None);
            self.fill(span, Value::Broken);
            self.skipping = true;
            return false;
        }
        let id = self.fill(span, value);
        self.frames.push(frame(id));
        true
    }

    fn close_frame(&mut self, end: usize) {
        if std::mem::take(&mut self.skipping) {
            return;
        }
        self.path.clear();
        if let Some(Frame::Array(id) | Frame::Inline(id)) = self.frames.pop() {
            self.tree.node_mut(id).span.end = end;
        }
        self.grow_section(end);
    }

    fn scalar_value(&self, span: Span, encoding: Option<Encoding>, sink: &mut dyn ErrorSink) -> Value {
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
            ScalarKind::Boolean(_) => Value::Boolean,
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
                Ok(_) => Value::DateTime,
                Err(_) => refuse("no such date or time"),
            },
        }
    }
}

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
        // A bracket where a key belongs: the parser skips to the one that closes it, and reports that one alone.
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
            // The parser lets this pass, but TOML does not.
            self.blame(
                range(span),
                "the line ends between a key and its value",
                Some("write key = value on one line"),
            );
        }
        self.path.clear();
        if self.frames.is_empty() {
            self.begin_line();
        }
    }
}

impl Builder<'_, '_> {
    /// Forgets what a faulty line left open.
    fn begin_line(&mut self) {
        self.path.clear();
        self.pending.clear();
        self.frames.clear();
        self.skipping = false;
    }
}
