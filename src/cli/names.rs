//! Paths and words from the command line, in the form that messages may repeat.

use std::path::{Path, PathBuf};

use crate::settings::entries::list_known_keys;

/// The settings file if none is named.
pub(super) const DEFAULT_FILE: &str = "swyx-teams.toml";

/// A path as reports show it.
pub(super) fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The text of an error for the settings file called `file`: the `set` commands in it name the file, unless it is the default one.
/// The library, which writes most of these texts, does not know how the command line called the file.
pub(super) fn with_file(text: &str, file: &str) -> String {
    if file == DEFAULT_FILE {
        return text.to_owned();
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:\\".contains(c);
    let file = if file.chars().all(is_plain) { file.to_owned() } else { format!("'{file}'") };
    text.replace("`swyx-teams set ", &format!("`swyx-teams set --config {file} "))
}

/// The base folder of relative paths in a settings file.
pub(super) fn folder(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// An argument if it looks like a key or a name, even a misspelt one; otherwise `…`, because it may be a secret in the wrong place.
pub(super) fn named(word: &str) -> &str {
    let is_known = |word: &str| list_known_keys().any(|key| key.as_str() == word);
    if is_known(word) || word.split(['.', '[', ']', '"']).all(is_name) { word } else { "…" }
}

/// Whether a name is known, or has the form of a known name.
pub(super) fn is_name(name: &str) -> bool {
    const MAX_NAME_LEN: usize = 40;
    let is_index = name.len() <= 4 && name.bytes().all(|b| b.is_ascii_digit());
    let is_end_of_key = || list_known_keys().any(|key| key.as_str().ends_with(name));
    let is_plain = name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-/".contains(&b));
    is_index || (is_plain && name.len() <= MAX_NAME_LEN) || is_end_of_key()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_commands_name_a_file_that_is_not_the_default_one() {
        let text = "run `swyx-teams set a.b 1` or `swyx-teams check`";
        assert_eq!(with_file(text, "swyx-teams.toml"), text);
        let expected = "run `swyx-teams set --config north.toml a.b 1` or `swyx-teams check`";
        assert_eq!(with_file(text, "north.toml"), expected);
        assert!(with_file(text, "the north.toml").contains("--config 'the north.toml' a.b"));
    }
}
