//! Finds the key that a line names.

use std::cmp::Reverse;

use super::Source;
use super::tree::{NodeId, Tree, Value};
use crate::diagnostic::Key;

/// The maximum length of a key that is returned. Longer keys are useless, and a hostile file could have one
/// on every line.
const MAX_LEN: usize = 1024;

/// An index of the named nodes of a text.
pub(crate) struct Names<'s> {
    source: &'s Source,
    /// The start of each name, in the order of the text; for nodes with the same start, the innermost first.
    starts: Vec<(usize, Reverse<NodeId>)>,
    /// The parent table or array of each node, and its index there.
    parents: Vec<Option<(NodeId, usize)>>,
}

impl Source {
    pub(crate) fn names(&self) -> Names<'_> {
        let tree = self.tree();
        let mut starts = Vec::new();
        let mut parents = vec![None; tree.len()];
        for id in 0..tree.len() {
            let children = match &tree.node(id).value {
                Value::Table(table) => &table.entries,
                Value::Array(array) => &array.elements,
                _ => continue,
            };
            for (index, child) in children.iter().enumerate() {
                starts.push((tree.node(*child).name_span.start, Reverse(*child)));
                if let Some(parent) = parents.get_mut(*child) {
                    *parent = Some((id, index));
                }
            }
        }
        starts.sort_unstable();
        Names { source: self, starts, parents }
    }
}

impl Names<'_> {
    /// The first key that is named on `line`, unless it is very long.
    pub(crate) fn first_on(&self, line: usize) -> Option<Key> {
        let line = self.source.line_start(line)..self.source.line_end(line);
        let first = self.starts.partition_point(|(start, _)| *start < line.start);
        let (_, Reverse(id)) = self.starts.get(first).filter(|(start, _)| line.contains(start))?;
        self.key(*id)
    }

    fn key(&self, id: NodeId) -> Option<Key> {
        let tree = self.source.tree();
        let parent = |id: &NodeId| self.parents.get(*id).copied().flatten().map(|(parent, _)| parent);
        let mut path = std::iter::successors(Some(id), parent).collect::<Vec<_>>();
        if path.iter().map(|id| tree.node(*id).name.len()).sum::<usize>() > MAX_LEN {
            return None;
        }
        path.retain(|id| *id != Tree::ROOT);
        let down = path.iter().rev();
        Some(down.fold(Key::ROOT, |key, id| match self.parents.get(*id).copied().flatten() {
            Some((parent, index)) if matches!(tree.node(parent).value, Value::Array(_)) => key.index(index),
            _ => key.child(&tree.node(*id).name),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_key_of_a_line_is_found() {
        let text = "a = 1\n[b.\"c d\"]\ne.f = [1,\n 2]\n\n[[g]]\nh = 1\n[[g]]\nh = { i = 1,\n j = 2 }\n# k\n";
        let (source, _) = Source::new("a.toml", text.as_bytes().to_vec(), false);
        let names = source.names();
        let keys = (1..=12).map(|line| names.first_on(line).map(|key| key.to_string())).collect::<Vec<_>>();
        let keys = keys.iter().map(|key| key.as_deref().unwrap_or("-")).collect::<Vec<_>>();
        let e = "b.\"c d\".e";
        let second = "b.\"c d\".e.f[1]";
        assert_eq!(
            keys,
            ["a", "b", e, second, "-", "g[0]", "g[0].h", "g[1]", "g[1].h", "g[1].h.j", "-", "-"]
        );
    }
}
