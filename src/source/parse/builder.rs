//! Builds the tree while the parser reads, with the helpers that its steps share.

use std::cell::RefCell;
use std::ops::Range;

use toml_parser::{Source as Text, Span};

use crate::source::fault::{Fault, Faults};
use crate::source::tree::{Node, NodeId, Origin, Table, Tree, Value};

/// The maximum nesting depth of arrays, inline tables and dotted keys. The parser recurses once per level.
pub(super) const MAX_DEPTH: usize = 80;

/// The help for two names that clash.
pub(super) const RENAME: &str = "rename or delete one of them";

/// A span as a range.
pub(super) fn range(span: Span) -> Range<usize> {
    span.start()..span.end()
}

/// A name of the key that is being read, and its place.
pub(super) type Name = (Box<str>, Range<usize>);

/// Where the next value goes.
pub(super) enum Frame {
    /// Into an array.
    Array(NodeId),
    /// Into an inline table.
    Inline(NodeId),
}

pub(super) struct Builder<'i, 'f> {
    pub(super) source: Text<'i>,
    pub(super) tree: Tree,
    pub(super) comments: Vec<Range<usize>>,
    /// Shared with the parser, which reports through its own sink.
    pub(super) faults: &'f RefCell<Faults<'i>>,
    /// The table that key-value lines go into.
    pub(super) section: NodeId,
    /// The open arrays and inline tables of the current value.
    pub(super) frames: Vec<Frame>,
    /// The names of the key that is being read.
    pub(super) path: Vec<Name>,
    /// The node that waits for its value, outermost first.
    pub(super) pending: Vec<NodeId>,
    /// The start of the open header, and the errors before it.
    pub(super) header: (usize, usize),
    /// Whether the parser skips a bracket that it does not enter: the next closing event belongs to that one.
    pub(super) skipping: bool,
}

impl<'i, 'f> Builder<'i, 'f> {
    pub(super) fn new(source: Text<'i>, start: usize, faults: &'f RefCell<Faults<'i>>) -> Self {
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

    /// The number of errors reported so far.
    pub(super) fn count(&self) -> usize {
        self.faults.borrow().count()
    }

    pub(super) fn add_fault(
        &mut self,
        span: Range<usize>,
        message: &'static str,
        help: Option<&'static str>,
    ) {
        self.faults.borrow_mut().push(Fault::new(span, message, help));
    }

    /// Reports a name that clashes with the one at `first`.
    pub(super) fn add_clash(
        &mut self,
        span: Range<usize>,
        message: &'static str,
        help: &'static str,
        first: Range<usize>,
    ) {
        let fault = Fault { first: Some(first), ..Fault::new(span, message, Some(help)) };
        self.faults.borrow_mut().push(fault);
    }

    /// A detached node: its content is read and dropped.
    pub(super) fn nowhere(&mut self) -> NodeId {
        let table = Value::Table(Table::new(Origin::Header, 0));
        self.tree.add(Node { name: Box::default(), name_span: 0..0, span: 0..0, value: table })
    }

    pub(super) fn add_table(
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

    /// The names of a finished key: all except the last, and the last. `None` if it is nested too deeply.
    pub(super) fn take_path(&mut self) -> Option<(Vec<Name>, Name)> {
        let mut path = std::mem::take(&mut self.path);
        let last = path.pop()?;
        if path.len() < MAX_DEPTH {
            return Some((path, last));
        }
        let start = path.first().map_or(last.1.start, |(_, span)| span.start);
        self.add_fault(start..last.1.end, "this key has more than 80 parts", None);
        None
    }

    /// Resets the state after a faulty line.
    pub(super) fn begin_line(&mut self) {
        self.path.clear();
        self.pending.clear();
        self.frames.clear();
        self.skipping = false;
    }
}
