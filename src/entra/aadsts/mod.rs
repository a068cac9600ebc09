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
mod certificate;
mod code;
mod kind;
mod table;

pub use code::Code;
pub use kind::Kind;
pub use table::{find, list};

/// Returns the kind of a refusal: by its code, or without a code by `error` (RFC 6749, section 5.2).
///
/// A code that is not in the table is [`Kind::Unknown`], whatever its `error`: one value of `error` covers
/// dozens of causes.
pub fn classify(number: Option<u32>, error: &str) -> Kind {
    match number {
        Some(number) => find(number).map_or(Kind::Unknown, |code| code.kind),
        None => classify_error(error),
    }
}

/// What a value of `error` usually means, if it is a usual one. With an unknown code, this is only a
/// possibility.
pub fn find_usual_meaning(error: &str) -> Option<&'static str> {
    Some(match error {
        "invalid_client" => "the credential is not accepted, or the application cannot use it here",
        "unauthorized_client" => "the application is not found in the tenant, or is disabled there",
        "invalid_resource" => {
            "the requested Microsoft Graph belongs to another cloud, or is disabled in the tenant"
        }
        "invalid_grant" | "interaction_required" => {
            "a consent is missing, or a policy of the tenant blocks the sign-in"
        }
        "access_denied" => "a policy of the tenant blocks the sign-in",
        "temporarily_unavailable" => "Entra ID is busy, and a later attempt works",
        _ => return None,
    })
}

/// Describes a code that is not in the table: Microsoft's page about it, and the usual meaning of its
/// `error`, as a possibility.
pub fn describe_unknown(number: u32, error: &str) -> String {
    let page = build_page_address(number);
    let usual = find_usual_meaning(error).map(|usual| format!("; {error} often means that {usual}"));
    format!("this program does not know this code, see {page}{}", usual.unwrap_or_default())
}

fn classify_error(error: &str) -> Kind {
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

    #[test]
    fn codes_are_unique() {
        let numbers = list().map(|code| code.number).collect::<Vec<_>>();
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), numbers.len());
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
        for (one, other) in [
            (7000112, 53003),
            (500014, 7000112),
            (700016, 700038),
            (7000215, 700025),
            (90002, 50194),
            (7000229, 700011),
        ] {
            assert_ne!(cure(one), cure(other));
            assert_eq!(find(one).unwrap().kind, find(other).unwrap().kind);
        }
    }

    #[test]
    fn unknown_code_is_never_judged_by_its_error() {
        for error in
            ["invalid_client", "unauthorized_client", "invalid_resource", "temporarily_unavailable", ""]
        {
            assert_eq!(classify(Some(1), error), Kind::Unknown, "{error}");
        }
        assert_eq!(classify(Some(7000222), "invalid_client"), Kind::SecretExpired);
        assert_eq!(classify(Some(7000229), "invalid_client"), Kind::ServicePrincipalMissing);
        assert!(find_usual_meaning("invalid_client").is_some_and(|text| text.contains("credential")));
        assert_eq!(find_usual_meaning("whatever"), None);
        let described = describe_unknown(1, "invalid_client");
        assert!(
            described.starts_with("this program does not know this code, see https://login."),
            "{described}"
        );
        assert!(described.contains("error?code=1; invalid_client often means that "), "{described}");
    }

    #[test]
    fn refusal_without_a_code_is_classified_by_its_error() {
        assert_eq!(classify(None, "invalid_client"), Kind::SecretRejected);
        assert_eq!(classify(None, "unauthorized_client"), Kind::ApplicationNotFound);
        assert_eq!(classify(None, "invalid_resource"), Kind::WrongCloud);
        assert_eq!(classify(None, "temporarily_unavailable"), Kind::Transient);
        assert_eq!(classify(None, "whatever"), Kind::Unknown);
    }

    #[test]
    fn no_cure_switches_public_client_flows_off_where_swyxware_needs_them() {
        for code in list() {
            assert!(!code.cure.contains("public client flows\" off"), "{}", code.number);
        }
        assert!(find(700025).is_some_and(|code| code.cure.contains("14.20")));
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
