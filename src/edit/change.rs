//! A change of one key, and the value to write.

use std::fmt;

use jiff::civil::Date;
use toml_writer::TomlStringBuilder;

use crate::diagnostic::Key;
use crate::secret::{Secret, SecretSource};

/// A change of one key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Sets the key to this value.
    Set(Key, NewValue),
    /// Removes the key with everything in it.
    Unset(Key),
    /// Gives the key this name in the same table. Its value stays as it is.
    Rename(Key, String),
}

/// A value to write.
#[derive(Clone)]
#[non_exhaustive]
pub enum NewValue {
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// A date, which is written without quotes.
    Date(Date),
    /// A text.
    Text(String),
    /// A secret, or a secret reference.
    Secret(SecretSource),
    /// A user: the name in Swyx and the account in Teams.
    User(String, String),
}

/// Why a text could not be changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text has syntax errors, so its keys cannot be changed.
    #[error("the file is not valid TOML")]
    NotToml,
    /// The key is a table, so it cannot have a value.
    #[error("`{}` is a table; use one of its keys", .0.shown())]
    IsATable(Key),
    /// The key cannot be added at its place.
    #[error("`{}` cannot be added to this file", .0.shown())]
    NoPlace(Key),
    /// The key is not in the file.
    #[error("`{}` is not set", .0.shown())]
    NotSet(Key),
    /// The changed text does not contain exactly the requested change. This is a bug in the program, found
    /// before anything was written.
    #[error("`{}` cannot be changed because of the way this file is written; change it in an editor", .0.shown())]
    Unproven(Key),
}

/// Omits texts: a text may be a secret that was entered for the wrong key.
impl fmt::Debug for NewValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "Integer({number})"),
            Self::Boolean(truth) => write!(f, "Boolean({truth})"),
            Self::Date(date) => write!(f, "Date({date})"),
            Self::Text(_) => f.write_str("Text([not shown])"),
            Self::Secret(source) => write!(f, "Secret({source:?})"),
            Self::User(..) => f.write_str("User([not shown])"),
        }
    }
}

impl Change {
    /// The key that changes.
    pub fn key(&self) -> &Key {
        let (Self::Set(key, _) | Self::Unset(key) | Self::Rename(key, _)) = self;
        key
    }
}

impl NewValue {
    /// The value as TOML.
    pub(super) fn render(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Boolean(truth) => truth.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Text(text) => string(text),
            Self::Secret(source) => secret(source),
            Self::User(swyx, teams) => format!("{{ swyx = {}, teams = {} }}", string(swyx), string(teams)),
        }
    }
}

/// A name as a TOML key.
pub(super) fn name(name: &str) -> String {
    toml_writer::ToTomlKey::to_toml_key(&toml_writer::TomlKeyBuilder::new(name).as_default())
}

/// A text as a TOML string. With backslashes, it is a literal string if possible, so that a path of Windows
/// stays readable. Control characters stay visible as escapes.
pub(crate) fn string(text: &str) -> String {
    let builder = TomlStringBuilder::new(text);
    let literal = builder.as_literal().filter(|_| text.contains('\\') && !text.contains(char::is_control));
    toml_writer::ToTomlValue::to_toml_value(&literal.unwrap_or_else(|| builder.as_basic()))
}

fn secret(source: &SecretSource) -> String {
    match source {
        SecretSource::Inline(secret) => string(Secret::expose(secret)),
        SecretSource::Env(name) => format!("{{ env = {} }}", string(name)),
        SecretSource::File(path) => format!("{{ file = {} }}", string(&path.to_string_lossy())),
        SecretSource::Keyring(entry) => format!("{{ keyring = {} }}", string(entry)),
        SecretSource::Command(words) => {
            format!(
                "{{ command = [{}] }}",
                words.iter().map(|word| string(word)).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_windows_is_a_literal_string() {
        for (text, toml) in [
            (r"C:\keys\teams.secret", r"'C:\keys\teams.secret'"),
            (r"\\server\share\teams.secret", r"'\\server\share\teams.secret'"),
            // A literal string has no escapes: it cannot contain a quote, and would not show a tab.
            (r"C:\it's", r#""C:\\it's""#),
            ("C:\\a\tb", r#""C:\\a\tb""#),
            ("keys/teams.secret", "\"keys/teams.secret\""),
            ("it's", "\"it's\""),
        ] {
            assert_eq!(string(text), toml);
            let file = NewValue::Secret(SecretSource::File(text.into()));
            assert_eq!(file.render(), format!("{{ file = {toml} }}"));
        }
    }
}
