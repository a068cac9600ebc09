//! Applies many changes in one pass over one tree, so that a thousand changes cost no more than one.

use std::collections::HashMap;

use super::insert::{Insertion, insert};
use super::remove;
use super::replace::{rename, replace};
use crate::diagnostic::{Key, Step};
use crate::edit::change::{Change, EditError};
use crate::edit::replacement::{Replacement, apply};
use crate::source::Source;
use crate::source::tree::Value;

/// Independent changes as replacements of bytes.
pub(super) struct Batch<'a> {
    source: &'a Source,
    replacements: Vec<Replacement>,
    /// The sections to append to the text, each with its lines.
    sections: Vec<(String, Vec<String>)>,
    /// The changes of arrays.
    moved: HashMap<Key, Moved>,
    /// The number of changes.
    made: usize,
}

/// The changes of the elements of an array.
#[derive(Default)]
struct Moved {
    gone: usize,
    added: usize,
    /// The first removed element.
    lowest: Option<usize>,
}

impl<'a> Batch<'a> {
    /// Collects changes in order, up to the first that depends on an earlier one. The proof then checks the
    /// resulting text.
    ///
    /// # Errors
    /// [`EditError`] if the first change cannot be made.
    pub(super) fn collect(source: &'a Source, changes: &[Change]) -> Result<Self, EditError> {
        let (replacements, sections) = (Vec::new(), Vec::new());
        let mut batch = Self { source, replacements, sections, moved: HashMap::new(), made: 0 };
        for change in changes {
            match batch.add(change) {
                Ok(()) => batch.made += 1,
                Err(error) if batch.made == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(batch)
    }

    /// # Errors
    /// [`EditError`] if the change cannot be made, or depends on an earlier one.
    fn add(&mut self, change: &Change) -> Result<(), EditError> {
        let key = change.key();
        let steps = key.steps();
        let no_place = || EditError::NoPlace(key.clone());
        let element = match steps.split_last() {
            Some((Step::Index(index), array)) => Some((Key::from_steps(array), *index)),
            _ => None,
        };
        if self.is_moved(&steps) {
            return Err(no_place());
        }
        let is_there = self.source.tree().find(key).is_some();
        match (change, element) {
            (Change::Set(_, value), Some((array, index))) if !is_there || self.has_gone(&array) => {
                let place = self.appended(&array, index).ok_or_else(no_place)?;
                self.insert(insert(self.source, &array.index(place), value)?);
            }
            (Change::Set(key, value), _) if is_there => {
                self.replacements.push(replace(self.source, key, value)?);
            }
            (Change::Set(key, value), _) => self.insert(insert(self.source, key, value)?),
            (Change::Unset(key), element) if is_there => {
                let removed = remove::remove(self.source, key)?;
                if let Some((array, index)) = element {
                    let moved = self.moved.entry(array).or_default();
                    if moved.added > 0 || moved.lowest.is_some_and(|lowest| lowest <= index) {
                        return Err(no_place());
                    }
                    moved.gone += 1;
                    moved.lowest = Some(index);
                }
                self.replacements.extend(removed);
            }
            (Change::Rename(key, name), _) => self.replacements.extend(rename(self.source, key, name)?),
            // Unsetting a missing key is a no-op.
            (Change::Unset(_), _) => {}
        }
        Ok(())
    }

    fn has_gone(&self, array: &Key) -> bool {
        self.moved.get(array).is_some_and(|moved| moved.gone > 0)
    }

    /// The index in the array of the text for an appended element.
    fn appended(&mut self, array: &Key, index: usize) -> Option<usize> {
        let tree = self.source.tree();
        let there = match tree.find(array).map(|id| &tree.node(id).value) {
            Some(Value::Array(there)) => there.elements.len(),
            Some(_) => return None,
            None => 0,
        };
        let moved = self.moved.entry(array.clone()).or_default();
        if index + moved.gone != there + moved.added {
            return None;
        }
        moved.added += 1;
        Some(there)
    }

    /// Whether a key is in an array with removed elements, so that its index may mean another element.
    fn is_moved(&self, steps: &[Step]) -> bool {
        let is_in = |array: &Key| {
            let array = array.steps();
            steps.len() > array.len() + 1 && steps.starts_with(&array)
        };
        self.moved.iter().any(|(array, moved)| moved.gone > 0 && is_in(array))
    }

    fn insert(&mut self, insertion: Insertion) {
        match insertion {
            Insertion::Beside(replacement) => self.replacements.push(replacement),
            Insertion::Section { header, members } if header.starts_with("[[") => {
                self.sections.push((header, members));
            }
            Insertion::Section { header, members } => {
                match self.sections.iter_mut().find(|(known, _)| *known == header) {
                    Some((_, known)) => known.extend(members),
                    None => self.sections.push((header, members)),
                }
            }
        }
    }

    /// Whether the text is empty or ends with a blank line after the removals, so that a new section needs no other one.
    fn leaves_blank_end(&self) -> bool {
        let text = self.source.text();
        let is_last = |removed: &&Replacement| removed.with.is_empty() && removed.range.end == text.len();
        let last = self.replacements.iter().filter(is_last).map(|removed| removed.range.start).min();
        let rest = text.get(..last.unwrap_or(text.len())).unwrap_or_default();
        remove::starts_new_block(rest)
    }

    /// Returns the text with all changes made, and their number, or `None` if they overlap.
    pub(super) fn text(self) -> Option<(String, usize)> {
        let (text, made) = (self.source.text(), self.made);
        let is_empty = text.trim_start_matches('\u{feff}').is_empty();
        let follows_blank_line = self.leaves_blank_end();
        let section = |(index, (header, members)): (usize, (String, Vec<String>))| {
            let mut replacement = Insertion::Section { header, members }.replacement(text);
            // If the text is not empty, each section starts with a blank line.
            if is_empty && index > 0 {
                replacement.with.insert(0, '\n');
            }
            if follows_blank_line && index == 0 {
                replacement.with = replacement.with.trim_start_matches(['\r', '\n']).to_owned();
            }
            replacement
        };
        let sections = self.sections.into_iter().enumerate().map(section);
        let mut replacements = self.replacements.into_iter().chain(sections).collect::<Vec<_>>();
        // An insertion at the start of a deletion comes first.
        replacements.sort_by_key(|replacement| (replacement.range.start, !replacement.range.is_empty()));
        Some((apply(text, replacements)?, made))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by it")]

    use super::*;
    use crate::edit::change::NewValue;
    use crate::edit::text::{edit_text, proof};
    use proptest::prelude::*;

    fn text(users: usize, pairs: usize, style: usize) -> String {
        let mut text = String::from("# head\n[control_center]\nMsTeamsStatusSyncMode = 1 # as agreed\n");
        if style % 2 == 1 {
            text.push_str("\n[sync.status]\n");
            let pair = |at: usize| format!("\"Busy/P{}\" = \"Away\" # {at}\n", "x".repeat(at));
            text.extend((0..pairs).map(pair));
        }
        let user = |at: usize| format!("\n# user {at}\n[[user]]\nswyx = \"{at}\"\nteams = \"{at}@x\"\n");
        text.extend((0..users).map(user));
        if style >= 2 { text.replace('\n', "\r\n") } else { text }
    }

    fn pair(at: usize) -> Key {
        format!("sync.status.\"Busy/P{}\"", "x".repeat(at)).parse().unwrap()
    }

    /// Changes in the order of a form: values, then removals from last to first, then additions.
    fn changes(users: usize, pairs: usize, choice: &[u8]) -> Vec<Change> {
        let mut choice = choice.iter().copied().cycle();
        let mut next = || choice.next().unwrap_or(0) % 4;
        let key = |text: String| text.parse::<Key>().unwrap();
        let value = |text: &str| NewValue::Text(text.to_owned());
        let (mut set, mut unset) = (Vec::new(), Vec::new());
        for name in
            ["control_center.MsTeamsStatusSyncMode", "entra.secret_lifetime_days", "entra.renew_before_days"]
        {
            if next() > 1 {
                set.push(Change::Set(key(name.to_owned()), NewValue::Integer(2)));
            }
        }
        for at in 0..pairs {
            match next() {
                0 => set.push(Change::Set(pair(at), value("Speaking"))),
                1 => unset.push(Change::Unset(pair(at))),
                _ => {}
            }
        }
        let mut gone = Vec::new();
        for at in 0..users {
            match next() {
                0 => gone.push(Change::Unset(key(format!("user[{at}]")))),
                1 => set.push(Change::Set(key(format!("user[{at}].teams")), value("new"))),
                2 => unset.push(Change::Unset(key(format!("user[{at}].swyx")))),
                _ => {}
            }
        }
        let left = users - gone.len();
        let new = (0..usize::from(next())).map(|at| {
            Change::Set(
                key(format!("user[{}]", left + at)),
                NewValue::User(format!("n{at}"), "n@x".to_owned()),
            )
        });
        let new_pairs = (0..usize::from(next())).map(|at| Change::Set(pair(100 + at), value("none")));
        set.into_iter().chain(new_pairs).chain(unset).chain(gone.into_iter().rev()).chain(new).collect()
    }

    proptest! {
        #[test]
        fn batch_edit_equals_single_edits(users in 0..6_usize, pairs in 0..4_usize, style in 0..4_usize, choice in proptest::collection::vec(any::<u8>(), 24)) {
            let text = text(users, pairs, style);
            let pairs = if style % 2 == 1 { pairs } else { 0 };
            let changes = changes(users, pairs, &choice);
            let (source, _) = Source::new("", text.clone().into_bytes(), false);
            let (at_once, made) = Batch::collect(&source, &changes).unwrap().text().unwrap();
            prop_assert_eq!(made, changes.len(), "{}\n{:?}", text, changes);
            prop_assert!(proof::changes_only(&text, &at_once, &changes), "{text}\n{changes:?}\n{at_once}");
            let one_by_one = changes.iter().try_fold(text, |text, change| edit_text(&text, std::slice::from_ref(change)));
            prop_assert_eq!(one_by_one.unwrap(), at_once);
        }
    }

    #[test]
    fn conflicting_edits_are_applied_separately() {
        let text = text(3, 0, 0);
        let (source, _) = Source::new("", text.into_bytes(), false);
        let key = |text: &str| text.parse::<Key>().unwrap();
        let value = || NewValue::Text("x".to_owned());
        for changes in [
            [Change::Unset(key("user[0]")), Change::Unset(key("user[1]"))],
            [Change::Unset(key("user[0]")), Change::Set(key("user[1].teams"), value())],
            [
                Change::Unset(key("user[0]")),
                Change::Set(key("user[3]"), NewValue::User("a".into(), "b".into())),
            ],
            [Change::Set(key("user[0].teams"), value()), Change::Set(key("user[0].teams"), value())],
        ] {
            let together = Batch::collect(&source, &changes).unwrap().text();
            assert!(together.is_none_or(|(_, made)| made == 1), "{changes:?}");
            let one_by_one = changes.iter().try_fold(source.text().to_owned(), |text, change| {
                edit_text(&text, std::slice::from_ref(change))
            });
            assert_eq!(edit_text(source.text(), &changes), one_by_one, "{changes:?}");
        }
    }
}
