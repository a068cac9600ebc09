//! The meanings of Entra ID's error codes, and what to do: the single table that findings, errors and
//! `explain` use.
//!
//! Microsoft says that these numbers are for diagnosis and may change, so an unknown code is still a valid
//! answer. Source of the meanings:
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>. That table does not list the
//! value of `error` for a code. It is included here if an answer or Microsoft's pages on the grant showed it,
//! and has no effect.
//!
//! ```
//! use swyx_teams::entra::aadsts::{self, Kind};
//!
//! let number = aadsts::parse_number("AADSTS7000222:").expect("a code");
//! assert_eq!(aadsts::find(number).map(|code| code.kind), Some(Kind::SecretExpired));
//! ```

mod administrator;
mod application;
mod code;
mod kind;
mod table;

pub use code::Code;
pub use kind::Kind;
pub use table::{find, list};

/// Returns the kind of a refusal: by its code, otherwise by `error` (RFC 6749, section 5.2).
pub fn classify(number: Option<u32>, error: &str) -> Kind {
    if let Some(code) = number.and_then(find) {
        return code.kind;
    }
    match error {
        "invalid_client" => Kind::SecretRejected,
        "unauthorized_client" => Kind::ApplicationNotFound,
        "invalid_resource" => Kind::WrongCloud,
        "temporarily_unavailable" => Kind::Transient,
        _ => Kind::Unknown,
    }
}

/// Microsoft's page about a code, whether the code is known here or not.
pub fn build_page_address(number: u32) -> String {
    format!("https://login.microsoftonline.com/error?code={number}")
}

/// Parses the number of a code as users write it: `AADSTS7000215` in either case, or only the number; a
/// trailing colon, as in logs, is allowed.
pub fn parse_number(text: &str) -> Option<u32> {
    const PREFIX: &str = "AADSTS";
    let text = text.trim_end_matches(':');
    let digits = match text.split_at_checked(PREFIX.len()) {
        Some((prefix, digits)) if prefix.eq_ignore_ascii_case(PREFIX) => digits,
        _ => text,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    /// Every code that a sign-in of this program is known to return.
    const EXPECTED: &[u32] = &[
        7000215, 7000229, 7000222, 7000218, 70002, 700016, 700038, 700011, 70001, 7000112, 90002, 900023,
        90038, 900382, 900432, 50059, 90019, 500011, 1002012, 700022, 70011, 70003, 900144, 9002313, 700027,
        700024, 700213, 700025, 700030, 65001, 65002, 65004, 650051, 650052, 650053, 650054, 650055, 650056,
        650057, 90094, 90095, 90093, 50034, 50020, 50057, 50055, 50126, 50076, 50079, 50074, 50072, 50105,
        53003, 53000, 53001, 50097, 530032, 530034, 530035, 50196, 90055, 50033, 90033, 90024, 90006, 90012,
        70016, 70018, 70019, 70020, 90119, 90120, 9002332, 50194, 90124, 90130, 9001023,
    ];

    #[test]
    fn every_expected_code_is_listed_once() {
        let numbers = list().map(|code| code.number).collect::<Vec<_>>();
        let unique = numbers.iter().copied().collect::<HashSet<_>>();
        assert_eq!(unique.len(), numbers.len());
        assert_eq!(unique, EXPECTED.iter().copied().collect());
        assert!(find(7000215).is_some() && find(1).is_none());
    }

    #[test]
    fn every_code_has_a_unique_meaning_and_a_cure() {
        let mut meanings = HashSet::new();
        let mut cures = HashMap::new();
        for Code { number, kind, meaning, cure, .. } in list() {
            for text in [meaning, cure] {
                assert!(text.len() > 15 && !text.ends_with('.') && text.trim() == *text, "{number}: {text}");
            }
            // It may start with a name, but it is not a full sentence.
            assert!(cure.starts_with(char::is_lowercase), "{number}: {cure}");
            assert!(meanings.insert(*meaning), "{number}: {meaning} is another code's too");
            assert_eq!(
                cures.entry(*cure).or_insert(*kind),
                kind,
                "{number}: {cure} cures two kinds of fault"
            );
            assert_ne!(*kind, Kind::Unknown, "{number}");
        }
    }

    #[test]
    fn codes_of_the_same_kind_can_have_different_cures() {
        let cure = |number| find(number).unwrap().cure;
        for (one, other) in
            [(7000112, 53003), (50105, 7000112), (700016, 700038), (7000215, 700025), (90002, 50194)]
        {
            assert_ne!(cure(one), cure(other));
            assert_eq!(find(one).unwrap().kind, find(other).unwrap().kind);
        }
    }

    #[test]
    fn unknown_code_is_classified_by_the_error_string() {
        assert_eq!(classify(Some(7000222), "invalid_client"), Kind::SecretExpired);
        assert_eq!(classify(Some(1), "invalid_client"), Kind::SecretRejected);
        assert_eq!(classify(None, "unauthorized_client"), Kind::ApplicationNotFound);
        assert_eq!(classify(None, "invalid_resource"), Kind::WrongCloud);
        assert_eq!(classify(None, "temporarily_unavailable"), Kind::Transient);
        assert_eq!(classify(None, "whatever"), Kind::Unknown);
    }

    #[test]
    fn code_is_parsed_with_and_without_prefix() {
        for text in ["AADSTS7000215", "aadsts7000215", "7000215"] {
            assert_eq!(parse_number(text), Some(7_000_215), "{text}");
        }
        for text in ["", "AADSTS", "AADSTSx", "+1", "AADSTS 1", "ä1", "AADSTS99999999999", "user[0]"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn every_kind_has_a_unique_reason() {
        let texts = Kind::ALL.map(Kind::why);
        assert_eq!(texts.into_iter().collect::<HashSet<_>>().len(), texts.len());
        assert!(texts.iter().all(|text| text.ends_with('.')));
    }
}
