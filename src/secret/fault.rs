//! What is wrong with the text of a client secret: one fault at most, in the order in which they are reported.
//!
//! Each of these faults has a rule of its own; because they all ask here, a value is never reported twice.

use super::shape::looks_like_a_secret;
use crate::text::{guid, is_placeholder};

/// Why a text is no client secret, or perhaps none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretFault {
    /// A text that stands for "fill me in".
    Placeholder,
    /// Blanks or line ends around it.
    SurroundingBlank,
    /// A GUID: the id of a secret.
    Guid,
    /// Nothing.
    Empty,
    /// Quotation marks that belong to no secret.
    Quoted,
    /// Written for a web address: `%7E` for `~`.
    UrlEncoded,
    /// Shorter than 16 or longer than 64 characters.
    Length,
    /// Not of the form that Entra gives its secrets today.
    Unusual,
}

/// What is wrong with a client secret.
///
/// Length 16 to 64 is the API's word (learn.microsoft.com/graph/api/resources/passwordcredential), the usual form that of
/// secret scanners; older secrets look different, so both are for a warning only.
pub(super) fn secret_fault(text: &str) -> Option<SecretFault> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
    let in_quotes = |mark: char| text.chars().count() > 1 && text.starts_with(mark) && text.ends_with(mark);
    Some(match text {
        "" => SecretFault::Empty,
        _ if is_placeholder(text) || text.trim().is_empty() => SecretFault::Placeholder,
        _ if text != text.trim() => SecretFault::SurroundingBlank,
        _ if guid(text).is_some() => SecretFault::Guid,
        _ if in_quotes('"') || in_quotes('\'') => SecretFault::Quoted,
        _ if text.contains("%7E") || text.contains("%7e") => SecretFault::UrlEncoded,
        _ if !LENGTHS.contains(&text.chars().count()) => SecretFault::Length,
        _ if !looks_like_a_secret(text) => SecretFault::Unusual,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_fault() {
        for (text, fault) in [
            ("", Some(SecretFault::Empty)),
            ("changeme", Some(SecretFault::Placeholder)),
            ("aBc8Q~0123456789012345678901234567890\n", Some(SecretFault::SurroundingBlank)),
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
