//! How messages repeat paths and words from the command line.

use std::path::{Path, PathBuf};

use crate::settings::entries::list_known_keys;

/// A path in the form that reports use.
pub(super) fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The base folder of relative paths in a settings file.
pub(super) fn folder(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A word from the arguments in a form that is safe to repeat: a key or a name, correct or misspelt. A word with digits or signs that no
/// known name has might be a secret in the wrong place.
pub(super) fn named(word: &str) -> &str {
    let is_known = |word: &str| list_known_keys().any(|key| key.as_str() == word);
    if is_known(word) || word.split(['.', '[', ']', '"']).all(is_name) { word } else { "…" }
}

/// Whether a name is known, or has the form of a known name.
pub(super) fn is_name(name: &str) -> bool {
    const MAX_NAME_LEN: usize = 40;
    let is_index = name.len() <= 4 && name.bytes().all(|b| b.is_ascii_digit());
    let is_ours = || list_known_keys().any(|key| key.as_str().ends_with(name));
    let is_plain = name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-/".contains(&b));
    is_index || (is_plain && name.len() <= MAX_NAME_LEN) || is_ours()
}
