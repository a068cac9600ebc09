//! Two versions of a file with a common base: their differences, and how to take over parts of one.

use std::collections::HashSet;

use serde::Serialize;

use super::description::{Field, Form, Kind, Section};
use super::rows::{By, RowDifference, copy_rows, row_differences};
use super::values::{Row, Value, Values};
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::edit::{Change, ChangeError, NewValue, is_changed_by, is_read_only};
use crate::secret::shape::holds_a_secret;
use crate::source::tree;
use crate::text::printable;

/// The maximum number of rows listed for one side of a difference, to keep the page readable.
const MAX_ROWS: usize = 20;
/// The maximum number of rows with a choice of their own.
const MAX_ROW_CHOICES: usize = 200;

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
            found.extend(differences_of_rows(section, [base, mine, now]));
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

/// The differences of a repeating section: one for each row, or one for all rows if they are too many to choose.
fn differences_of_rows(section: &Section, [base, mine, now]: [&Side<'_>; 3]) -> Vec<Difference> {
    let rows = row_differences(section, Some(base.checked), mine.checked, now.checked);
    let is_changed_by = |by: By| rows.iter().any(|row| row.by == by);
    let key = Key::ROOT.child(&section.key);
    if rows.len() > MAX_ROW_CHOICES {
        let by = match (is_changed_by(By::Both), is_changed_by(By::You)) {
            (true, _) => By::Both,
            (false, true) => By::You,
            (false, false) => By::Others,
        };
        return vec![Difference {
            key: key.to_string(),
            title: section.title.clone(),
            yours: mine.rows_beside(now, section),
            now: now.rows_beside(mine, section),
            by,
            read_only: false,
        }];
    }
    let difference = |row: &RowDifference| {
        let cells = |side: &Side<'_>, index: Option<usize>| {
            index.map(|index| side.cells(section, &key.index(index))).unwrap_or_default()
        };
        let (yours, theirs) = (cells(mine, row.mine), cells(now, row.now));
        let name = yours.first().or(theirs.first()).cloned().unwrap_or_default();
        Difference {
            key: row.key.to_string(),
            title: format!("{}: {name}", section.title),
            yours: yours.join(" – "),
            now: theirs.join(" – "),
            by: row.by,
            read_only: false,
        }
    };
    rows.iter().map(difference).collect()
}

/// Returns the changes that copy `keys`, which are keys of their [`differences`](compare_versions), from `mine` to
/// `now`. For other keys, there are none. Rows of a table are matched by their first cell. If the key is that of the
/// whole table, only the rows are copied that differ between `mine` and `base`.
///
/// ```
/// use swyx_teams::form::{Form, merge_keys};
///
/// let file = |mode| {
///     swyx_teams::check::check_bytes("a.toml", format!("[control_center]\nMsTeamsStatusSyncMode = {mode}\n").into(), false)
/// };
/// let keys = ["control_center.MsTeamsStatusSyncMode"];
/// let changes = merge_keys(&Form::new(), [&file(0), &file(1), &file(2)], &keys)?;
/// assert_eq!(changes[0].key(), &swyx_teams::settings::keys::MODE);
/// # Ok::<(), swyx_teams::edit::ChangeError>(())
/// ```
///
/// # Errors
/// [`ChangeError::ReadOnly`] if a key is read-only in forms.
pub fn merge_keys(
    form: &Form,
    [base, mine, now]: [&Checked; 3],
    keys: &[&str],
) -> Result<Vec<Change>, ChangeError> {
    let mut changes = Vec::new();
    for section in form.sections.iter().filter(|section| section.repeats) {
        let rows = row_differences(section, Some(base), mine, now);
        let all = keys.contains(&section.key.as_str());
        let is_chosen =
            |row: &&RowDifference| keys.contains(&row.key.as_str()) || (all && row.by != By::Others);
        let chosen = rows.iter().filter(is_chosen).collect::<Vec<_>>();
        changes.extend(copy_rows(section, mine, now, &chosen, |from, to| copy_value(mine, from, to)));
    }
    let keys = keys.iter().filter_map(|key| key.parse::<Key>().ok());
    changes.extend(keys.filter(|key| form.has_value_at(key)).filter_map(|key| copy_value(mine, &key, &key)));
    match changes.iter().find_map(|change| is_changed_by(now.source(), change)) {
        Some(key) => Err(ChangeError::ReadOnly(key)),
        None => Ok(changes),
    }
}

/// The change that gives the key `to` the value that `from` has in `mine`.
fn copy_value(mine: &Checked, from: &Key, to: &Key) -> Option<Change> {
    let Some(id) = mine.source().tree().find(from) else { return Some(Change::Unset(to.clone())) };
    let secret = mine.draft().and_then(|draft| draft.secret(from));
    let value = match (secret, &mine.source().tree().node(id).value) {
        (Some(source), _) => NewValue::Secret(source.clone()),
        (None, tree::Value::Text(text)) => NewValue::Text(text.to_string()),
        (None, tree::Value::Integer(number)) => NewValue::Integer(*number),
        _ => return None,
    };
    Some(Change::Set(to.clone(), value))
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

    /// The cells of a row.
    fn cells(&self, section: &Section, key: &Key) -> Vec<String> {
        let row = self.values.rows(&section.key).iter().find(|row| row.key == key.as_str());
        row.map(|row| row.cells.iter().map(|cell| shown(&cell.value)).collect()).unwrap_or_default()
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
