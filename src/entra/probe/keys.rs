//! The certificates of an application (`keyCredentials`) as Graph shows them.
//!
//! Source: <https://learn.microsoft.com/graph/api/resources/keycredential>.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::certificate::{read_identifier, read_thumbprint};
use crate::entra::snapshot::CertificateSeen;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyShape {
    key_id: Uuid,
    #[serde(rename = "type")]
    kind: Option<String>,
    usage: Option<String>,
    display_name: Option<String>,
    start_date_time: Option<Timestamp>,
    end_date_time: Option<Timestamp>,
    custom_key_identifier: Option<String>,
    key: Option<String>,
}

/// The certificates among the entries with which an application can sign in.
pub(crate) fn list_certificates(entries: &[Value]) -> Vec<CertificateSeen> {
    entries.iter().filter_map(certificate).collect()
}

fn certificate(entry: &Value) -> Option<CertificateSeen> {
    let shape = KeyShape::deserialize(entry).ok()?;
    if shape.kind.as_deref() != Some("AsymmetricX509Cert") || shape.usage.as_deref() != Some("Verify") {
        return None;
    }
    let of_key = shape.key.as_deref().and_then(read_thumbprint);
    // The identifier can be any text that another tool set.
    let thumbprint = of_key.or_else(|| shape.custom_key_identifier.as_deref().and_then(read_identifier));
    Some(CertificateSeen {
        key_id: shape.key_id,
        name: shape.display_name,
        begins: shape.start_date_time,
        ends: shape.end_date_time?,
        thumbprint,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DIGITS: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D";

    fn entry(more: Value) -> Value {
        let mut entry = json!({"keyId": Uuid::nil(), "type": "AsymmetricX509Cert", "usage": "Verify", "key": null,
            "customKeyIdentifier": null, "displayName": "CN=a", "endDateTime": "2027-05-29T10:00:00.1234567Z"});
        for (name, value) in more.as_object().expect("members") {
            entry[name] = value.clone();
        }
        entry
    }

    #[test]
    fn thumbprint_comes_from_the_key_or_the_identifier() {
        let seen = |more| list_certificates(&[entry(more)]).remove(0).thumbprint;
        let wanted = DIGITS.parse().ok();
        // "abc" in Base64 is hashed like any certificate.
        assert_eq!(seen(json!({"key": "YWJj"})), wanted);
        for identifier in [DIGITS, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="] {
            assert_eq!(seen(json!({"customKeyIdentifier": identifier})), wanted, "{identifier}");
            let both = seen(json!({"customKeyIdentifier": identifier, "key": "YWJk"}));
            assert!(both.is_some() && both != wanted, "the key decides");
        }
        assert_eq!(seen(json!({})), None);
        assert_eq!(seen(json!({"customKeyIdentifier": "c3d5eA=="})), None);
    }

    #[test]
    fn other_entries_are_no_certificates_of_a_sign_in() {
        for more in [json!({"usage": "Sign"}), json!({"type": "Symmetric"}), json!({"keyId": 1})] {
            assert!(list_certificates(&[entry(more.clone())]).is_empty(), "{more}");
        }
    }
}
