//! What is wrong with the text of an id or a secret: one fault at most, in the order in which they are reported.
//!
//! Each of these faults has a rule of its own; because they all ask here, a value is never reported twice.

use uuid::Uuid;

/// Why a text is no client or tenant id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFault {
    /// A text that stands for "fill me in".
    Placeholder,
    /// Blanks or line ends around it.
    SurroundingBlank,
    /// A domain name, or one of Entra's general names for a tenant.
    TenantName,
    /// Not 8-4-4-4-12 hexadecimal digits.
    NotAGuid,
}

/// Why a text is no client secret, or perhaps none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The GUID that a text is: 8-4-4-4-12 hexadecimal digits in either case, and nothing else.
///
/// Braces, `urn:uuid:` and 32 bare digits are refused: neither Control Center nor the portal shows ids in those forms.
pub fn guid(text: &str) -> Option<Uuid> {
    const HYPHENATED: usize = 36;
    if text.len() == HYPHENATED { Uuid::try_parse(text).ok() } else { None }
}

/// What is wrong with a tenant or client id.
pub(super) fn id_fault(text: &str) -> Option<IdFault> {
    if is_placeholder(text) {
        return Some(IdFault::Placeholder);
    }
    if text != text.trim() && !text.trim().is_empty() {
        return Some(IdFault::SurroundingBlank);
    }
    match guid(text) {
        Some(_) => None,
        None if is_tenant_name(text) => Some(IdFault::TenantName),
        None => Some(IdFault::NotAGuid),
    }
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
        _ if !crate::secret_form::looks_like_a_secret(text) => SecretFault::Unusual,
        _ => return None,
    })
}

/// Whether a text stands for "fill me in": `<tenant-id>`, a zero or repeated-digit or x-filled GUID, `changeme`, `xxx`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    // Only words in the brackets: older secrets may begin and end with a bracket too.
    let words = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '.'))
    };
    let bracketed =
        [("<", ">"), ("[", "]"), ("{{", "}}"), ("${", "}"), ("%", "%")].iter().any(|(open, close)| {
            text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(words)
        });
    bracketed || is_filler(&lower) || PLACEHOLDERS.contains(&lower.as_str()) || lower.starts_with("your-")
}

const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "todo",
    "tbd",
    "fixme",
    "placeholder",
    "example",
    "secret",
    "password",
    "none",
    "null",
    "client-id",
    "tenant-id",
    "client-secret",
    "client_id",
    "tenant_id",
    "client_secret",
    "your_secret",
    "your_client_secret",
    "12345678-1234-1234-1234-123456789012",
    "12345678-1234-1234-1234-123456789abc",
    "00000000-0000-0000-0000-000000000001",
];

/// One and the same character over and over, dashes apart: `xxx`, `…`, `11111111-1111-…`.
fn is_filler(text: &str) -> bool {
    let mut rest = text.chars().filter(|c| *c != '-');
    let Some(first) = rest.next() else { return false };
    let same = rest.clone().all(|c| c == first);
    let guid_like = text.len() == 36 && text.matches('-').count() == 4;
    same && (guid_like || (rest.count() >= 2 && matches!(first, 'x' | '*' | '.' | '…' | '?' | '0')))
}

/// A domain name, or one of the names under which Entra serves any tenant.
fn is_tenant_name(text: &str) -> bool {
    const GENERAL: [&str; 3] = ["common", "organizations", "consumers"];
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let last_is_a_word = text
        .rsplit('.')
        .next()
        .is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()));
    GENERAL.iter().any(|name| name.eq_ignore_ascii_case(text))
        || (text.contains('.') && text.split('.').all(label) && last_is_a_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_one_form() {
        assert!(guid("8F1C2d3e-0000-4000-8000-123456789abc").is_some());
        for text in [
            "{8f1c2d3e-0000-4000-8000-123456789abc}",
            "urn:uuid:8f1c2d3e-0000-4000-8000-123456789abc",
            "8f1c2d3e000040008000123456789abc",
            "8f1c2d3e-0000-4000-8000-123456789abg",
            "8f1c2d3e0-000-4000-8000-123456789abc",
            "",
        ] {
            assert!(guid(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_id_has_one_fault() {
        for (text, fault) in [
            ("<tenant-id>", Some(IdFault::Placeholder)),
            ("00000000-0000-0000-0000-000000000000", Some(IdFault::Placeholder)),
            ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", Some(IdFault::Placeholder)),
            (" 8f1c2d3e-0000-4000-8000-123456789abc", Some(IdFault::SurroundingBlank)),
            ("contoso.onmicrosoft.com", Some(IdFault::TenantName)),
            ("Organizations", Some(IdFault::TenantName)),
            ("8f1c2d3e", Some(IdFault::NotAGuid)),
            ("", Some(IdFault::NotAGuid)),
            ("8f1c2d3e-0000-4000-8000-123456789abc", None),
        ] {
            assert_eq!(id_fault(text), fault, "{text}");
        }
    }

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
