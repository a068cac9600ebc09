//! The rows of a repeating section in two versions of a file with a common base, matched by their first cell.
//!
//! An index says nothing about a row: after another row was removed, it belongs to a different one. A row whose first
//! cell changed is still the same row, so that its comment and its unknown keys stay with it.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use super::description::Section;
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::edit::{Change, NewValue};
use crate::source::tree::{self, NodeId};

/// Who changed a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum By {
    /// The user of the form.
    You,
    /// Another process, in the file.
    Others,
    /// Both.
    Both,
}

/// A row that differs between two versions.
pub(super) struct RowDifference {
    /// Its key among those of the current file. The keys of rows that are only in the form's version follow.
    pub(super) key: Key,
    pub(super) by: By,
    /// The indices of the row, if it exists there.
    pub(super) mine: Option<usize>,
    pub(super) now: Option<usize>,
}

/// The text of the first cell, and how many rows before have the same.
type Identity<'a> = (Option<&'a str>, usize);

struct Rows<'a> {
    checked: &'a Checked,
    section: &'a Section,
    elements: Vec<(Identity<'a>, NodeId)>,
    indices: HashMap<Identity<'a>, usize>,
}

impl<'a> Rows<'a> {
    fn of(checked: &'a Checked, section: &'a Section) -> Self {
        let tree = checked.source().tree();
        let found = tree.find(&Key::ROOT.child(&section.key)).map(|id| &tree.node(id).value);
        let ids = match found {
            Some(tree::Value::Array(array)) => array.elements.as_slice(),
            _ => &[],
        };
        let mut seen = HashMap::<Option<&str>, usize>::new();
        let identity = |id: &NodeId| {
            let name = section.fields.first().and_then(|field| cell(checked, *id, &field.key));
            let before = seen.entry(name).or_insert(0);
            *before += 1;
            ((name, *before), *id)
        };
        let elements = ids.iter().map(identity).collect::<Vec<_>>();
        let indices = elements.iter().enumerate().map(|(index, (identity, _))| (*identity, index)).collect();
        Self { checked, section, elements, indices }
    }

    /// The cells of a row; `None` if there is no such row.
    fn cells(&self, identity: Identity<'_>) -> Option<Vec<Option<&'a str>>> {
        let (_, id) = self.elements.get(*self.indices.get(&identity)?)?;
        Some(self.section.fields.iter().map(|field| cell(self.checked, *id, &field.key)).collect())
    }

    /// The cells after the first one, unless one is missing or empty.
    fn other_cells(&self, row: NodeId) -> Option<String> {
        let fields = self.section.fields.iter().skip(1);
        let cells = fields.map(|field| cell(self.checked, row, &field.key).filter(|text| !text.is_empty()));
        cells.collect::<Option<Vec<_>>>().map(|cells| cells.join("\n"))
    }

    /// What belongs to a row besides its cells: the comment above it and its unknown keys. `None` if there is nothing.
    fn rest(&self, row: NodeId) -> Option<String> {
        let source = self.checked.source();
        let (text, tree) = (source.text(), source.tree());
        let node = tree.node(row);
        let above = text.get(..node.span.start).unwrap_or_default();
        let above = above.get(..above.rfind('\n').map_or(0, |at| at + 1)).unwrap_or_default();
        let mut rest =
            above.lines().rev().take_while(|line| line.trim_start().starts_with('#')).collect::<Vec<_>>();
        if let tree::Value::Table(table) = &node.value {
            let members = table.entries.iter().map(|id| tree.node(*id));
            let unknown =
                members.filter(|member| !self.section.fields.iter().any(|field| *field.key == *member.name));
            rest.extend(unknown.filter_map(|member| text.get(member.name_span.start..member.span.end)));
        }
        (!rest.is_empty()).then(|| rest.join("\n"))
    }

    /// Gives the rows that were renamed since `base` the identities that they have there. A new name that `other` has
    /// too stays: it may be a different row.
    fn follow_renames(&mut self, base: &Self, other: &HashMap<Identity<'a>, usize>) {
        let is_gone = |(identity, _): &&(Identity<'a>, NodeId)| !self.indices.contains_key(identity);
        let mut gone = base.elements.iter().filter(is_gone).copied().collect::<Vec<_>>();
        let is_new = |identity| !base.indices.contains_key(identity) && !other.contains_key(identity);
        let new = self.elements.iter().enumerate().filter(|(_, (identity, _))| is_new(identity));
        let mut new = new.map(|(index, (_, row))| (index, *row)).collect::<Vec<_>>();
        for feature in [Self::other_cells, Self::rest] {
            let mut by_feature = HashMap::<String, VecDeque<Identity<'a>>>::new();
            for (identity, row) in &gone {
                if let Some(feature) = feature(base, *row) {
                    by_feature.entry(feature).or_default().push_back(*identity);
                }
            }
            new.retain(|(index, row)| {
                let found = feature(self, *row).and_then(|feature| by_feature.get_mut(&feature)?.pop_front());
                if let Some(identity) = found {
                    gone.retain(|(known, _)| *known != identity);
                    self.identify(*index, identity);
                }
                found.is_none()
            });
        }
    }

    fn identify(&mut self, index: usize, identity: Identity<'a>) {
        if let Some((known, _)) = self.elements.get_mut(index) {
            self.indices.remove(known);
            *known = identity;
            self.indices.insert(identity, index);
        }
    }
}

/// The text of a cell, or the source of a value that is not a text.
fn cell<'a>(checked: &'a Checked, row: NodeId, name: &str) -> Option<&'a str> {
    let source = checked.source();
    let node = source.tree().node(source.tree().child(row, name)?);
    match &node.value {
        tree::Value::Text(text) => Some(text),
        _ => source.text().get(node.span.clone()),
    }
}

/// The rows whose cells differ between `mine` and `now`. Without a `base`, all of them count as changed in `mine`.
pub(super) fn row_differences(
    section: &Section,
    base: Option<&Checked>,
    mine: &Checked,
    now: &Checked,
) -> Vec<RowDifference> {
    let base = base.map(|base| Rows::of(base, section));
    let (mut mine, mut now) = (Rows::of(mine, section), Rows::of(now, section));
    if let Some(base) = &base {
        let names = mine.indices.clone();
        mine.follow_renames(base, &now.indices);
        now.follow_renames(base, &names);
    }
    let key = Key::ROOT.child(&section.key);
    let theirs = now.elements.iter().enumerate().map(|(index, (identity, _))| (*identity, index));
    let only_mine = mine.elements.iter().filter(|(identity, _)| !now.indices.contains_key(identity));
    let only_mine = only_mine.enumerate().map(|(at, (identity, _))| (*identity, now.elements.len() + at));
    let difference = |(identity, index): (Identity<'_>, usize)| {
        let (yours, theirs) = (mine.cells(identity), now.cells(identity));
        if yours == theirs {
            return None;
        }
        let by = match base.as_ref().map(|base| base.cells(identity)) {
            None => By::You,
            Some(before) if before == yours => By::Others,
            Some(before) if before == theirs => By::You,
            Some(_) => By::Both,
        };
        let (mine, now) = (mine.indices.get(&identity).copied(), now.indices.get(&identity).copied());
        Some(RowDifference { key: key.index(index), by, mine, now })
    };
    theirs.chain(only_mine).filter_map(difference).collect()
}

/// The changes that copy these rows from `mine` to `now`, which has `count` rows: first the changed rows, then the new
/// ones, then the removed ones from the last, so that no index moves before it is used.
pub(super) fn copy_rows(
    section: &Section,
    mine: &Checked,
    now: &Checked,
    rows: &[&RowDifference],
    value: impl Fn(&Key, &Key) -> Option<Change>,
) -> Vec<Change> {
    let key = Key::ROOT.child(&section.key);
    let (there, wanted) = (Rows::of(now, section), Rows::of(mine, section));
    let mut changes = Vec::new();
    for (from, to) in rows.iter().filter_map(|row| row.mine.zip(row.now)) {
        let cells = |rows: &Rows<'_>, index: usize, name: &str| {
            let id = rows.elements.get(index).map(|(_, id)| *id);
            id.and_then(|id| cell(rows.checked, id, name)).map(str::to_owned)
        };
        let changed = section
            .fields
            .iter()
            .filter(|field| cells(&wanted, from, &field.key) != cells(&there, to, &field.key));
        changes.extend(
            changed.filter_map(|field| {
                value(&key.index(from).child(&field.key), &key.index(to).child(&field.key))
            }),
        );
    }
    let added = rows.iter().filter(|row| row.now.is_none()).filter_map(|row| row.mine);
    for (at, from) in added.enumerate() {
        let to = key.index(there.elements.len() + at);
        let Some((_, id)) = wanted.elements.get(from) else { continue };
        if let [one, two] = section.fields.as_slice() {
            let cell = |name: &str| cell(mine, *id, name).unwrap_or_default().to_owned();
            changes.push(Change::Set(to, NewValue::User(cell(&one.key), cell(&two.key))));
        }
    }
    let mut removed =
        rows.iter().filter(|row| row.mine.is_none()).filter_map(|row| row.now).collect::<Vec<_>>();
    removed.sort_unstable_by(|one, two| two.cmp(one));
    changes.extend(removed.into_iter().map(|index| Change::Unset(key.index(index))));
    changes
}
