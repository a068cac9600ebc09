//! The fault of an id text: at most one, in the order of precedence.
//!
//! Each fault has its own rule. All of these rules use this function, so a value is never reported twice.

use crate::text::{is_placeholder, parse_guid, without_disguise};

/// Why a text is not a valid client or tenant id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdFault {
    /// A placeholder text.
    Placeholder,
    /// An id with invisible characters, or with typographic dashes.
    Disguised,
    /// Whitespace around the text.
    SurroundingBlank,
    /// A domain name, or one of Entra's general names for a tenant.
    TenantName,
    /// Not 8-4-4-4-12 hexadecimal digits.
    NotAGuid,
}

/// Returns the fault of a tenant or client id.
pub(super) fn id_fault(text: &str) -> Option<IdFault> {
    if is_placeholder(text) {
        return Some(IdFault::Placeholder);
    }
    if !text.is_ascii() && parse_guid(&without_disguise(text)).is_some() && !is_only_padded(text) {
        return Some(IdFault::Disguised);
    }
    if text != text.trim() && !text.trim().is_empty() {
        return Some(IdFault::SurroundingBlank);
    }
    match parse_guid(text) {
        Some(_) => None,
        None if is_tenant_name(text) => Some(IdFault::TenantName),
        None => Some(IdFault::NotAGuid),
    }
}

/// Whether there is nothing but whitespace around an id.
fn is_only_padded(text: &str) -> bool {
    parse_guid(text.trim()).is_some()
}

/// Whether the text is a domain name, or one of the names that Entra accepts for any tenant.
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
    fn id_fault_is_the_first_that_applies() {
        for (text, fault) in [
            ("<tenant-id>", Some(IdFault::Placeholder)),
            ("00000000-0000-0000-0000-000000000000", Some(IdFault::Placeholder)),
            ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", Some(IdFault::Placeholder)),
            (" 8f1c2d3e-0000-4000-8000-123456789abc", Some(IdFault::SurroundingBlank)),
            ("\u{3000}8f1c2d3e-0000-4000-8000-123456789abc", Some(IdFault::SurroundingBlank)),
            ("8f1c2d3e-0000-4000-8000-123456789abc\u{200b}", Some(IdFault::Disguised)),
            (" \u{feff}8f1c2d3e\u{2013}0000-4000-8000-123456789abc", Some(IdFault::Disguised)),
            ("8f1c2d3e-0000-4000-8000-123456789ab\u{e4}", Some(IdFault::NotAGuid)),
            ("contoso.onmicrosoft.com", Some(IdFault::TenantName)),
            ("Organizations", Some(IdFault::TenantName)),
            ("8f1c2d3e", Some(IdFault::NotAGuid)),
            ("", Some(IdFault::NotAGuid)),
            ("8f1c2d3e-0000-4000-8000-123456789abc", None),
        ] {
            assert_eq!(id_fault(text), fault, "{text}");
        }
    }
}
