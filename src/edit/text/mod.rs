//! Changing a text: some keys get other values, and every other byte stays as it is.
//!
//! Rendering a whole document again loses CRLF, byte order marks and the order of dotted keys; so a change replaces the bytes of one
//! value, or inserts or deletes lines. A second reader, `toml_edit`, then has to agree that exactly the asked keys changed.

mod batch;
mod insert;
mod proof;
mod remove;

use std::fmt;

use toml_writer::TomlStringBuilder;

use crate::diagnostic::Key;
use crate::edit::replacement::{Replacement, apply};
use crate::secret::{Secret, SecretSource};
use crate::source::Source;
use crate::source::tree::{Origin, Value};

/// A change of one key.
#[derive(Clone, Debug)]
pub enum Change {
    /// Gives the key this value, whether it has one or not.
    Set(Key, NewValue),
    /// Takes the key away, with all that is in it.
    Unset(Key),
}

/// A value to be written.
#[derive(Clone)]
pub enum NewValue {
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// A text.
    Text(String),
    /// A secret, or a reference to where it is kept.
    Secret(SecretSource),
    /// A user: the name in Swyx and the account in Teams.
    User(String, String),
}

/// Why a text was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text has syntax errors; there are no keys to change.
    #[error("the file is not TOML")]
    NotToml,
    /// The key is a table, and no value can stand in its place.
    #[error("`{}` is a table; name one of its keys", .0.shown())]
    IsATable(Key),
    /// The key cannot be put where it says.
    #[error("`{}` has no place in this file", .0.shown())]
    NoPlace(Key),
    /// The key is not in the file.
    #[error("`{}` is not set", .0.shown())]
    NotSet(Key),
    /// The changed text does not say what was asked for. This is a fault of the program, found before anything was written.
    #[error("`{}` cannot be changed in a file written like this one; change it in an editor", .0.shown())]
    Unproven(Key),
}

/// Without texts: one that is to be written may be a secret for the wrong key.
impl fmt::Debug for NewValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "Integer({number})"),
            Self::Boolean(truth) => write!(f, "Boolean({truth})"),
            Self::Text(_) => f.write_str("Text([not shown])"),
            Self::Secret(source) => write!(f, "Secret({source:?})"),
            Self::User(..) => f.write_str("User([not shown])"),
        }
    }
}

impl NewValue {
    fn render(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Boolean(truth) => truth.to_string(),
            Self::Text(text) => string(text),
            Self::Secret(source) => secret(source),
            Self::User(swyx, teams) => format!("{{ swyx = {}, teams = {} }}", string(swyx), string(teams)),
        }
    }
}

fn string(text: &str) -> String {
    toml_writer::ToTomlValue::to_toml_value(&TomlStringBuilder::new(text).as_basic())
}

fn secret(source: &SecretSource) -> String {
    match source {
        SecretSource::Inline(secret) => string(Secret::expose(secret)),
        SecretSource::Env(name) => format!("{{ env = {} }}", string(name)),
        SecretSource::File(path) => format!("{{ file = {} }}", string(&path.to_string_lossy())),
        SecretSource::Command(words) => {
            format!(
                "{{ command = [{}] }}",
                words.iter().map(|word| string(word)).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// The text with `changes` made, in their order.
///
/// # Errors
/// [`EditError`] says why. The text is then to stay as it is.
///
/// ```
/// use swyx_teams::edit::text::{Change, NewValue, edit};
///
/// let text = "[control_center]\r\nMsTeamsStatusSyncMode = 1 # as agreed\r\n";
/// let changes = [Change::Set("control_center.MsTeamsStatusSyncMode".parse()?, NewValue::Integer(2))];
/// assert_eq!(edit(text, &changes)?, "[control_center]\r\nMsTeamsStatusSyncMode = 2 # as agreed\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn edit_text(text: &str, changes: &[Change]) -> Result<String, EditError> {
    if changes.len() > 1 {
        let (source, _) = Source::new("", text.as_bytes().to_vec(), false);
        let changed = batch::at_once(&source, changes);
        drop(source);
        if let Some(changed) = changed.filter(|changed| proof::changes_only(text, changed, changes)) {
            return Ok(changed);
        }
    }
    one_by_one(text, changes)
}

/// The text that [`edit`] is about to make of a source, without the second reader's opinion: for a look at it, since many changes of a
/// large file are to be seen while someone types.
///
/// # Errors
/// As [`edit`].
pub(crate) fn sketch(source: &Source, changes: &[Change]) -> Result<String, EditError> {
    if changes.is_empty() {
        return Ok(source.text().to_owned());
    }
    batch::at_once(source, changes).map_or_else(|| one_by_one(source.text(), changes), Ok)
}

fn one_by_one(text: &str, changes: &[Change]) -> Result<String, EditError> {
    changes.iter().try_fold(text.to_owned(), |text, change| {
        let (source, _) = Source::new("", text.clone().into_bytes(), false);
        if !source.is_sound() {
            return Err(EditError::NotToml);
        }
        let (key, replacements) = match change {
            Change::Set(key, value) => (key, set(&source, key, value)?),
            // What is not there is away.
            Change::Unset(key) if source.tree().find(key).is_none() => return Ok(text),
            Change::Unset(key) => (key, remove::remove(&source, key)?),
        };
        // The tree is large where the file is, and so is what the proof needs.
        drop(source);
        let changed = apply(&text, replacements).ok_or_else(|| EditError::Unproven(key.clone()))?;
        if proof::changes_only(&text, &changed, std::slice::from_ref(change)) {
            Ok(changed)
        } else {
            Err(EditError::Unproven(key.clone()))
        }
    })
}

fn set(source: &Source, key: &Key, value: &NewValue) -> Result<Vec<Replacement>, EditError> {
    let Some(id) = source.tree().find(key) else {
        let insertion = insert::insert(source, key, value)?;
        return Ok(vec![insertion.replacement(source.text())]);
    };
    let node = source.tree().node(id);
    let is_written_in_place = match &node.value {
        Value::Table(table) => table.origin == Origin::Inline,
        Value::Array(array) => !array.of_headers,
        _ => true,
    };
    if !is_written_in_place {
        return Err(EditError::IsATable(key.clone()));
    }
    Ok(vec![Replacement { range: node.span.clone(), with: value.render() }])
}
