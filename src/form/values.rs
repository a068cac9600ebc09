//! The values of a file for a form, field by field.
//!
//! For a secret, the form gets only its storage place. A value is `Kept` if the check masks it, because it
//! may be a secret in the wrong place, or if the field cannot represent it: the form says that there is a
//! value, and an empty field leaves it unchanged.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::description::{Field, Form, Kind, Section};
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::edit::is_read_only;
use crate::secret::SecretSource;
use crate::secret::shape::holds_a_secret;
use crate::settings::{Draft, Generation, SwyxVersion, keys};
use crate::source::Source;
use crate::source::tree::{self, NodeId, Tree};
use crate::text::{is_unprintable, printable, shown};

/// The values of all fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Values {
    /// The values by key.
    pub fields: HashMap<String, Value>,
    /// The rows of repeating sections and mappings, by key.
    pub rows: HashMap<String, Vec<Row>>,
    /// The keys of the file without a field in the form; they stay unchanged.
    pub others: Vec<String>,
    /// The fields whose entered text is not shown again, because it may be a secret in the wrong place.
    pub withheld: Vec<String>,
    /// The hidden values that will be removed from the file.
    pub removed: Vec<String>,
}

/// The value of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// A text, number or choice; empty if the key is missing.
    Text(String),
    /// A value that the form does not show, or that the field cannot represent. It stays unless something is
    /// entered. Contains the text in the file if it may be shown.
    Kept(Option<String>),
    /// A secret.
    Secret(SecretValue),
}

/// The visible properties of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SecretValue {
    /// The storage place of the stored secret, for display; `None` if there is none.
    pub stored: Option<String>,
    /// The entered but unsaved secret, for display.
    pub entered: Option<String>,
    /// The chosen kind: `keep`, `unset`, or the name of a [`super::SecretMethod`].
    pub way: String,
    /// The environment variable.
    pub env: String,
    /// The path.
    pub file: String,
    /// The entry of the secret store.
    pub keyring: String,
    /// Whether it is read-only because a command prints it. A posted form that changes or removes it is
    /// refused.
    pub read_only: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// Its key, for example `user[3]`; in a mapping, the key of its value. The indices of new rows follow.
    pub key: String,
    /// Its cells, in the order of the columns.
    pub cells: Vec<Cell>,
    /// Whether it is new.
    pub is_new: bool,
    /// Whether it will be removed.
    pub removed: bool,
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Cell {
    /// The name of its input; empty if there is no input.
    pub name: String,
    /// Its value.
    pub value: Value,
}

impl Values {
    /// Reads the values of a file.
    ///
    /// ```
    /// use swyx_teams::form::{Form, Value, Values};
    ///
    /// let text = "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsClientSecret = \"fLm8Q~kept-from-everyone_and.every-page0\"\n";
    /// let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
    /// let values = Values::of(&Form::new(), &checked);
    /// assert_eq!(values.fields["control_center.MsTeamsStatusSyncMode"], Value::Text("2".to_owned()));
    /// let Value::Secret(secret) = &values.fields["control_center.MsTeamsClientSecret"] else { panic!() };
    /// assert_eq!(secret.stored.as_deref(), Some("in this file, as plain text"));
    /// ```
    pub fn of(form: &Form, checked: &Checked) -> Self {
        let mut values = Self::default();
        let reader = Reader { source: checked.source(), draft: checked.draft() };
        for section in &form.sections {
            if section.repeats {
                values.rows.insert(section.key.clone(), reader.rows(section));
                continue;
            }
            for field in &section.fields {
                match field.kind {
                    Kind::Mapping { .. } => {
                        values.rows.insert(field.key.clone(), reader.pairs(field));
                    }
                    _ => {
                        values.fields.insert(field.key.clone(), reader.value(field, &field.key));
                    }
                }
            }
        }
        values.others = reader.others(form);
        values
    }

    /// The value of a field outside of rows.
    pub fn get(&self, key: &str) -> &Value {
        const NOTHING: &Value = &Value::Text(String::new());
        self.fields.get(key).unwrap_or(NOTHING)
    }

    /// The names of all inputs, except those for the kinds of secret source.
    pub(super) fn names(&self) -> HashSet<&str> {
        let cells = self.rows.values().flatten().flat_map(|row| &row.cells).map(|cell| cell.name.as_str());
        self.fields.keys().map(String::as_str).chain(cells).collect()
    }

    /// The sections to show with these values. Of the tables of both generations, it is the one of the version,
    /// and another one that has values.
    pub fn sections<'a>(&self, form: &'a Form) -> impl Iterator<Item = &'a Section> {
        let table_of = |section: &Section| {
            Generation::ALL.into_iter().find(|table| section.key == table.table().as_str())
        };
        let has_values =
            |section: &Section| section.fields.iter().any(|field| !self.get(&field.key).is_empty());
        let tables = form.sections.iter().filter(|section| has_values(section)).filter_map(table_of);
        let with_values = tables.collect::<Vec<_>>();
        let version = self.get(keys::SWYX_VERSION.as_str()).text().parse::<SwyxVersion>();
        let wanted = version.map(Generation::of).ok().or_else(|| with_values.first().copied());
        let wanted = wanted.unwrap_or(Generation::ExpertSettings);
        form.sections.iter().filter(move |section| {
            table_of(section).is_none_or(|table| table == wanted || with_values.contains(&table))
        })
    }

    /// The rows of a section or mapping.
    pub fn rows(&self, key: &str) -> &[Row] {
        self.rows.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Value {
    /// Whether the file has no value here, and nothing was entered.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Secret(secret) => secret.stored.is_none() && secret.entered.is_none(),
            Self::Kept(_) => false,
        }
    }

    /// The text, or an empty string.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

/// Whether a page may contain a text: it fits in one line, and is not a secret in the wrong field.
pub(super) fn is_presentable(text: &str) -> bool {
    !text.contains(is_unprintable) && !holds_a_secret(text)
}

struct Reader<'a> {
    source: &'a Source,
    draft: Option<&'a Draft>,
}

impl Reader<'_> {
    fn node(&self, key: &Key) -> Option<NodeId> {
        self.draft?;
        self.source.tree().find(key)
    }

    fn value(&self, field: &Field, key: &str) -> Value {
        let Ok(key) = key.parse::<Key>() else { return Value::Text(String::new()) };
        let id = self.node(&key);
        if matches!(field.kind, Kind::Secret { .. }) {
            return Value::Secret(self.secret(&key, id.is_some()));
        }
        id.map_or_else(|| Value::Text(String::new()), |id| self.value_at(&field.kind, &key, id))
    }

    fn value_at(&self, kind: &Kind, key: &Key, id: NodeId) -> Value {
        let node = self.source.tree().node(id);
        if self.source.is_masked(key) {
            return Value::Kept(None);
        }
        let wants_number = matches!(kind, Kind::Number { .. } | Kind::Choice { numbers: true, .. });
        let wants_text = !wants_number && *kind != Kind::Boolean;
        match &node.value {
            // An empty input means a missing key, so an empty text must be represented differently.
            tree::Value::Text(text) if wants_text && !text.is_empty() && is_presentable(text) => {
                Value::Text(text.to_string())
            }
            tree::Value::Integer(number) if wants_number => Value::Text(number.to_string()),
            tree::Value::Boolean(truth) if *kind == Kind::Boolean => Value::Text(truth.to_string()),
            tree::Value::DateTime(date) if kind.is_date() => Value::Text(date.to_string()),
            tree::Value::Table(_) | tree::Value::Array(_) | tree::Value::Broken => Value::Kept(None),
            _ => {
                let text = self.source.text().get(node.span.clone()).unwrap_or_default();
                Value::Kept((!holds_a_secret(text)).then(|| shown(text)))
            }
        }
    }

    fn secret(&self, key: &Key, is_there: bool) -> SecretValue {
        let source = self.draft.and_then(|draft| draft.secret(key));
        let presentable = |text: &str| if is_presentable(text) { text.to_owned() } else { String::new() };
        let mut value = SecretValue {
            stored: source.map(SecretSource::describe),
            way: if is_there { "keep" } else { "unset" }.to_owned(),
            read_only: is_read_only(self.source, key),
            ..SecretValue::default()
        };
        match source {
            Some(SecretSource::Env(name)) => value.env = presentable(name),
            Some(SecretSource::File(path)) => value.file = presentable(&path.to_string_lossy()),
            Some(SecretSource::Keyring(entry)) => value.keyring = presentable(entry),
            Some(SecretSource::Inline(_) | SecretSource::Command(_)) => {}
            None if is_there => value.stored = Some("in an invalid format".to_owned()),
            None => {}
        }
        value
    }

    fn rows(&self, section: &Section) -> Vec<Row> {
        let key = Key::ROOT.child(&section.key);
        let Some(id) = self.node(&key) else { return Vec::new() };
        let tree::Value::Array(array) = &self.source.tree().node(id).value else { return Vec::new() };
        let row = |(index, element): (usize, &NodeId)| {
            let key = key.index(index);
            let cell = |field: &Field| {
                let key = key.child(&field.key);
                let id = self.source.tree().child(*element, &field.key);
                let value =
                    id.map_or_else(|| Value::Text(String::new()), |id| self.value_at(&field.kind, &key, id));
                Cell { name: key.to_string(), value }
            };
            let cells = section.fields.iter().map(cell).collect();
            Row { key: key.to_string(), cells, is_new: false, removed: false }
        };
        array.elements.iter().enumerate().map(row).collect()
    }

    fn pairs(&self, field: &Field) -> Vec<Row> {
        let Ok(key) = field.key.parse::<Key>() else { return Vec::new() };
        let table = self.node(&key).and_then(|id| self.source.tree().table(id));
        let row = |id: &NodeId| {
            let name = &self.source.tree().node(*id).name;
            let key = key.child(name);
            let label = if holds_a_secret(name) { "****".to_owned() } else { printable(name) };
            let cells = vec![
                Cell { name: String::new(), value: Value::Text(label) },
                Cell {
                    name: if key.shown() == key { key.to_string() } else { String::new() },
                    value: self.value_at(&Kind::Choice { choices: Vec::new(), numbers: false }, &key, *id),
                },
            ];
            Row { key: key.shown().to_string(), cells, is_new: false, removed: false }
        };
        table.map(|table| table.entries.iter().map(row).collect()).unwrap_or_default()
    }

    /// The keys without a field, and the tables without any field.
    fn others(&self, form: &Form) -> Vec<String> {
        let tree = self.source.tree();
        let names = |at: NodeId| {
            let entries = self.draft.and_then(|_| tree.table(at)).map(|table| table.entries.as_slice());
            entries.unwrap_or_default().iter().map(|id| (*id, Key::ROOT.child(&tree.node(*id).name)))
        };
        let mut others = Vec::new();
        for (id, key) in names(Tree::ROOT) {
            match form.sections.iter().find(|section| section.key == key.as_str()) {
                None => others.push(key.shown().to_string()),
                Some(section) if !section.repeats => {
                    let children = names(id).map(|(id, _)| key.child(&tree.node(id).name));
                    let has_field = |key: &Key| section.fields.iter().any(|field| field.key == key.as_str());
                    others.extend(children.filter(|key| !has_field(key)).map(|key| key.shown().to_string()));
                }
                Some(_) => {}
            }
        }
        others
    }
}
