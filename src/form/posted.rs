//! A posted form: the requested changes, and what to show if it is not saved.
//!
//! The names of inputs are keys in the notation of `get`. The input of a secret's key contains the kind of
//! source (`keep`, `unset`, `text`, `env`, `file` or `keyring`), and `KEY.env` for example contains its value.
//! Rows with an index after the last one are new: `user[7].teams`, and for a mapping
//! `sync.status[0].presence` and `sync.status[0].status`. `removed` names a key to remove, and may be
//! repeated. Other names without a dot are ignored.
//!
//! A form changes only what was entered. A key whose input is missing stays unchanged, so an incomplete form
//! removes nothing. An empty input removes its key. An empty secret, a mask, or an empty input for a hidden
//! value leaves the key unchanged.
//!
//! Addresses, the other keys of [`READ_ONLY_IN_FORMS`](crate::settings::keys::READ_ONLY_IN_FORMS) and
//! `command` references of secrets are never changed. If a post contains such a change, the change is
//! omitted, and the post cannot be saved: see [`Posted::read_only_keys`].

use std::collections::{HashMap, HashSet};

use super::description::{COMMAND, Field, Form, Kind};
use super::values::{SecretValue, Value, Values};
use crate::check::Checked;
use crate::diagnostic::{Key, Step};
use crate::edit::{Change, NewValue, is_changed_by};
use crate::secret::{Secret, SecretSource};

/// The inputs do not match the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request does not match this form")]
#[non_exhaustive]
pub struct FormMismatch;

/// A form as it was sent back. It may contain secrets, so it does not implement Debug.
pub struct Posted {
    pub(super) entered: HashMap<String, String>,
    pub(super) removed: HashSet<String>,
    pub(super) added: HashMap<String, Vec<Added>>,
    pub(super) pending: HashMap<String, SecretSource>,
    changes: Vec<Change>,
    /// For each repeating section, the row of each array element.
    rows: HashMap<String, Vec<String>>,
    /// The keys of new pairs, with their rows.
    pairs: HashMap<String, String>,
    /// The new pairs whose key already exists, in the file or in an earlier row: key and row.
    twice: Vec<(Key, String)>,
    /// New pairs with a value but without a name: the mapping and the row.
    incomplete: Vec<(Key, String)>,
    /// The read-only keys that would have been changed.
    read_only: Vec<Key>,
}

/// A new row: its name, and its cells in the order of the columns.
pub(super) struct Added {
    pub(super) name: String,
    pub(super) cells: Vec<String>,
}

/// The cells of a new pair of a mapping.
pub(super) const PAIR: [&str; 2] = ["presence", "status"];

impl Posted {
    /// Reads the names and values of a form that showed `base` with `values`. `pending` are secrets that were
    /// entered before and are not saved yet: the form cannot send them again, because it does not contain
    /// them.
    ///
    /// ```
    /// use swyx_teams::form::{Form, Posted, Values, preview};
    ///
    /// let form = Form::new();
    /// let base = swyx_teams::check::check_bytes("a.toml", b"[control_center]\nMsTeamsStatusSyncMode = 1 # as agreed\n".to_vec(), false);
    /// let sent = [("control_center.MsTeamsStatusSyncMode".to_owned(), "2".to_owned())];
    /// let posted = Posted::new(&form, &base, &Values::of(&form, &base), sent, Default::default())?;
    /// let preview = preview(&form, &base, &posted)?;
    /// assert!(preview.findings.iter().any(|finding| finding.rule == "mode-needs-secret"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FormMismatch`] if a name does not belong to the form or is repeated.
    pub fn new(
        form: &Form,
        base: &Checked,
        values: &Values,
        sent: impl IntoIterator<Item = (String, String)>,
        pending: HashMap<String, SecretSource>,
    ) -> Result<Self, FormMismatch> {
        let mut posted = Self {
            entered: HashMap::new(),
            removed: HashSet::new(),
            added: HashMap::new(),
            pending: HashMap::new(),
            changes: Vec::new(),
            rows: HashMap::new(),
            pairs: HashMap::new(),
            twice: Vec::new(),
            incomplete: Vec::new(),
            read_only: Vec::new(),
        };
        let known = values.names();
        let mut others = Vec::new();
        for (name, value) in sent {
            if !known.contains(name.as_str()) && name.contains(['.', '[']) {
                others.push(name.clone());
            }
            posted.add(name, value)?;
        }
        if !others.iter().all(|name| is_of_form(form, name)) {
            return Err(FormMismatch);
        }
        posted.find_added(form, values, &others);
        posted.collect(form, base, values, &pending);
        Ok(posted)
    }

    /// The requested changes in order, without those of read-only keys.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The entered secrets, to keep until the form is saved.
    pub fn pending(&self) -> &HashMap<String, SecretSource> {
        &self.pending
    }

    /// The duplicate new pairs of a mapping, each with its row. Only the first could be saved, so the form
    /// must be refused.
    pub(super) fn twice(&self) -> &[(Key, String)] {
        &self.twice
    }

    /// The new pairs of a mapping with a value but without a name: the mapping and the row. They cannot be
    /// saved.
    pub(super) fn incomplete(&self) -> &[(Key, String)] {
        &self.incomplete
    }

    /// The read-only keys that this post would change. If there are any, nothing must be saved.
    pub fn read_only_keys(&self) -> &[Key] {
        &self.read_only
    }

    /// Whether everything that was entered can be saved: no new row is a duplicate or incomplete, and no
    /// read-only key would change.
    pub fn can_be_saved(&self) -> bool {
        self.twice.is_empty() && self.incomplete.is_empty() && self.read_only.is_empty()
    }

    /// The part of the form for a key of the new file.
    pub(super) fn part(&self, key: &Key) -> String {
        let steps = key.steps();
        if let [Step::Name(table), Step::Index(index), rest @ ..] = steps.as_slice()
            && let Some(row) = self.rows.get(table).and_then(|rows| rows.get(*index))
        {
            return match rest {
                [Step::Name(name)] => format!("{row}.{name}"),
                _ => row.clone(),
            };
        }
        self.pairs.get(key.as_str()).cloned().unwrap_or_else(|| key.shown().to_string())
    }

    fn add(&mut self, name: String, value: String) -> Result<(), FormMismatch> {
        if !name.contains(['.', '[']) {
            if name == "removed" {
                self.removed.insert(value);
            }
            return Ok(());
        }
        if self.entered.insert(name, value).is_some() { Err(FormMismatch) } else { Ok(()) }
    }

    /// Finds the new rows, whose indices follow those of the file, among the other names.
    fn find_added(&mut self, form: &Form, values: &Values, names: &[String]) {
        let mut found = HashMap::<String, Vec<usize>>::new();
        for name in names {
            let steps = name.parse::<Key>().map(|key| key.steps()).unwrap_or_default();
            let (table, index) = match steps.as_slice() {
                [Step::Name(table), Step::Index(index), ..] => (table.clone(), *index),
                [Step::Name(table), Step::Name(name), Step::Index(index), ..] => {
                    (format!("{table}.{name}"), *index)
                }
                _ => continue,
            };
            let is_pair = table.contains('.');
            if is_pair || index >= values.rows(&table).len() {
                found.entry(table).or_default().push(index);
            }
        }
        for (table, mut indices) in found {
            indices.sort_unstable();
            indices.dedup();
            let columns = columns(form, &table);
            let added = indices.into_iter().map(|index| {
                let name = format!("{table}[{index}]");
                let cell = |column: &&str| {
                    self.entered.get(&format!("{name}.{column}")).cloned().unwrap_or_default()
                };
                Added { cells: columns.iter().map(cell).collect(), name }
            });
            let added = added.collect::<Vec<_>>();
            self.added
                .insert(table, added.into_iter().filter(|row| !self.removed.contains(&row.name)).collect());
        }
    }

    fn collect(
        &mut self,
        form: &Form,
        base: &Checked,
        values: &Values,
        pending: &HashMap<String, SecretSource>,
    ) {
        let mut unset = Vec::new();
        let mut set = Vec::new();
        for section in form.sections.iter().filter(|section| !section.repeats) {
            for field in &section.fields {
                match &field.kind {
                    Kind::Mapping { .. } => self.pairs_of(field, values, &mut set, &mut unset),
                    Kind::Secret { .. } => {
                        let change = self.secret(field, base, values, pending);
                        if let Some(Change::Unset(_)) = change { &mut unset } else { &mut set }
                            .extend(change);
                    }
                    _ => {
                        let change = self.change(&field.kind, &field.key, values.get(&field.key));
                        if let Some(Change::Unset(_)) = change { &mut unset } else { &mut set }
                            .extend(change);
                    }
                }
            }
        }
        for section in form.sections.iter().filter(|section| section.repeats) {
            self.rows_of(&section.key, &section.fields, values, &mut set, &mut unset);
        }
        // Values come first, because removing an array element moves the following ones.
        let (new, set): (Vec<_>, Vec<_>) =
            set.into_iter().partition(|change| matches!(change, Change::Set(_, NewValue::User(..))));
        for change in set.into_iter().chain(unset).chain(new) {
            match is_changed_by(base.source(), &change) {
                Some(key) => self.read_only.push(key),
                None => self.changes.push(change),
            }
        }
        self.pending.retain(|name, _| self.read_only.iter().all(|key| key.as_str() != name));
    }

    /// The change of one key, if any.
    fn change(&self, kind: &Kind, name: &str, value: &Value) -> Option<Change> {
        let key = || name.parse::<Key>().ok();
        if self.removed.contains(name) {
            let is_there = !matches!(value, Value::Text(text) if text.is_empty());
            return key().filter(|_| is_there).map(Change::Unset);
        }
        let entered = self.entered.get(name)?;
        match value {
            Value::Text(text) if text == entered => None,
            Value::Text(_) if entered.is_empty() => key().map(Change::Unset),
            _ if entered.is_empty() => None,
            _ => key().map(|key| Change::Set(key, kind.parse(entered))),
        }
    }

    fn rows_of(
        &mut self,
        table: &str,
        columns: &[Field],
        values: &Values,
        set: &mut Vec<Change>,
        unset: &mut Vec<Change>,
    ) {
        let mut left = Vec::new();
        let mut gone = Vec::new();
        for row in values.rows(table) {
            if self.removed.contains(&row.key) {
                gone.extend(row.key.parse().map(Change::Unset));
                continue;
            }
            left.push(row.key.clone());
            for (cell, column) in row.cells.iter().zip(columns) {
                let change = self.change(&column.kind, &cell.name, &cell.value);
                if let Some(Change::Unset(_)) = change { &mut *unset } else { &mut *set }.extend(change);
            }
        }
        unset.extend(gone.into_iter().rev());
        for row in self.added.get(table).into_iter().flatten() {
            let [swyx, teams] = row.cells.as_slice() else { continue };
            if !swyx.is_empty() || !teams.is_empty() {
                let key = Key::ROOT.child(table).index(left.len());
                set.push(Change::Set(key, NewValue::User(swyx.clone(), teams.clone())));
                left.push(row.name.clone());
            }
        }
        self.rows.insert(table.to_owned(), left);
    }

    fn pairs_of(&mut self, field: &Field, values: &Values, set: &mut Vec<Change>, unset: &mut Vec<Change>) {
        for row in values.rows(&field.key) {
            if self.removed.contains(&row.key) {
                unset.extend(row.key.parse().map(Change::Unset));
                continue;
            }
            if let [_, cell] = row.cells.as_slice() {
                let change = self.change(&field.kind, &cell.name, &cell.value);
                if let Some(Change::Unset(_)) = change { &mut *unset } else { &mut *set }.extend(change);
            }
        }
        let Ok(table) = field.key.parse::<Key>() else { return };
        for row in self.added.get(&field.key).into_iter().flatten() {
            let [name, status] = row.cells.as_slice() else { continue };
            let key = table.child(name);
            let is_there = values.rows(&field.key).iter().any(|row| row.key == key.as_str());
            let is_gone = self.removed.contains(key.as_str());
            if name.is_empty() {
                // A status without a presence is reported, not dropped.
                if !status.is_empty() {
                    self.incomplete.push((table.clone(), row.name.clone()));
                }
                continue;
            }
            if (is_there && !is_gone) || self.pairs.contains_key(key.as_str()) {
                self.twice.push((key, row.name.clone()));
                continue;
            }
            // A key that is removed and added again gets a new value.
            unset.retain(|change| !matches!(change, Change::Unset(gone) if *gone == key));
            self.pairs.insert(key.to_string(), row.name.clone());
            set.push(Change::Set(key, NewValue::Text(status.clone())));
        }
    }

    fn secret(
        &mut self,
        field: &Field,
        base: &Checked,
        values: &Values,
        pending: &HashMap<String, SecretSource>,
    ) -> Option<Change> {
        let key = field.key.parse::<Key>().ok()?;
        let Value::Secret(shown) = values.get(&field.key) else { return None };
        let stored = base.draft().and_then(|draft| draft.secret(&key));
        let part = |way: &str| self.entered.get(&format!("{}.{way}", field.key)).map_or("", |text| text);
        let text = part("text");
        // Only the chosen kind counts: the other inputs are hidden and may have been filled in by the
        // browser.
        let way = self.entered.get(&field.key).map_or("keep", |way| way);
        let before = pending.get(&field.key);
        let source = match way {
            "unset" => return shown.stored.as_ref().map(|_| Change::Unset(key)),
            "text" if !is_mask(text) => SecretSource::Inline(Secret::new(text)),
            "text" => match before.filter(|source| matches!(source, SecretSource::Inline(_))) {
                Some(source) => source.clone(),
                None if shown.stored.is_some() => return None,
                None => SecretSource::Inline(Secret::new("")),
            },
            "env" => SecretSource::Env(part("env").trim().to_owned()),
            "file" => SecretSource::File(part("file").into()),
            "keyring" => SecretSource::Keyring(part("keyring").trim().to_owned()),
            // Not offered. A command other than the stored one is refused like the other read-only keys.
            COMMAND => SecretSource::Command(part(COMMAND).lines().map(str::to_owned).collect()),
            _ => return None,
        };
        if matches!(source, SecretSource::Inline(_)) {
            self.pending.insert(field.key.clone(), source.clone());
        }
        if stored == Some(&source) {
            return None;
        }
        Some(Change::Set(key, NewValue::Secret(source)))
    }

    /// The visible state of a secret.
    pub(super) fn secret_value(&self, key: &str, before: &SecretValue) -> SecretValue {
        let part = |way: &str| self.entered.get(&format!("{key}.{way}")).cloned();
        SecretValue {
            stored: before.stored.clone(),
            entered: self.pending.get(key).map(SecretSource::describe),
            way: match (self.entered.get(key), self.pending.get(key)) {
                (_, Some(SecretSource::Inline(_))) => "text".to_owned(),
                (Some(way), _) => way.clone(),
                (None, _) => before.way.clone(),
            },
            env: part("env").unwrap_or_else(|| before.env.clone()),
            file: part("file").unwrap_or_else(|| before.file.clone()),
            keyring: part("keyring").unwrap_or_else(|| before.keyring.clone()),
            read_only: before.read_only,
        }
    }
}

/// Whether an input belongs to the form.
fn is_of_form(form: &Form, name: &str) -> bool {
    let is_way = || {
        let (key, way) = name.rsplit_once('.')?;
        match &form.field(&key.parse().ok()?)?.kind {
            // A command is refused with a separate message.
            Kind::Secret { ways } => {
                (way == COMMAND || ways.iter().any(|known| known.name == way)).then_some(())
            }
            _ => None,
        }
    };
    let is_new_pair = |steps: &[Step]| match steps {
        [Step::Name(table), Step::Name(field), Step::Index(_), Step::Name(part)] => {
            let key = Key::ROOT.child(table).child(field);
            PAIR.contains(&part.as_str())
                && form.field(&key).is_some_and(|field| matches!(field.kind, Kind::Mapping { .. }))
        }
        _ => false,
    };
    // Only the canonical text of a key is a name, so that each key has exactly one name.
    let key = name.parse::<Key>().ok().filter(|key| key.as_str() == name);
    // The kinds of secret source come last, because most names belong to rows.
    key.is_some_and(|key| form.has_value_at(&key) || is_new_pair(&key.steps())) || is_way().is_some()
}

/// The columns of a repeating section or a mapping.
pub(super) fn columns<'a>(form: &'a Form, table: &str) -> Vec<&'a str> {
    let section = form.sections.iter().find(|section| section.key == table);
    section.map_or_else(
        || PAIR.to_vec(),
        |section| section.fields.iter().map(|field| field.key.as_str()).collect(),
    )
}

/// Whether a text is empty or a mask.
fn is_mask(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '•' | '●' | '∙' | '·' | '⦁'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by it")]

    use super::*;
    use crate::settings::keys;

    const FILE: &str = "[swyx]\ngateway_token = { env = \"TOKEN\" }\n[entra]\nauthority = \"https://localhost:1\"\n\
                        [control_center]\nMsTeamsClientSecret = { command = [\"pass\"] }\n";

    /// The changed keys and the refused keys of a form of [`FILE`] with these names and values.
    fn posted(sent: &[(&str, &str)]) -> (Vec<Key>, Vec<Key>) {
        let form = Form::new();
        let base = crate::check::check_bytes("a.toml", FILE.into(), false);
        let sent = sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let pending = [
            (keys::GATEWAY_TOKEN.to_string(), SecretSource::Command(vec!["x".to_owned()])),
            (keys::CLIENT_SECRET.to_string(), SecretSource::Inline(Secret::new("earlier"))),
        ];
        let values = Values::of(&form, &base);
        let posted = Posted::new(&form, &base, &values, sent, pending.into()).unwrap();
        assert_eq!(posted.can_be_saved(), posted.read_only_keys().is_empty());
        assert!(posted.pending().values().all(|source| matches!(source, SecretSource::Inline(_))));
        let key = |change: &Change| change.key().clone();
        (posted.changes().iter().map(key).collect(), posted.read_only_keys().to_vec())
    }

    /// Tests only the parser, without a writer.
    #[test]
    fn posted_read_only_changes_are_dropped_and_reported() {
        let version = ("swyx.version", "14.10");
        for (name, value, key) in [
            ("entra.authority", "https://elsewhere.example.com", keys::AUTHORITY),
            ("entra.authority", "", keys::AUTHORITY),
            ("removed", "entra.authority", keys::AUTHORITY),
            ("entra.graph", "https://elsewhere.example.com", keys::GRAPH),
            ("entra.proxy", "x", keys::PROXY),
            ("entra.ca_file", "x", keys::CA_FILE),
            ("entra.admin_client_id", "x", keys::ADMIN_CLIENT_ID),
            ("swyx.gateway", "x", keys::GATEWAY),
            ("control_center.MsTeamsClientSecret", "unset", keys::CLIENT_SECRET),
            ("control_center.MsTeamsClientSecret", "text", keys::CLIENT_SECRET),
            ("control_center.MsTeamsClientSecret", "env", keys::CLIENT_SECRET),
            ("control_center.MsTeamsClientSecret", "command", keys::CLIENT_SECRET),
            ("swyx.gateway_token", "command", keys::GATEWAY_TOKEN),
        ] {
            let (changed, refused) = posted(&[version, (name, value)]);
            assert_eq!((changed, refused), (vec![keys::SWYX_VERSION], vec![key]), "{name} {value}");
        }
    }

    #[test]
    fn secret_not_printed_by_a_command_can_be_changed() {
        let sent = [("swyx.gateway_token", "file"), ("swyx.gateway_token.file", "x")];
        assert_eq!(posted(&sent), (vec![keys::GATEWAY_TOKEN], Vec::new()));
        assert_eq!(posted(&[("swyx.gateway_token", "unset")]), (vec![keys::GATEWAY_TOKEN], Vec::new()));
        assert_eq!(posted(&[("entra.authority", "https://localhost:1")]), (Vec::new(), Vec::new()));
    }
}
