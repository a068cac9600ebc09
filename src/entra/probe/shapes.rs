//! Graph's answers about applications and grants, and how to read them.
//!
//! Sources of the shapes: <https://learn.microsoft.com/graph/api/resources/application>,
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>, <https://learn.microsoft.com/graph/api/resources/approleassignment>,
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::unseen::unexpected_answer;
use crate::entra::GraphError;
use crate::entra::graph::{Client, PartAnswer};
use crate::entra::sign_in::INACTIVE_ROLE;
use crate::entra::snapshot::{Cause, SecretSeen, Seen, Unseen};
use crate::secret::Secret;

/// Microsoft Graph's own application id, the same in every tenant.
/// Source: <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>.
pub(crate) const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Returns the body of an answer, or `None` if the object does not exist (HTTP 404).
pub(super) fn found<T: DeserializeOwned>(answer: Result<PartAnswer, GraphError>) -> Seen<Option<T>> {
    let answer = answer.map_err(|error| Unseen::from(&error))?;
    match answer.status {
        200..=299 => shape(answer.body).map(Some),
        404 => Ok(None),
        401 => {
            Err(Unseen::new(Cause::Answer, "administrator's token rejected (HTTP 401); it may have expired"))
        }
        403 => Err(Unseen::new(
            Cause::Answer,
            format!(
                "the administrator is not allowed to read this (HTTP 403); the sign-in needs Application.Read.All, and Directory.Read.All for delegated grants, and the account needs at least the role Directory Readers or Global Reader. {INACTIVE_ROLE}"
            ),
        )),
        _ => Err(unexpected_answer(&answer)),
    }
}

pub(super) fn shape<T: DeserializeOwned>(body: Value) -> Seen<T> {
    serde_json::from_value(body)
        .map_err(|_| Unseen::new(Cause::Answer, "Microsoft Graph sent an answer in an undocumented format"))
}

/// Returns the elements of a list, including all following pages. A missing list has no elements.
pub(super) async fn list<T: DeserializeOwned>(
    client: &Client,
    first: Result<PartAnswer, GraphError>,
) -> Seen<Vec<T>> {
    let Some(first) = found::<Value>(first)? else { return Ok(Vec::new()) };
    let elements = client.read_rest(first).await.map_err(|error| Unseen::from(&error))?;
    shape(Value::Array(elements))
}

impl PasswordShape {
    /// Returns the visible properties. A secret without an expiry date is ignored; Entra ID does not create
    /// such secrets.
    pub(super) fn seen(&self, secret: Option<&Secret>) -> Option<SecretSeen> {
        let hint = self.hint.as_deref().filter(|hint| !hint.is_empty());
        Some(SecretSeen {
            key_id: self.key_id,
            name: self.display_name.clone(),
            begins: self.start_date_time,
            ends: self.end_date_time?,
            may_be_ours: secret.zip(hint).map(|(secret, hint)| secret.starts_with(hint)),
        })
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ApplicationShape {
    pub(super) id: Uuid,
    pub(super) app_id: Uuid,
    pub(super) display_name: String,
    pub(super) unique_name: Option<String>,
    pub(super) created_date_time: Option<Timestamp>,
    pub(super) deleted_date_time: Option<Timestamp>,
    pub(super) disabled_by_microsoft_status: Option<String>,
    pub(super) sign_in_audience: String,
    pub(super) is_fallback_public_client: Option<bool>,
    pub(super) public_client: PublicClientShape,
    pub(super) required_resource_access: Vec<ResourceShape>,
    pub(super) password_credentials: Vec<PasswordShape>,
    pub(super) identifier_uris: Vec<String>,
    pub(super) api: Value,
    pub(super) key_credentials: Vec<Value>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PublicClientShape {
    pub(super) redirect_uris: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceShape {
    pub(super) resource_app_id: String,
    pub(super) resource_access: Vec<AccessShape>,
}

#[derive(Clone, Deserialize)]
pub(super) struct AccessShape {
    pub(super) id: Uuid,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasswordShape {
    pub(super) key_id: Uuid,
    pub(super) display_name: Option<String>,
    pub(super) start_date_time: Option<Timestamp>,
    pub(super) end_date_time: Option<Timestamp>,
    pub(super) hint: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrincipalShape {
    pub(super) id: Uuid,
    pub(super) account_enabled: Option<bool>,
    pub(super) app_owner_organization_id: Option<Uuid>,
}

/// A deleted application or service principal.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeletedShape {
    pub(super) id: Uuid,
    pub(super) app_id: Uuid,
    pub(super) deleted_date_time: Option<Timestamp>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphShape {
    pub(super) id: Uuid,
    #[serde(default)]
    pub(super) app_roles: Vec<PermissionShape>,
    #[serde(default)]
    pub(super) oauth2_permission_scopes: Vec<PermissionShape>,
}

#[derive(Clone, Deserialize)]
pub(super) struct PermissionShape {
    pub(super) id: Uuid,
    pub(super) value: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignmentShape {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) resource_display_name: String,
    pub(super) resource_id: Uuid,
    pub(super) app_role_id: Uuid,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GrantShape {
    pub(super) resource_id: Uuid,
    #[serde(default)]
    pub(super) scope: String,
}
