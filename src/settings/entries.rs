//! Every key of a file with its displayable value, and the defaults of the missing keys.
//!
//! ```
//! use swyx_teams::settings::{entries, keys};
//!
//! let checked = swyx_teams::check::check_bytes("a.toml", b"[swyx]\nversion = \"14.10\"\n".to_vec(), false);
//! let entries = entries::list_all(checked.source(), checked.draft().expect("valid TOML"));
//! assert_eq!((&entries[0].key, entries[0].shown()), (&keys::SWYX_VERSION, "14.10".to_owned()));
//! assert!(entries[1..].iter().all(|entry| !entry.is_given));
//! ```

use serde_json::Value as Json;

use super::draft::Draft;
use super::known;
use super::schema::{Dialect, describe, generate};
use crate::diagnostic::Key;
use crate::secret::{Secret, SecretSource};
use crate::source::Source;
use crate::source::tree::{Origin, Tree, Value};

/// One key with its value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The key in displayable form.
    pub key: Key,
    /// The value.
    pub value: EntryValue,
    /// Whether the value comes from the file, not from the default.
    pub is_given: bool,
}

/// A value in displayable form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryValue {
    /// A text, or another value as written. It may be shown.
    Plain(String),
    /// An integer.
    Number(i64),
    /// A secret: only its storage place may be shown.
    Secret(SecretSource),
    /// It may be a secret in the wrong place.
    Hidden(Secret),
}

#[cfg(feature = "cli")]
impl EntryValue {
    /// The value in JSON; `None` for one that may be a secret.
    pub(crate) fn to_json(&self) -> Option<Json> {
        match self {
            Self::Plain(text) => Some(text.as_str().into()),
            Self::Number(number) => Some((*number).into()),
            Self::Secret(_) | Self::Hidden(_) => None,
        }
    }
}

impl Entry {
    /// The value as displayed to users. For a secret, it is the storage place.
    pub fn shown(&self) -> String {
        match &self.value {
            EntryValue::Plain(text) => crate::text::printable(text),
            EntryValue::Number(number) => number.to_string(),
            EntryValue::Secret(source) => format!("({})", source.describe()),
            EntryValue::Hidden(_) => "(hidden: may be a secret)".to_owned(),
        }
    }
}

/// The keys of a file, in the order of the file.
pub fn list_given(source: &Source, draft: &Draft) -> Vec<Entry> {
    let mut entries = Vec::new();
    collect(source, draft, Tree::ROOT, &Key::ROOT, &mut entries);
    entries
}

fn collect(source: &Source, draft: &Draft, id: usize, key: &Key, entries: &mut Vec<Entry>) {
    let tree = source.tree();
    let secret = draft.secret(key);
    let node = tree.node(id);
    let value = match (&node.value, secret) {
        (_, Some(secret)) => EntryValue::Secret(secret.clone()),
        (Value::Table(table), None) if !source.is_masked(key) || table.origin != Origin::Inline => {
            let members = table.entries.iter();
            return members
                .for_each(|id| collect(source, draft, *id, &key.child(&tree.node(*id).name), entries));
        }
        (Value::Array(array), None) if !source.is_masked(key) || array.of_headers => {
            let elements = array.elements.iter().enumerate();
            return elements.for_each(|(index, id)| collect(source, draft, *id, &key.index(index), entries));
        }
        (value, None) => {
            let text = match value {
                Value::Text(text) => text.to_string(),
                _ => source.text().get(node.span.clone()).unwrap_or_default().to_owned(),
            };
            match value {
                _ if source.is_masked(key) => EntryValue::Hidden(Secret::new(text)),
                Value::Integer(number) => EntryValue::Number(*number),
                _ => EntryValue::Plain(text),
            }
        }
    };
    entries.push(Entry { key: key.shown(), value, is_given: true });
}

/// The defaults, in the order of the schema.
pub fn list_defaults() -> Vec<Entry> {
    let schema = generate(Dialect::Draft2020_12);
    let with_default = list_known_keys().filter_map(|key| {
        let value = match describe(&schema, &key)?.get("default")? {
            Json::String(text) => EntryValue::Plain(text.clone()),
            Json::Number(number) => EntryValue::Number(number.as_i64()?),
            Json::Bool(truth) => EntryValue::Plain(truth.to_string()),
            _ => return None,
        };
        Some(Entry { key, value, is_given: false })
    });
    with_default.collect()
}

/// All keys of the file, then the defaults of the missing keys.
pub fn list_all(source: &Source, draft: &Draft) -> Vec<Entry> {
    let mut entries = list_given(source, draft);
    let missing =
        list_defaults().into_iter().filter(|default| entries.iter().all(|entry| entry.key != default.key));
    entries.extend(missing.collect::<Vec<_>>());
    entries
}

/// Every named key that a settings file can have, except users and statuses.
pub fn list_known_keys() -> impl Iterator<Item = Key> {
    known::known_keys()
}
