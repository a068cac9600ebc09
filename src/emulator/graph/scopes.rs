//! The scopes of an exposed API (`api.oauth2PermissionScopes`): a body replaces the list, and an enabled scope can be neither changed nor
//! removed.
//!
//! <https://learn.microsoft.com/en-us/graph/api/resources/permissionscope>. The error follows public reports of other tools.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::emulator::error::GraphError;
use crate::emulator::state::Application;

/// Refuses a body that changes or removes an enabled scope in any way but disabling it.
pub(super) fn check(application: &Application, body: &Map<String, Value>) -> Result<(), GraphError> {
    let Some(after) = body.get("api").and_then(list) else { return Ok(()) };
    let before = application.other.get("api").and_then(list).map(Vec::as_slice).unwrap_or_default();
    let is_kept = |scope: &Value| {
        let mut disabled = scope.clone();
        if let Some(members) = disabled.as_object_mut() {
            members.insert("isEnabled".to_owned(), false.into());
        }
        after.contains(scope) || after.contains(&disabled)
    };
    if before.iter().filter(|scope| scope.get("isEnabled") == Some(&Value::Bool(true))).all(is_kept) {
        return Ok(());
    }
    let message = "Property api.oauth2PermissionScopes: Permission (scope or role) cannot be deleted or updated unless disabled first.";
    Err(GraphError::new(StatusCode::BAD_REQUEST, "CannotDeleteOrUpdateEnabledEntitlement", message))
}

fn list(api: &Value) -> Option<&Vec<Value>> {
    api.get("oauth2PermissionScopes")?.as_array()
}
