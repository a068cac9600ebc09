//! Two versions of a file with a common base: their differences, and how to take over parts of one.

use std::collections::HashSet;

use serde::Serialize;

use super::description::{Field, Form, Kind, Section};
use super::values::{Row, Value, Values, stored};
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::edit::{Change, ChangeError, NewValue, is_changed_by, is_read_only};
use crate::secret::shape::holds_a_secret;
use crate::source::tree::{self, NodeId};
use crate::text::printable;

/// The maximum number of rows listed for one side of a difference, to keep the page readable.
const MAX_ROWS: usize = 20;

/// A key, or a table of rows, that differs between two versions of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The key.
    pub key: String,
    /// What the form calls it.
    pub title: String,
    /// The value in the form.
    pub yours: String,
    /// The current value in the file.
    pub now: String,
    /// Who changed it since the form was created.
    pub by: By,
    /// Whether it is read-only in forms: then the value in the file stays, and there is no choice.
    pub read_only: bool,
}

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

/// The differences between `mine`, which a form would save, and `now`, the current file. The form was created
/// from `base`.
///
/// ```
/// use swyx_teams::form::{By, Form, compare_versions};
///
/// let file = |mode| {
///     swyx_teams::check::check_bytes("a.toml", format!("[control_center]\nMsTeamsStatusSyncMode = {mode}\n").into(), false)
/// };
/// let found = compare_versions(&Form::new(), &file(0), &file(1), &file(2));
/// assert_eq!((found[0].key.as_str(), found[0].by), ("control_center.MsTeamsStatusSyncMode", By::Both));
/// ```
pub fn compare_versions(form: &Form, base: &Checked, mine: &Checked, now: &Checked) -> Vec<Difference> {
    let sides = [base, mine, now].map(|checked| Side { checked, values: Values::of(form, checked) });
    let [base, mine, now] = &sides;
    let mut found = Vec::new();
    for section in &form.sections {
        if section.repeats {
            let key = Key::ROOT.child(&section.key);
            let rows = |side: &Side<'_>| {
                let other = if std::ptr::eq(side, mine) { now } else { mine };
                side.rows_beside(other, section)
            };
            found.extend(difference(&key, &section.title, [base, mine, now], rows));
        }
        for field in section.fields.iter().filter(|_| !section.repeats) {
            for key in keys_of(field, [mine, now]) {
                let title = title(field, &key);
                found.extend(difference(&key, &title, [base, mine, now], |side| side.shown(field, &key)));
            }
        }
    }
    found
}

/// Returns the changes that copy `key`, one of the keys of their [`differences`](compare_versions), from `mine` to `now`. For
/// other keys, there are none.
///
/// ```
/// use swyx_teams::form::{Form, merge_key};
///
/// let file = |mode| {
///     swyx_teams::check::check_bytes("a.toml", format!("[control_center]\nMsTeamsStatusSyncMode = {mode}\n").into(), false)
/// };
/// let changes = merge_key(&Form::new(), &file(1), &file(2), "control_center.MsTeamsStatusSyncMode")?;
/// assert_eq!(changes[0].key(), &swyx_teams::settings::keys::MODE);
/// # Ok::<(), swyx_teams::edit::ChangeError>(())
/// ```
///
/// # Errors
/// [`ChangeError::ReadOnly`] if the key is read-only in forms.
pub fn merge_key(form: &Form, mine: &Checked, now: &Checked, key: &str) -> Result<Vec<Change>, ChangeError> {
    let Ok(key) = key.parse::<Key>() else { return Ok(Vec::new()) };
    let changes = match form.sections.iter().find(|section| section.repeats && section.key == key.as_str()) {
        Some(section) => merge_rows(section, mine, now, &key),
        None if form.has_value_at(&key) => merge_value(mine, &key).into_iter().collect(),
        None => Vec::new(),
    };
    match changes.iter().find_map(|change| is_changed_by(now.source(), change)) {
        Some(key) => Err(ChangeError::ReadOnly(key)),
        None => Ok(changes),
    }
}

fn merge_value(mine: &Checked, key: &Key) -> Option<Change> {
    let Some(id) = mine.source().tree().find(key) else { return Some(Change::Unset(key.clone())) };
    let secret = mine.draft().and_then(|draft| stored(draft, key));
    let value = match (secret, &mine.source().tree().node(id).value) {
        (Some(source), _) => NewValue::Secret(source.clone()),
        (None, tree::Value::Text(text)) => NewValue::Text(text.to_string()),
        (None, tree::Value::Integer(number)) => NewValue::Integer(*number),
        _ => return None,
    };
    Some(Change::Set(key.clone(), value))
}

fn merge_rows(section: &Section, mine: &Checked, now: &Checked, key: &Key) -> Vec<Change> {
    let (wanted, there) = (elements(mine, key), elements(now, key));
    let mut changes = Vec::new();
    for (index, (wanted, there)) in wanted.iter().zip(&there).enumerate() {
        for field in &section.fields {
            let key = key.index(index).child(&field.key);
            if text_at(mine, *wanted, &field.key) != text_at(now, *there, &field.key) {
                changes.extend(merge_value(mine, &key));
            }
        }
    }
    changes.extend((wanted.len()..there.len()).rev().map(|index| Change::Unset(key.index(index))));
    for (index, id) in wanted.iter().enumerate().skip(there.len()) {
        if let [one, two] = section.fields.as_slice() {
            let cell = |field: &Field| text_at(mine, *id, &field.key).unwrap_or_default().to_owned();
            changes.push(Change::Set(key.index(index), NewValue::User(cell(one), cell(two))));
        }
    }
    changes
}

struct Side<'a> {
    checked: &'a Checked,
    values: Values,
}

impl Side<'_> {
    /// The raw value of a key, for comparison.
    fn raw(&self, key: &Key) -> String {
        let source = self.checked.source();
        let Some(id) = source.tree().find(key) else { return String::new() };
        let node = source.tree().node(id);
        match &node.value {
            tree::Value::Text(text) => format!("\"{text}"),
            tree::Value::Integer(number) => number.to_string(),
            tree::Value::Array(array) if array.of_headers || !array.elements.is_empty() => {
                let elements = (0..array.elements.len()).map(|index| self.raw(&key.index(index)));
                elements.collect::<Vec<_>>().join("\n")
            }
            tree::Value::Table(table) => {
                let names = table.entries.iter().map(|id| source.tree().node(*id).name.to_string());
                names
                    .map(|name| format!("{name}={}", self.raw(&key.child(&name))))
                    .collect::<Vec<_>>()
                    .join("\n")
            }
            _ => source.text().get(node.span.clone()).unwrap_or_default().to_owned(),
        }
    }

    fn shown(&self, field: &Field, key: &Key) -> String {
        if let Kind::Mapping { .. } = field.kind {
            let rows = self.values.rows(&field.key).iter().find(|row| row.key == key.as_str());
            return rows.and_then(|row| row.cells.last()).map_or_else(String::new, |cell| shown(&cell.value));
        }
        shown(self.values.get(key.as_str()))
    }

    /// The number of rows, and the rows that the other side does not have.
    fn rows_beside(&self, other: &Self, section: &Section) -> String {
        let rows = |side: &Self| {
            let cells =
                |row: &Row| row.cells.iter().map(|cell| shown(&cell.value)).collect::<Vec<_>>().join(" – ");
            side.values.rows(&section.key).iter().map(cells).collect::<Vec<_>>()
        };
        let (mine, theirs) = (rows(self), rows(other));
        let count = match mine.len() {
            0 => return String::new(),
            1 => "1 row".to_owned(),
            rows => format!("{rows} rows"),
        };
        let known = theirs.iter().collect::<HashSet<_>>();
        let own = mine.iter().filter(|row| !known.contains(row)).collect::<Vec<_>>();
        if own.is_empty() {
            return count;
        }
        let listed = own.iter().take(MAX_ROWS).map(|row| row.as_str()).collect::<Vec<_>>().join("; ");
        let more =
            if own.len() > MAX_ROWS { format!("; and {} more", own.len() - MAX_ROWS) } else { String::new() };
        format!("{count}, only here: {listed}{more}")
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => printable(text),
        Value::Kept(Some(text)) => text.clone(),
        Value::Kept(None) => "(hidden: may be a secret)".to_owned(),
        Value::Secret(secret) => secret.stored.clone().unwrap_or_default(),
    }
}

fn difference(
    key: &Key,
    title: &str,
    [base, mine, now]: [&Side<'_>; 3],
    shown: impl Fn(&Side<'_>) -> String,
) -> Option<Difference> {
    let [before, yours, theirs] = [base, mine, now].map(|side| side.raw(key));
    if yours == theirs {
        return None;
    }
    let by = match (before == yours, before == theirs) {
        (true, _) => By::Others,
        (_, true) => By::You,
        _ => By::Both,
    };
    Some(Difference {
        key: key.to_string(),
        title: title.to_owned(),
        yours: shown(mine),
        now: shown(now),
        by,
        read_only: [mine, now].into_iter().any(|side| is_read_only(side.checked.source(), key)),
    })
}

/// The keys of a field: its own, or those of a mapping.
fn keys_of(field: &Field, sides: [&Side<'_>; 2]) -> Vec<Key> {
    let Ok(key) = field.key.parse::<Key>() else { return Vec::new() };
    if !matches!(field.kind, Kind::Mapping { .. }) {
        return vec![key];
    }
    let mut keys = Vec::new();
    for row in sides.into_iter().flat_map(|side| side.values.rows(&field.key)) {
        if let Ok(key) = row.key.parse::<Key>()
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys
}

fn title(field: &Field, key: &Key) -> String {
    match (&field.kind, key.steps().last()) {
        (Kind::Mapping { .. }, Some(crate::diagnostic::Step::Name(name))) if !holds_a_secret(name) => {
            format!("{}: {}", field.title, printable(name))
        }
        _ => field.title.clone(),
    }
}

fn elements(checked: &Checked, key: &Key) -> Vec<NodeId> {
    let tree = checked.source().tree();
    match tree.find(key).map(|id| &tree.node(id).value) {
        Some(tree::Value::Array(array)) => array.elements.clone(),
        _ => Vec::new(),
    }
}

fn text_at<'a>(checked: &'a Checked, element: NodeId, name: &str) -> Option<&'a str> {
    let tree = checked.source().tree();
    match &tree.node(tree.child(element, name)?).value {
        tree::Value::Text(text) => Some(text),
        _ => None,
    }
}
