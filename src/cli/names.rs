//! How paths and words from the command line are repeated in messages.

use std::path::{Path, PathBuf};

use crate::settings::entries::known_keys;

/// A path as reports call it.
pub(super) fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The folder that relative paths in a settings file start at.
pub(super) fn folder(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A word from the arguments as it may be repeated: a key or a name, right or misspelt. A word with digits or signs that none of our
/// names has might be a secret in the wrong place.
pub(super) fn named(word: &str) -> &str {
    let is_known = |word: &str| known_keys().any(|key| key.as_str() == word);
    if is_known(word) || word.split(['.', '[', ']', '"']).all(is_name) { word } else { "…" }
}

/// Whether a name is one of ours, or looks like one.
pub(super) fn is_name(name: &str) -> bool {
    const MAX_NAME_LEN: usize = 40;
    let is_index = name.len() <= 4 && name.bytes().all(|b| b.is_ascii_digit());
    let is_ours = || known_keys().any(|key| key.as_str().ends_with(name));
    let is_plain = name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-/".contains(&b));
    is_index || (is_plain && name.len() <= MAX_NAME_LEN) || is_ours()
}
