//! The form of an Entra client secret, used to recognise a secret wherever it was pasted.

use std::ops::Range;

/// Whether a text has the form of today's Entra client secrets: 37 to 40 characters with `Q~` as fifth and
/// sixth.
///
/// The pattern `[a-zA-Z0-9_~.]{3}\dQ~[a-zA-Z0-9_~.-]{31,34}` is that of the secret scanner gitleaks (July 2026).
pub(crate) fn looks_like_a_secret(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    (37..=40).contains(&bytes.len()) && bytes.iter().all(is_of_secrets) && secret_starts_at(bytes) == Some(0)
}

/// The characters of Entra client secrets.
fn is_of_secrets(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_~.-".contains(byte)
}

/// The position at which a client secret may start in a word.
fn secret_starts_at(word: &[u8]) -> Option<usize> {
    let is_mark = |mark: &[u8]| matches!(mark, [digit, b'Q', b'~'] if digit.is_ascii_digit());
    let marks = word.get(3..)?.get(..word.len().checked_sub(34)?)?;
    marks.windows(3).position(is_mark)
}

/// The words of a text that may contain a client secret.
pub(crate) fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    let words = text.as_bytes().split(|byte| !is_of_secrets(byte)).map(move |word| {
        let start = end;
        end = start + word.len() + 1;
        (start, word)
    });
    words.filter(|(_, word)| secret_starts_at(word).is_some()).map(|(start, word)| start..start + word.len())
}

/// Whether a text contains such a secret anywhere.
pub(crate) fn holds_a_secret(text: &str) -> bool {
    secrets(text).next().is_some()
}

/// Returns the text for display, or four asterisks if it contains a secret.
pub(crate) fn without_secret(text: &str) -> &str {
    if holds_a_secret(text) { "****" } else { text }
}
