//! The API that the registration of 14.20 and later exposes: its application ID URI, and one scope for administrators and users.
//!
//! Graph replaces the list of scopes, and refuses a change of an enabled one. So existing scopes are sent back exactly as they were read,
//! and a scope is only added if none is enabled. Source: <https://learn.microsoft.com/graph/api/resources/permissionscope>.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::settings::ClientId;

/// The application ID URI.
pub(super) fn api_uri(client_id: ClientId) -> String {
    format!("api://{client_id}")
}

/// Whether the API has an enabled scope, of any name: the vendor's guides use different ones.
pub(super) fn is_exposed(api: &Value) -> bool {
    list_scopes(api).iter().any(|scope| scope.get("isEnabled") == Some(&Value::Bool(true)))
}

/// `api` with the scope of the application called `name`, including all scopes of the earlier read `known`; `None` if there is an
/// enabled one.
pub(super) fn with_scope(api: &Value, known: &Value, name: &str) -> Option<Value> {
    if is_exposed(api) || is_exposed(known) {
        return None;
    }
    let mut scopes = list_scopes(api).to_vec();
    // A read may be older than the one before.
    let is_new = |scope: &&Value| list_scopes(api).iter().all(|other| other.get("id") != scope.get("id"));
    scopes.extend(list_scopes(known).iter().filter(is_new).cloned());
    scopes.push(scope(select_free(&scopes), name));
    let mut members = api.as_object().cloned().unwrap_or_else(Map::new);
    members.insert("oauth2PermissionScopes".to_owned(), scopes.into());
    Some(Value::Object(members))
}

/// The name of the scope to add.
pub(super) fn select_name(api: &Value) -> &'static str {
    select_free(list_scopes(api))
}

/// Another scope, which is disabled, may have the usual name.
fn select_free(scopes: &[Value]) -> &'static str {
    const USUAL: &str = "SwyxWare";
    const OTHER: &str = "SwyxWareLogin";
    let is_taken = scopes.iter().any(|scope| scope.get("value").and_then(Value::as_str) == Some(USUAL));
    if is_taken { OTHER } else { USUAL }
}

fn list_scopes(api: &Value) -> &[Value] {
    api.get("oauth2PermissionScopes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts are those that the vendor's guide suggests.
fn scope(value: &str, name: &str) -> Value {
    const TEXT: &str = "Allow login at SwyxWare";
    // The same in each run, so that a repeated request changes nothing.
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("swyx-teams:scope:{value}:{name}").as_bytes());
    json!({
        "id": id, "value": value, "type": "User", "isEnabled": true,
        "adminConsentDisplayName": TEXT, "adminConsentDescription": TEXT,
        "userConsentDisplayName": TEXT, "userConsentDescription": TEXT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(value: &str, is_enabled: bool) -> Value {
        json!({"id": Uuid::nil(), "value": value, "isEnabled": is_enabled, "unknown": [1]})
    }

    #[test]
    fn scope_is_added_and_everything_else_stays() {
        let api = json!({"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [other("old", false)]});
        let after = with_scope(&api, &Value::Null, "a").expect("a scope");
        assert_eq!(after["requestedAccessTokenVersion"], 2);
        let scopes = after["oauth2PermissionScopes"].as_array().expect("a list");
        assert_eq!((scopes.len(), &scopes[0]), (2, &other("old", false)));
        assert_eq!((&scopes[1]["value"], &scopes[1]["type"]), (&json!("SwyxWare"), &json!("User")));
        assert_eq!(with_scope(&api, &Value::Null, "a"), Some(after.clone()), "the same each time");
        assert_eq!(with_scope(&after, &Value::Null, "a"), None);
    }

    #[test]
    fn enabled_scope_of_any_name_is_left_alone() {
        let api = json!({"oauth2PermissionScopes": [other("access_as_user", true)]});
        assert!(is_exposed(&api) && !is_exposed(&Value::Null));
        assert_eq!(with_scope(&api, &Value::Null, "a"), None);
        // A read from a server that does not know it yet.
        assert_eq!(with_scope(&json!({}), &api, "a"), None);
    }

    #[test]
    fn disabled_scope_keeps_its_name_and_survives_an_old_read() {
        let known = json!({"oauth2PermissionScopes": [other("SwyxWare", false)]});
        for api in [&known, &json!({})] {
            let after = with_scope(api, &known, "a").expect("a scope");
            let scopes = after["oauth2PermissionScopes"].as_array().expect("a list");
            assert_eq!((scopes.len(), &scopes[0]), (2, &other("SwyxWare", false)));
            assert_eq!(scopes[1]["value"], "SwyxWareLogin");
        }
    }
}
