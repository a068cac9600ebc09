//! What stops an application beside its service principal: its own switches, its deletion, and the tenant's
//! policies for secrets.
//!
//! These reads may be refused to an administrator who is allowed to read the registration. Then their result
//! is unknown. Sources: <https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get>,
//! <https://learn.microsoft.com/graph/api/directory-deleteditems-list>.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::policy::PolicyShape;
use super::shapes::{DeletedShape, found, list, shape};
use crate::entra::GraphError;
use crate::entra::graph::{Client, Part, PartAnswer};
use crate::entra::snapshot::{Cause, SecretPolicy, Seen, Unseen};

type Answer = Result<PartAnswer, GraphError>;

/// Reads the tenant's default policy.
pub(super) fn default_policy() -> Part {
    Part::get("/policies/defaultAppManagementPolicy")
}

/// Reads the policies that are assigned to the application of the key, for example an object id.
pub(super) fn assigned_policies(application: &str) -> Part {
    Part::get(format!("/applications{application}/appManagementPolicies"))
}

/// Lists the deleted objects of a type with this application id.
pub(super) fn deleted(resource: &str, app_id: Uuid) -> Part {
    Part::get(format!(
        "/directory/deletedItems/microsoft.graph.{resource}?$filter=appId%20eq%20'{app_id}'&$select=id,appId,deletedDateTime"
    ))
}

/// The policy for the secrets of an application created at `created`, if that is known, from the answers about the tenant's
/// default and the assigned policies; without the latter for a new application.
pub(super) async fn secret_policy(
    client: &Client,
    default: Answer,
    assigned: Option<Answer>,
    created: Option<Timestamp>,
) -> Seen<SecretPolicy> {
    let default = found::<PolicyShape>(default).map_err(not_readable)?.unwrap_or_default();
    let assigned = match assigned {
        Some(answer) => list::<PolicyShape>(client, answer).await.map_err(not_readable)?,
        None => Vec::new(),
    };
    Ok(SecretPolicy::of(default, assigned, created))
}

fn not_readable(_: Unseen) -> Unseen {
    Unseen::new(Cause::NotAsked, "reading the tenant's application policies needs Policy.Read.All")
}

/// The deleted objects of a list; none if the administrator is not allowed to list them.
pub(super) async fn deleted_objects(client: &Client, answer: Answer) -> Vec<DeletedShape> {
    list::<DeletedShape>(client, answer).await.unwrap_or_default()
}

/// Whether the registration is deactivated (`isDisabled`): one request to Graph's beta version, because a batch
/// cannot mix versions. Returns `None` if that is unknown.
pub(super) async fn is_deactivated(client: &Client, app_id: Uuid) -> Option<bool> {
    let path = format!("/applications(appId='{app_id}')?$select=isDisabled");
    let answer = client.get_beta(&path).await?.ok()?;
    match shape::<Value>(answer).ok()?.get("isDisabled") {
        Some(Value::Bool(is_deactivated)) => Some(*is_deactivated),
        // A registration that was never deactivated has null.
        Some(Value::Null) => Some(false),
        _ => None,
    }
}
