//! The fault of a client secret text: at most one, in the order of precedence.
//!
//! Each fault has its own rule. All of these rules use this function, so a value is never reported twice.

use super::shape::looks_like_a_secret;
use super::typed::find_reference;
use crate::text::{is_placeholder, parse_guid, without_edges};

/// Why a text is not, or probably not, a client secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretFault {
    /// A reference, typed as text.
    Reference,
    /// A placeholder text.
    Placeholder,
    /// Whitespace around the text.
    SurroundingBlank,
    /// A GUID: the id of a secret.
    Guid,
    /// Empty text.
    Empty,
    /// A character that is not printable ASCII. It is named only if it was copied along, such as a dash.
    NotAscii(Option<char>),
    /// Quotation marks around the text.
    Quoted,
    /// URL-encoded: `%7E` for `~`.
    UrlEncoded,
    /// Shorter than 16 or longer than 64 characters.
    Length,
    /// Not in the form of today's Entra secrets.
    Unusual,
}

/// Returns the fault of a client secret.
///
/// The length of 16 to 64 comes from the API documentation
/// (learn.microsoft.com/graph/api/resources/passwordcredential), the usual form from secret scanners. Older
/// secrets look different, so both cause only a warning.
pub(super) fn secret_fault(text: &str) -> Option<SecretFault> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
    let in_quotes = |mark: char| text.chars().count() > 1 && text.starts_with(mark) && text.ends_with(mark);
    Some(match text {
        "" => SecretFault::Empty,
        _ if find_reference(text).is_some() => SecretFault::Reference,
        _ if is_placeholder(text) || text.trim().is_empty() => SecretFault::Placeholder,
        _ if text != without_edges(text) => SecretFault::SurroundingBlank,
        _ if not_ascii(text).is_some() => {
            SecretFault::NotAscii(not_ascii(text).filter(|c| !c.is_alphanumeric()))
        }
        _ if parse_guid(text).is_some() => SecretFault::Guid,
        _ if in_quotes('"') || in_quotes('\'') => SecretFault::Quoted,
        _ if text.contains("%7E") || text.contains("%7e") => SecretFault::UrlEncoded,
        _ if !LENGTHS.contains(&text.chars().count()) => SecretFault::Length,
        _ if !looks_like_a_secret(text) => SecretFault::Unusual,
        _ => return None,
    })
}

/// The first character of a text that is not printable ASCII.
pub(super) fn not_ascii(text: &str) -> Option<char> {
    text.chars().find(|c| !matches!(c, ' '..='~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_fault_is_the_first_that_applies() {
        for (text, fault) in [
            ("", Some(SecretFault::Empty)),
            ("$(SwyxSecret)", Some(SecretFault::Reference)),
            ("changeme", Some(SecretFault::Placeholder)),
            ("aBc8Q~0123456789012345678901234567890\n", Some(SecretFault::SurroundingBlank)),
            ("aBc8Q~01234567890\u{200b}12345678901234567890", Some(SecretFault::NotAscii(Some('\u{200b}')))),
            ("aBc8Q~01234567890\u{2013}12345678901234567890", Some(SecretFault::NotAscii(Some('\u{2013}')))),
            ("aBc8Q~01234567890\t12345678901234567890", Some(SecretFault::NotAscii(Some('\t')))),
            ("aBc8Q~01234567890\u{e4}12345678901234567890", Some(SecretFault::NotAscii(None))),
            ("\u{feff}aBc8Q~0123456789012345678901234567890", Some(SecretFault::SurroundingBlank)),
            ("8f1c2d3e-0000-4000-8000-123456789abc", Some(SecretFault::Guid)),
            ("\"aBc8Q~0123456789012345678901234567890\"", Some(SecretFault::Quoted)),
            ("aBc8Q%7E0123456789012345678901234567890", Some(SecretFault::UrlEncoded)),
            ("short", Some(SecretFault::Length)),
            ("[[an-older-secret-of-32-letters]", Some(SecretFault::Unusual)),
            ("aBc8Q~0123456789012345678901234567890", None),
        ] {
            assert_eq!(secret_fault(text), fault);
        }
    }
}
