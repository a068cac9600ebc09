//! Paths and words from the command line, in the form that messages may repeat.

use std::path::{Path, PathBuf};

use crate::settings::entries::list_known_keys;

/// A path as reports show it.
pub(super) fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
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
