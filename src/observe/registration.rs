//! The registration and its grants, read by an administrator in one batch.
//!
//! Permissions are told by name, and names come from the tenant's own service principal of Graph: their ids differ between clouds.
//! Sources of the shapes: <https://learn.microsoft.com/graph/api/resources/application>,
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>, <https://learn.microsoft.com/graph/api/resources/approleassignment>,
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{strange, unseen};
use crate::graph::{Client, GraphError, Part, PartAnswer};
use crate::settings::{Secret, Settings};
use crate::tenant::{Cause, Registration, SecretSeen, Seen, Unseen};

/// Microsoft Graph's own application id, the same in every tenant.
/// Source: <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>.
const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Reads the registration of the application of `settings`, with an administrator's `client`. `secret` is the one that the settings
/// name, to find it among the registered ones by its first characters.
///
/// # Errors
/// [`Unseen`] says what kept it from being read.
pub async fn registration(
    client: &Client,
    settings: &Settings,
    secret: Option<&Secret>,
) -> Seen<Registration> {
    let id = settings.client_id;
    let [application, principal, granted, delegated, graph] = client
        .batch(&[
            Part::get(format!("/applications(appId='{id}')?$select=signInAudience,isFallbackPublicClient,publicClient,requiredResourceAccess,passwordCredentials")),
            Part::get(format!("/servicePrincipals(appId='{id}')?$select=id,accountEnabled")),
            Part::get(format!("/servicePrincipals(appId='{id}')/appRoleAssignments")),
            Part::get(format!("/servicePrincipals(appId='{id}')/oauth2PermissionGrants")),
            Part::get(format!("/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appRoles,oauth2PermissionScopes")),
        ])
        .await;
    let principal = found::<PrincipalShape>(principal)?;
    let application = found::<ApplicationShape>(application)?.ok_or_else(|| absent(principal.is_some()))?;
    let graph = found::<GraphShape>(graph)?;
    let graph =
        graph.ok_or_else(|| Unseen::new(Cause::Answer, "Microsoft Graph is not known in this tenant"))?;
    let permissions = Permissions::of(&graph);
    // Without a service principal nothing is granted.
    let (granted, granted_delegated) = match principal {
        Some(_) => {
            (permissions.granted(client, granted).await?, permissions.delegated(client, delegated).await)
        }
        None => (Vec::new(), Ok(Vec::new())),
    };
    let declared = |kind: &str| {
        let ours = application.required_resource_access.iter();
        let ours = ours.filter(|resource| resource.resource_app_id.eq_ignore_ascii_case(GRAPH_APP_ID));
        let access = ours.flat_map(|resource| &resource.resource_access);
        access.filter(|access| access.kind == kind).map(|access| access.id).collect::<Vec<_>>()
    };
    Ok(Registration {
        audience: application.sign_in_audience.clone(),
        declared: declared("Role").into_iter().filter_map(|id| permissions.role(id)).collect(),
        declared_delegated: declared("Scope").into_iter().filter_map(|id| permissions.scope(id)).collect(),
        granted,
        granted_delegated,
        secrets: application.password_credentials.iter().filter_map(|one| one.seen(secret)).collect(),
        public_client: application.is_fallback_public_client == Some(true),
        public_redirects: application.public_client.redirect_uris.len(),
        enabled: principal.is_some_and(|principal| principal.account_enabled != Some(false)),
    })
}

/// Why there is no registration. One that is in no form in the tenant cannot have signed in, which is reported by itself.
fn absent(is_known: bool) -> Unseen {
    if is_known {
        Unseen::new(
            Cause::Answer,
            "the application is registered in another tenant, where its registration would have to be read",
        )
    } else {
        Unseen::new(Cause::Follows, "the application is not registered in this tenant")
    }
}

/// The body of an answer; nothing where there is no such thing (HTTP 404).
fn found<T: DeserializeOwned>(answer: Result<PartAnswer, GraphError>) -> Seen<Option<T>> {
    let answer = answer.map_err(|error| unseen(&error))?;
    match answer.status {
        200..=299 => shape(answer.body).map(Some),
        404 => Ok(None),
        401 => Err(Unseen::new(
            Cause::Answer,
            "the administrator's token is not accepted (HTTP 401); is it still valid?",
        )),
        403 => Err(Unseen::new(
            Cause::Answer,
            "the administrator may not read this (HTTP 403); the sign-in needs Application.Read.All and Directory.Read.All",
        )),
        _ => Err(strange(&answer)),
    }
}

fn shape<T: DeserializeOwned>(body: Value) -> Seen<T> {
    serde_json::from_value(body)
        .map_err(|_| Unseen::new(Cause::Answer, "Microsoft Graph answered in a form that is not documented"))
}

/// The elements of a list, with those of the pages that follow the first. A list that is not there has none.
async fn list<T: DeserializeOwned>(client: &Client, first: Result<PartAnswer, GraphError>) -> Seen<Vec<T>> {
    let Some(first) = found::<Value>(first)? else { return Ok(Vec::new()) };
    let elements = client.rest(first).await.map_err(|error| unseen(&error))?;
    shape(Value::Array(elements))
}

/// The names of Graph's permissions, by their ids in this tenant.
struct Permissions<'a> {
    graph: Uuid,
    roles: HashMap<Uuid, &'a str>,
    scopes: HashMap<Uuid, &'a str>,
}

impl<'a> Permissions<'a> {
    fn of(graph: &'a GraphShape) -> Self {
        let by_id = |permissions: &'a [PermissionShape]| {
            permissions.iter().filter_map(|one| Some((one.id, one.value.as_deref()?))).collect()
        };
        Self {
            graph: graph.id,
            roles: by_id(&graph.app_roles),
            scopes: by_id(&graph.oauth2_permission_scopes),
        }
    }

    /// The application permissions of Graph among the assignments whose first page is `page`.
    async fn granted(&self, client: &Client, page: Result<PartAnswer, GraphError>) -> Seen<Vec<String>> {
        let assignments = list::<AssignmentShape>(client, page).await?;
        let ours = assignments.iter().filter(|assignment| assignment.resource_id == self.graph);
        Ok(ours.filter_map(|assignment| self.role(assignment.app_role_id)).collect())
    }

    /// The delegated permissions of Graph among the grants whose first page is `page`.
    async fn delegated(&self, client: &Client, page: Result<PartAnswer, GraphError>) -> Seen<Vec<String>> {
        let grants = list::<GrantShape>(client, page).await?;
        let ours = grants.iter().filter(|grant| grant.resource_id == self.graph);
        Ok(ours.flat_map(|grant| grant.scope.split_whitespace()).map(str::to_owned).collect())
    }

    fn role(&self, id: Uuid) -> Option<String> {
        self.roles.get(&id).map(|name| (*name).to_owned())
    }

    fn scope(&self, id: Uuid) -> Option<String> {
        self.scopes.get(&id).map(|name| (*name).to_owned())
    }
}

impl PasswordShape {
    /// What is seen of it; nothing of one without an end, which Entra ID does not make.
    fn seen(&self, secret: Option<&Secret>) -> Option<SecretSeen> {
        let hint = self.hint.as_deref().filter(|hint| !hint.is_empty());
        Some(SecretSeen {
            key_id: self.key_id,
            name: self.display_name.clone(),
            ends: self.end_date_time?,
            may_be_ours: secret.zip(hint).map(|(secret, hint)| secret.starts_with(hint)),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ApplicationShape {
    sign_in_audience: String,
    is_fallback_public_client: Option<bool>,
    public_client: PublicClientShape,
    required_resource_access: Vec<ResourceShape>,
    password_credentials: Vec<PasswordShape>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PublicClientShape {
    redirect_uris: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceShape {
    resource_app_id: String,
    resource_access: Vec<AccessShape>,
}

#[derive(Deserialize)]
struct AccessShape {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordShape {
    key_id: Uuid,
    display_name: Option<String>,
    end_date_time: Option<Timestamp>,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalShape {
    account_enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphShape {
    id: Uuid,
    #[serde(default)]
    app_roles: Vec<PermissionShape>,
    #[serde(default)]
    oauth2_permission_scopes: Vec<PermissionShape>,
}

#[derive(Deserialize)]
struct PermissionShape {
    id: Uuid,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentShape {
    resource_id: Uuid,
    app_role_id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantShape {
    resource_id: Uuid,
    #[serde(default)]
    scope: String,
}
