//! A change of one key, and the value to be written.

use std::fmt;

use toml_writer::TomlStringBuilder;

use crate::diagnostic::Key;
use crate::secret::{Secret, SecretSource};

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
#[non_exhaustive]
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

impl Change {
    /// The key that changes.
    pub fn key(&self) -> &Key {
        let (Self::Set(key, _) | Self::Unset(key)) = self;
        key
    }
}

impl NewValue {
    /// The value as TOML.
    pub(super) fn render(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Boolean(truth) => truth.to_string(),
            Self::Text(text) => string(text),
            Self::Secret(source) => secret(source),
            Self::User(swyx, teams) => format!("{{ swyx = {}, teams = {} }}", string(swyx), string(teams)),
        }
    }
}

/// A text as a TOML string.
pub(super) fn string(text: &str) -> String {
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
