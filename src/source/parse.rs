//! Text -> [`Tree`] and every syntax error, in one pass.
//!
//! `toml_parser` supplies tokens, grammar with error recovery, and the decoding of keys and scalars. What it leaves to its
//! caller is here: which keys and tables may follow which (TOML 1.1), and values that no program can hold. The usual
//! document types stop at the first such fault and forget places; we need all faults, both places of a duplicate, and the
//! spans of headers. The error texts of the TOML crates quote the source line; none is used, only their fixed descriptions.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventReceiver, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source as Text, Span};

use super::tree::{Array, Node, NodeId, Origin, Table, Tree, Value};

/// Arrays and inline tables, and dotted keys, may be nested this deep; the parser recurses once a level.
const DEEPEST: u32 = 80;
/// Syntax errors kept of one file; what follows the first hundred is seldom worth reading.
const MOST_FAULTS: usize = 100;

/// A syntax error. Its texts are fixed words of the parser or ours, never a part of the source.
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) help: Option<String>,
    /// The first place of what is given twice.
    pub(crate) first: Option<Range<usize>>,
}

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
    let count = Cell::new(0);
    let mut builder = Builder::new(source, start, &count);
    let mut faults = Vec::new();
    {
        let mut sink = |error: ParseError| {
            count.set(count.get() + 1);
            if faults.len() < MOST_FAULTS {
                faults.push(fault(&error));
            }
        };
        let mut whitespace = ValidateWhitespace::new(&mut builder, source);
        let mut guarded = RecursionGuard::new(&mut whitespace, DEEPEST);
        parse_document(&tokens, &mut guarded, &mut sink);
    }
    let Builder { tree, comments, faults: own, .. } = builder;
    faults.extend(own);
    Ok(Parsed { tree, comments, faults: one_per_fault(faults, text) })
}

fn fault(error: &ParseError) -> Fault {
    let span = error.unexpected().or(error.context()).unwrap_or_default();
    let expected = error.expected().unwrap_or_default();
    let words = expected.iter().map(|expected| match expected {
        Expected::Literal("\n") => "a line end".to_owned(),
        Expected::Literal(text) => format!("`{text}`"),
        Expected::Description(text) => (*text).to_owned(),
        _ => "something else".to_owned(),
    });
    let words = words.collect::<Vec<_>>();
    let message = match error.description() {
        "cannot recurse further; max recursion depth met" => {
            format!("nested deeper than {DEEPEST} levels").into()
        }
        other => other.to_owned().into(),
    };
    let help = (!words.is_empty()).then(|| format!("expected {}", words.join(" or ")));
    Fault { span: range(span), message, help, first: None }
}

/// Sorts, and keeps the first of the errors that one fault causes: those on one line, since the parser goes on with the next.
fn one_per_fault(mut faults: Vec<Fault>, text: &str) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.span.start);
    let mut kept: Vec<Fault> = Vec::new();
    for fault in faults {
        let same_line = kept.last().is_some_and(|last| {
            let between = text.as_bytes().get(last.span.start..fault.span.start);
            between.is_some_and(|bytes| !bytes.contains(&b'\n'))
        });
        if !same_line {
            kept.push(fault);
        }
    }
    kept.truncate(MOST_FAULTS);
    kept
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

struct Builder<'i> {
    source: Text<'i>,
    tree: Tree,
    comments: Vec<Range<usize>>,
    faults: Vec<Fault>,
    /// Errors reported so far, by anyone.
    count: &'i Cell<usize>,
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
}

impl<'i> Builder<'i> {
    fn new(source: Text<'i>, start: usize, count: &'i Cell<usize>) -> Self {
        Self {
            source,
            tree: Tree::new(start),
            comments: Vec::new(),
            faults: Vec::new(),
            count,
            section: Tree::ROOT,
            frames: Vec::new(),
            path: Vec::new(),
            pending: Vec::new(),
            header: (0, 0),
        }
    }

    fn blame(&mut self, span: Range<usize>, message: &'static str, first: Option<Range<usize>>) {
        self.count.set(self.count.get() + 1);
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { span, message: message.into(), help: None, first });
        }
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
        if path.len() < DEEPEST as usize {
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
                    self.blame(
                        span,
                        "this name already stands for a value that a header cannot extend",
                        Some(first),
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
        self.blame(span, "this table is given twice", Some(first));
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
        self.blame(span, "this name already stands for something other than an array of tables", Some(first));
        None
    }

    fn close_header(&mut self, end: usize, open: fn(&mut Self, Range<usize>) -> Option<NodeId>) {
        let (start, errors_before) = self.header;
        let sound = self.count.get() == errors_before;
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
                    self.blame(
                        span,
                        "this name already stands for a value that a dotted key cannot extend",
                        Some(first),
                    );
                    return None;
                }
            }
        }
        if let Some(child) = self.tree.child(at, &name) {
            let first = self.tree.node(child).name_span.clone();
            self.blame(span, "this key is given twice", Some(first));
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

    fn close_frame(&mut self, end: usize) {
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
        let before = self.count.get();
        let kind = raw.decode_scalar(&mut text, sink);
        if self.count.get() != before {
            return Value::Broken;
        }
        let mut refuse = |why: &'static str| {
            sink.report_error(ParseError::new(why).with_unexpected(span));
            Value::Broken
        };
        match kind {
            ScalarKind::String => Value::Text(text.into()),
            ScalarKind::Boolean(_) => Value::Boolean,
            ScalarKind::Float => match text.parse::<f64>() {
                Ok(number) if number.is_finite() || text.ends_with("inf") || text.ends_with("nan") => {
                    Value::Float
                }
                _ => refuse("float out of range"),
            },
            ScalarKind::Integer(radix) => match i64::from_str_radix(&text, radix.value()) {
                Ok(number) => Value::Integer(number),
                Err(_) => refuse("integer of more than 64 bits"),
            },
            ScalarKind::DateTime => match text.parse::<toml_edit::Datetime>() {
                Ok(_) => Value::DateTime,
                Err(_) => refuse("no such date or time"),
            },
        }
    }
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.begin_line();
        self.header = (span.start(), self.count.get());
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
        let id = self.fill(range(span), table);
        self.frames.push(Frame::Inline(id));
        true
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_frame(span.end());
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let array = Value::Array(Array { of_headers: false, elements: Vec::new() });
        let id = self.fill(range(span), array);
        self.frames.push(Frame::Array(id));
        true
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_frame(span.end());
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

    fn newline(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.path.clear();
        if self.frames.is_empty() {
            self.begin_line();
        }
    }
}

impl Builder<'_> {
    /// Forgets what a faulty line left open.
    fn begin_line(&mut self) {
        self.path.clear();
        self.pending.clear();
        self.frames.clear();
    }
}
