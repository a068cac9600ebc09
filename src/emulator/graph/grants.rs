//! Delegated permissions with consent.
//!
//! <https://learn.microsoft.com/en-us/graph/api/oauth2permissiongrant-post>, `oauth2permissiongrant-list`, `oauth2permissiongrant-get`,
//! `oauth2permissiongrant-update`, `oauth2permissiongrant-delete`, `serviceprincipal-list-oauth2permissiongrants`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, READ_GRANTS, WRITE_GRANTS};
use super::body::{self, Members, members};
use super::call::{Call, Handlers, unknown};
use super::kind::Kind;
use super::odata::Key;
use super::refusal::{bad_request, conflict, no_resource};
use super::service_principal_lookup::{find, is_seen};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Directory, OAuth2PermissionGrant};

const KIND: Kind = Kind {
    collection: "oauth2PermissionGrants",
    resource: "oAuth2PermissionGrant",
    made: &["clientId", "consentType", "id", "principalId", "resourceId", "scope"],
    kept: &[],
};

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let handlers = Handlers { list, create, get, update, delete };
    call.route(&handlers, |_, _| Err(call.refused()))
}

fn list(call: &Call<'_>) -> Result<Response, GraphError> {
    list_of(call, None)
}

/// The grants of one client.
pub(super) fn list_of_client(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_GRANTS)?;
    let client = find(call, &call.shared.read(), key)?.id;
    list_of(call, Some(client))
}

fn list_of(call: &Call<'_>, client: Option<Uuid>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_GRANTS)?;
    let directory = call.shared.read();
    let all = seen(call, &directory).filter(|grant| client.is_none_or(|client| grant.client_id == client));
    call.list(&KIND, all.map(show))
}

fn seen<'d>(call: &Call<'_>, directory: &'d Directory) -> impl Iterator<Item = &'d OAuth2PermissionGrant> {
    directory.oauth2_permission_grants.iter().filter(move |grant| {
        let client = directory.service_principals.get(grant.client_id);
        call.sees(grant.created) && client.is_some_and(|client| is_seen(call, client))
    })
}

fn by_key<'d>(
    call: &Call<'_>,
    directory: &'d Directory,
    key: Key<'_>,
) -> Result<&'d OAuth2PermissionGrant, GraphError> {
    seen(call, directory).find(|grant| key == Key::Id(&grant.id)).ok_or_else(|| unknown(key))
}

fn get(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_GRANTS)?;
    call.single(&KIND, show(by_key(call, &call.shared.read(), key)?))
}

fn create(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, WRITE_GRANTS)?;
    let body = body::object(call.request)?;
    let mut directory = call.shared.write();
    access::may_consent(call.caller, directory.switches)?;
    let mut new = read(&body, call.now)?;
    for id in [new.client_id, new.resource_id] {
        let principal = directory.service_principals.get(id);
        if !principal.is_some_and(|principal| is_seen(call, principal)) {
            return Err(no_resource(id));
        }
    }
    if let Some(user) = new.principal_id.filter(|user| directory.users.place(*user).is_none()) {
        return Err(no_resource(user));
    }
    let key = |grant: &OAuth2PermissionGrant| (grant.client_id, grant.resource_id, grant.principal_id);
    // Both 409 and 400 were reported; the correct one is unknown.
    if directory.oauth2_permission_grants.iter().any(|grant| key(grant) == key(&new)) {
        return Err(conflict("Permission entry already exists."));
    }
    new.id = directory.ids.opaque();
    let shown = show(&new);
    directory.oauth2_permission_grants.push(new);
    Ok(call.entity(StatusCode::CREATED, KIND.collection, shown))
}

fn read(body: &Map<String, Value>, now: jiff::Timestamp) -> Result<OAuth2PermissionGrant, GraphError> {
    let of = Members { resource: "OAuth2PermissionGrant", object: body };
    // The times belong to older interfaces; some clients still send them.
    of.only(&["clientId", "consentType", "principalId", "resourceId", "scope", "startTime", "expiryTime"])?;
    let principal_id = of.optional_guid("principalId")?;
    match (of.text("consentType")?, principal_id) {
        (Some("AllPrincipals"), None) | (Some("Principal"), Some(_)) => {}
        _ => return Err(of.invalid("consentType")),
    }
    Ok(OAuth2PermissionGrant {
        id: String::new(),
        client_id: of.guid("clientId")?,
        principal_id,
        resource_id: of.guid("resourceId")?,
        scope: of.text("scope")?.unwrap_or_default().to_owned(),
        created: now,
    })
}

fn update(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, WRITE_GRANTS)?;
    let body = body::object(call.request)?;
    let of = Members { resource: "OAuth2PermissionGrant", object: &body };
    of.only(&["scope"])?;
    let scope = of.text("scope")?.ok_or_else(|| bad_request("Only 'scope' can be changed."))?;
    let mut directory = call.shared.write();
    access::may_consent(call.caller, directory.switches)?;
    let id = by_key(call, &directory, key)?.id.clone();
    for grant in directory.oauth2_permission_grants.iter_mut().filter(|grant| grant.id == id) {
        grant.scope = scope.to_owned();
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn delete(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, WRITE_GRANTS)?;
    let mut directory = call.shared.write();
    let id = by_key(call, &directory, key)?.id.clone();
    directory.oauth2_permission_grants.retain(|grant| grant.id != id);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn show(grant: &OAuth2PermissionGrant) -> Map<String, Value> {
    let kind = if grant.principal_id.is_some() { "Principal" } else { "AllPrincipals" };
    members(json!({
        "clientId": grant.client_id, "consentType": kind, "id": grant.id, "principalId": grant.principal_id,
        "resourceId": grant.resource_id, "scope": grant.scope,
    }))
}
