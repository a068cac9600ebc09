//! Keys of key-value pairs: the valid orders of keys.

use super::builder::{Builder, Frame, RENAME};
use crate::source::tree::{Array, Node, NodeId, Origin, Value};

impl Builder<'_, '_> {
    /// The node for the key that was just read, in the table that is being filled.
    pub(super) fn open_key(&mut self) -> NodeId {
        self.try_open_key().unwrap_or_else(|| self.nowhere())
    }

    pub(super) fn try_open_key(&mut self) -> Option<NodeId> {
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
                    at = child;
                    self.tree.add_mention(child, span);
                }
                _ => {
                    let first = node.name_span.clone();
                    let message = match &node.value {
                        Value::Array(Array { of_headers: true, .. }) => {
                            "a dotted key cannot extend an array of tables"
                        }
                        _ => "this name is already a value or table, which a dotted key cannot extend",
                    };
                    self.add_clash(span, message, RENAME, first);
                    return None;
                }
            }
            // A dotted key defines the tables in its path, so no header for them may follow.
            if let Some(table) = self.tree.table_mut(at) {
                table.origin = Origin::Dotted;
            }
        }
        if let Some(child) = self.tree.child(at, &name) {
            let first = self.tree.node(child).name_span.clone();
            self.add_clash(span, "this key is defined twice", "delete one of them", first);
            return None;
        }
        let id = self.tree.add(Node { name, name_span: span.clone(), span, value: Value::Broken });
        self.tree.attach(at, id);
        Some(id)
    }
}
