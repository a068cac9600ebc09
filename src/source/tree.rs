//! The tree of one TOML text, with the places of all keys, values and table headers.
//!
//! The nodes are in one list and refer to each other by index, so a tree of 300,000 tokens is small and
//! quickly freed. It contains values, including secrets, so it does not implement Debug.

use std::collections::HashMap;
use std::ops::Range;

use crate::diagnostic::{Key, Step};

/// The index of a node in its [`Tree`].
pub(crate) type NodeId = usize;

/// A parsed text.
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// The further mentions of tables in dotted keys and headers.
    repeats: Vec<(NodeId, Range<usize>)>,
}

/// One value with its name.
pub(crate) struct Node {
    /// Its name in its table; empty for the root and for elements of arrays.
    pub(crate) name: Box<str>,
    /// The span of the name at its first mention; for a table with a header, in the header.
    pub(crate) name_span: Range<usize>,
    /// The span of the value; for a table with a header, the header.
    pub(crate) span: Range<usize>,
    /// The value.
    pub(crate) value: Value,
}

/// The value of a node.
pub(crate) enum Value {
    /// A string of any of the four forms, decoded.
    Text(Box<str>),
    /// An integer of any base.
    Integer(i64),
    /// A float as written, including infinity and NaN.
    Float(Box<str>),
    /// A boolean.
    Boolean(bool),
    /// Any of the four date and time types, as written.
    DateTime(Box<str>),
    /// A table of any kind.
    Table(Table),
    /// `[ … ]`, or the elements of `[[ … ]]`.
    Array(Array),
    /// An unreadable value: a syntax error describes the fault.
    Broken,
}

/// A table.
pub(crate) struct Table {
    /// How it was defined.
    pub(crate) origin: Origin,
    /// Its members, in the order of their first mention.
    pub(crate) entries: Vec<NodeId>,
    /// The end of the last member in its own section, including dotted ones; a new member goes after it.
    pub(crate) body_end: usize,
    index: Option<HashMap<Box<str>, NodeId>>,
}

/// How a table was defined. This determines how TOML and our writer may extend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The file itself.
    Root,
    /// `[a]`, or one `[[a]]`.
    Header,
    /// The `a` of `[a.b]`.
    Implicit,
    /// The `a` of `a.b = 1`.
    Dotted,
    /// `{ … }`.
    Inline,
}

/// An array.
pub(crate) struct Array {
    /// Whether it is written as `[[ … ]]`.
    pub(crate) of_headers: bool,
    /// Its elements.
    pub(crate) elements: Vec<NodeId>,
}

/// Tables with more members than this use an index.
const MAX_LINEAR_LEN: usize = 16;

impl Table {
    pub(crate) fn new(origin: Origin, body_end: usize) -> Self {
        Self { origin, entries: Vec::new(), body_end, index: None }
    }
}

impl Tree {
    /// Creates a tree with an empty root table whose members start at byte `start`.
    pub(crate) fn new(start: usize) -> Self {
        let mut tree = Self { nodes: Vec::with_capacity(32), repeats: Vec::new() };
        tree.add(Node {
            name: Box::default(),
            name_span: start..start,
            span: start..start,
            value: Value::Table(Table::new(Origin::Root, start)),
        });
        tree
    }

    /// The root table.
    pub(crate) const ROOT: NodeId = 0;

    /// The number of nodes; their ids start at 0.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Records that the name of the node is also at `span`.
    pub(crate) fn add_mention(&mut self, id: NodeId, span: Range<usize>) {
        self.repeats.push((id, span));
    }

    /// The spans of all mentions of the node's name.
    pub(crate) fn mentions(&self, id: NodeId) -> impl Iterator<Item = Range<usize>> {
        let repeats = self.repeats.iter().filter(move |(node, _)| *node == id).map(|(_, span)| span.clone());
        std::iter::once(self.node(id).name_span.clone()).chain(repeats)
    }

    #[expect(clippy::indexing_slicing, reason = "ids come only from `add` of the same tree")]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    #[expect(clippy::indexing_slicing, reason = "ids come only from `add` of the same tree")]
    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id]
    }

    /// The table at `id`, if it is one.
    pub(crate) fn table(&self, id: NodeId) -> Option<&Table> {
        match &self.node(id).value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(crate) fn table_mut(&mut self, id: NodeId) -> Option<&mut Table> {
        match &mut self.node_mut(id).value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The member `name` of the table at `id`.
    pub(crate) fn child(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let table = self.table(id)?;
        match &table.index {
            Some(index) => index.get(name).copied(),
            None => table.entries.iter().copied().find(|entry| *self.node(*entry).name == *name),
        }
    }

    /// Adds `child` to the table at `id`, which must not have a member of that name.
    pub(crate) fn attach(&mut self, id: NodeId, child: NodeId) {
        let name = self.node(child).name.clone();
        let Some(table) = self.table_mut(id) else { return };
        table.entries.push(child);
        if let Some(index) = &mut table.index {
            index.insert(name, child);
        } else if table.entries.len() > MAX_LINEAR_LEN {
            let entries = table.entries.clone();
            let index = entries.into_iter().map(|entry| (self.node(entry).name.clone(), entry)).collect();
            if let Some(table) = self.table_mut(id) {
                table.index = Some(index);
            }
        }
    }

    /// The node at `key`.
    pub(crate) fn find(&self, key: &Key) -> Option<NodeId> {
        key.steps().iter().try_fold(Self::ROOT, |id, step| match step {
            Step::Name(name) => self.child(id, name),
            Step::Index(index) => match &self.node(id).value {
                Value::Array(array) => array.elements.get(*index).copied(),
                _ => None,
            },
        })
    }
}

impl Value {
    /// The name of the type for users.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::DateTime(_) => "a date or time",
            Self::Table(_) => "a table",
            Self::Array(_) => "an array",
            Self::Broken => "an unreadable value",
        }
    }
}
