//! Headers: the valid orders of tables and arrays of tables.

use std::ops::Range;

use super::builder::{Builder, Name, RENAME};
use crate::source::tree::{Array, Node, NodeId, Origin, Table, Tree, Value};

impl Builder<'_, '_> {
    /// Follows the leading names of a header.
    pub(super) fn descend_header(&mut self, path: Vec<Name>) -> Option<NodeId> {
        let mut at = Tree::ROOT;
        for (name, span) in path {
            let Some(child) = self.tree.child(at, &name) else {
                let place = span.clone();
                at = self.add_table(at, (name, span), place, Origin::Implicit);
                continue;
            };
            self.tree.add_mention(child, span.clone());
            let node = self.tree.node(child);
            at = match &node.value {
                Value::Table(table) if table.origin != Origin::Inline => child,
                Value::Array(Array { of_headers: true, elements }) => elements.last().copied()?,
                _ => {
                    let first = node.name_span.clone();
                    self.add_clash(
                        span,
                        "this name is already a value, which a header cannot extend",
                        RENAME,
                        first,
                    );
                    return None;
                }
            };
        }
        Some(at)
    }

    pub(super) fn open_table(&mut self, header: Range<usize>) -> Option<NodeId> {
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
            let first = std::mem::replace(&mut node.name_span, span);
            self.tree.add_mention(child, first);
            return Some(child);
        }
        let first = node.name_span.clone();
        let (message, help) = match &node.value {
            Value::Table(_) => ("this table is defined twice", "merge the keys of both tables"),
            Value::Array(Array { of_headers: true, .. }) => (
                "this name is already an array of tables",
                "write [[ ]] around the name to add another table to it",
            ),
            _ => ("this name is already a value", RENAME),
        };
        self.add_clash(span, message, help, first);
        None
    }

    pub(super) fn open_element(&mut self, header: Range<usize>) -> Option<NodeId> {
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
        self.add_clash(span, "this name is already defined, but not as an array of tables", RENAME, first);
        None
    }

    pub(super) fn close_header(&mut self, end: usize, open: fn(&mut Self, Range<usize>) -> Option<NodeId>) {
        let (start, errors_before) = self.header;
        let sound = self.count() == errors_before;
        let section = if sound { open(self, start..end) } else { None };
        self.path.clear();
        self.section = match section {
            Some(section) => section,
            None => self.nowhere(),
        };
    }
}
