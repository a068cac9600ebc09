//! Where a secret is stored.

use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::entry::MAX_ENTRY_LEN;
use super::value::Secret;
use crate::secret::shape::without_secret;
use crate::text::{ENTRY_PATTERN, NAME_PATTERN, NO_CONTROLS, find_control, is_blank, shown};

/// Where a secret is stored: in the settings file itself, or at a place that the file names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// In the settings file, as plain text.
    Inline(Secret),
    /// In an environment variable of the process that needs it.
    Env(String),
    /// In a separate file. A relative path starts at the folder of the settings file.
    File(PathBuf),
    /// In the secret store of the system: the name of the entry, which begins with `swyx-teams/`.
    Keyring(String),
    /// Printed by a program: its name and arguments, run without a shell.
    Command(Vec<String>),
}

impl SecretSource {
    /// The storage place as displayed to users. Never contains the secret, not even if it was entered instead
    /// of a name; for a command, it contains only the program.
    pub fn describe(&self) -> String {
        match self {
            Self::Inline(_) => self.holder(),
            Self::Env(_) | Self::File(_) | Self::Keyring(_) | Self::Command(_) => {
                format!("from {}", self.holder())
            }
        }
    }

    /// The storage place without a preposition. Like [`SecretSource::describe`], it never contains the
    /// secret.
    pub fn holder(&self) -> String {
        let name = self.place_name();
        match self {
            Self::Inline(_) => "in this file, as plain text".to_owned(),
            Self::Env(_) => format!("the environment variable {name}"),
            Self::File(_) => format!("the file {name}"),
            Self::Keyring(_) => format!("the secret store entry {name}"),
            Self::Command(_) => format!("the command {name}"),
        }
    }

    /// The name of the variable, file, entry or program; empty for a secret in the settings file. Like
    /// [`SecretSource::describe`], it never contains the secret.
    pub(crate) fn place_name(&self) -> String {
        match self {
            Self::Inline(_) => String::new(),
            Self::Env(name) => name.clone(),
            Self::File(path) => shown(without_secret(&path.to_string_lossy())),
            Self::Keyring(entry) => shown(without_secret(entry)),
            Self::Command(argv) => shown(without_secret(argv.first().map_or("", String::as_str))),
        }
    }
}

/// The only variable with this program's prefix that a reference may name.
const CLIENT_SECRET_VARIABLE: &str = "SWYX_TEAMS_CLIENT_SECRET";

/// Whether an environment variable is reserved for this program, so that a reference must not name it: one
/// contains the administrator's token. Windows ignores the case of names.
pub(crate) fn is_reserved_variable(name: &str) -> bool {
    const PREFIX: &str = "SWYX_TEAMS_";
    let has_prefix = name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    has_prefix && name != CLIENT_SECRET_VARIABLE
}

impl SecretSource {
    /// The first control character of the storage place.
    pub(crate) fn find_control(&self) -> Option<char> {
        match self {
            Self::Inline(_) => None,
            Self::Env(name) | Self::Keyring(name) => find_control(name),
            Self::File(path) => find_control(&path.to_string_lossy()),
            Self::Command(words) => words.iter().find_map(|word| find_control(word)),
        }
    }

    /// Whether the storage place is a path of whitespace only.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self, Self::File(path) if is_blank(&path.to_string_lossy()))
    }

    /// Whether only a user can store a secret there: a program cannot change the environment of another
    /// process, or the storage of a command.
    pub fn is_stored_by_hand(&self) -> bool {
        matches!(self, Self::Env(_) | Self::Command(_))
    }

    /// The storage place for texts like "kept …" and "put it …". Like [`SecretSource::describe`], it never
    /// contains the secret.
    pub fn place(&self) -> String {
        let holder = self.holder();
        match self {
            Self::Inline(_) => holder,
            Self::Env(_) | Self::File(_) | Self::Keyring(_) => format!("in {holder}"),
            Self::Command(_) => format!("where {holder} reads it"),
        }
    }
}

impl JsonSchema for SecretSource {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretSource".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let reference = |name: &str, title: &str, description: &str, value: Value| {
            json!({
                "type": "object", "title": title, "description": description,
                "properties": {name: value}, "required": [name], "additionalProperties": false,
            })
        };
        json_schema!({
            "writeOnly": true,
            "format": "password",
            "oneOf": [
                {
                    "type": "string", "title": "Plain text", "minLength": 1, "format": "password", "x-format": "password", "writeOnly": true,
                    "description": "The secret itself. Everyone who can read the file can read it, so a reference is better.",
                },
                reference("env", "Environment variable", "Read from an environment variable when it is needed. Names that start with SWYX_TEAMS_ are reserved, except SWYX_TEAMS_CLIENT_SECRET.",
                    json!({
                        "type": "string", "title": "Name", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                        // Like `is_reserved_variable`, without lookahead, which some validators do not
                        // support.
                        "not": {"pattern": "^[Ss][Ww][Yy][Xx]_[Tt][Ee][Aa][Mm][Ss]_", "not": {"const": CLIENT_SECRET_VARIABLE}},
                    })),
                reference("file", "File", "Read from a separate file when it is needed. A relative path starts at the folder of the settings file.",
                    json!({"type": "string", "title": "Path", "minLength": 1, "pattern": NAME_PATTERN})),
                reference("keyring", "Secret store", "Read from the secret store of the system when it is needed: the Windows Credential Manager, the macOS Keychain, or the Secret Service. The name of the entry begins with swyx-teams/.",
                    json!({"type": "string", "title": "Entry", "maxLength": MAX_ENTRY_LEN, "pattern": ENTRY_PATTERN, "examples": ["swyx-teams/north"]})),
                reference("command", "Command", "Printed by a program when it is needed. The program runs without a shell, and only with --trust=command.",
                    json!({"type": "array", "title": "Program and arguments", "minItems": 1, "items": {"type": "string", "minLength": 1, "pattern": NO_CONTROLS}})),
            ],
        })
    }
}

/// Prints [`SecretSource::describe`], because a command's arguments may contain a secret.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_this_program_are_reserved_in_any_letter_case() {
        for name in [
            "SWYX_TEAMS_ADMIN_TOKEN",
            "swyx_teams_admin_token",
            "Swyx_Teams_x",
            "SWYX_TEAMS_",
            "swyx_teams_client_secret",
        ] {
            assert!(is_reserved_variable(name), "{name}");
        }
        for name in
            ["SWYX_TEAMS_CLIENT_SECRET", "SWYX_TEAMS", "SWYX_TOKEN", "MY_SWYX_TEAMS_ADMIN_TOKEN", "SWYX", ""]
        {
            assert!(!is_reserved_variable(name), "{name}");
        }
    }
}
