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

/// Whether a text in a field for something else may be a secret or a token.
///
/// Client secrets, and words that look random: at least 20 characters with a digit and letters of both cases
/// (base64, JSON Web Tokens), at least 32 with a digit (hexadecimal tokens), or any with `~`, which no name
/// and no address has. These lengths are those of the shortest tokens in use, and longer than usual names.
pub(crate) fn may_be_a_secret(text: &str) -> bool {
    holds_a_secret(text) || text.contains('~') || text.split(is_separator).any(looks_random)
}

/// Whether a text that was entered in a visible field of a form may be a secret, and so is not shown again.
///
/// As [`may_be_a_secret`], but an ID must be visible to the person who mistyped it.
pub(crate) fn input_may_be_a_secret(text: &str) -> bool {
    let may_be = |word: &str| looks_random(word) && !resembles_an_id(word);
    holds_a_secret(text) || text.contains('~') || text.split(is_separator).any(may_be)
}

fn is_separator(c: char) -> bool {
    !c.is_alphanumeric() && !"_~+=-".contains(c)
}

/// Whether a word has the groups of a UUID, perhaps with typing errors.
fn resembles_an_id(word: &str) -> bool {
    const MAX_GROUP_LEN: usize = 13;
    let is_group =
        |group: &str| group.len() <= MAX_GROUP_LEN && group.bytes().all(|b| b.is_ascii_alphanumeric());
    word.len() <= 40 && word.split('-').count() == 5 && word.split('-').all(is_group)
}

fn looks_random(word: &str) -> bool {
    let has = |of: fn(char) -> bool| word.chars().any(of);
    let is_mixed = has(char::is_uppercase) && has(char::is_lowercase);
    has(|c| c.is_ascii_digit()) && (word.len() >= 32 || word.len() >= 20 && is_mixed)
}

/// The parts of a mistyped address that may be a password or a token: user information and query.
pub(crate) fn confidential_parts(address: &str) -> [Range<usize>; 2] {
    let after_scheme = address.find("//").map_or(0, |at| at + 2);
    // A password may contain any character, so the last `@` counts.
    let host = address.rfind('@').unwrap_or(0);
    let query = address.get(host..).and_then(|rest| rest.find(['?', '#'])).map(|at| host + at + 1);
    [after_scheme.min(host)..host, query.unwrap_or(address.len())..address.len()]
}

/// Whether a shell accepts the name of a variable.
pub(crate) fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Returns the text for display, or four asterisks if it contains a secret.
pub(crate) fn without_secret(text: &str) -> &str {
    if holds_a_secret(text) { "****" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possible_secrets_are_recognised_and_names_are_not() {
        for secret in [
            "AbC8Q~0123456789abcdefghijklmnopqrstuvwx",
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQi.c2ln",
            "https://host/0123456789abcdef0123456789abcdef",
            "Zm9vYmFyYmF6cXV4Zm9v1A==",
            "kX8~canary",
        ] {
            assert!(may_be_a_secret(secret) && input_may_be_a_secret(secret), "{secret}");
        }
        for name in [
            "14,10",
            "v14.10 R2",
            "https://graph.microsft.com/v1.0",
            "swyx-gateway-berlin-01.example.com",
            "germny",
        ] {
            assert!(!may_be_a_secret(name), "{name}");
            assert!(!input_may_be_a_secret(name), "{name}");
        }
        for id in ["2b8e4c71-5a9f-4d36-b0c8-7e1f3a6d9245", "x 2b8e4c71-5a9f-4d36-b0c8-7elf3a6d92455"] {
            assert!(may_be_a_secret(id) && !input_may_be_a_secret(id), "{id}");
        }
    }

    #[test]
    fn user_information_and_query_are_confidential() {
        for (address, parts) in [
            ("https://user:pw@host/path?key=1", ["user:pw", "key=1"]),
            ("https://user:p/w?x@host", ["user:p/w?x", ""]),
            ("htps//user@host#part", ["user", "part"]),
            ("user:pw@host", ["user:pw", ""]),
            ("https:/host//path@", ["path", ""]),
            ("https://host/path", ["", ""]),
        ] {
            let found = confidential_parts(address).map(|range| address.get(range).unwrap_or("out of range"));
            assert_eq!(found, parts, "{address}");
        }
    }
}
