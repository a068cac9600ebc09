//! Service principals: the applications of the tenant, including Microsoft Graph's own.
//!
//! <https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-serviceprincipals>, `serviceprincipal-list`,
//! `serviceprincipal-get`, `serviceprincipal-update`, `serviceprincipal-delete`.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access::{self, READ_APPLICATIONS};
use super::body::{self, Members};
use super::call::{Call, Handlers};
use super::odata::Key;
use super::refusal::{bad_request, conflict, denied};
use super::service_principal_json::{KIND, show};
use super::service_principal_lookup::{find, is_seen};
use super::{grants, role_assignments};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::permissions::GRAPH_APP_ID;
use crate::emulator::state::{Directory, ServicePrincipal};
use crate::emulator::token;

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let handlers = Handlers { list, create, get, update, delete };
    call.route(&handlers, |key, rest| match (call.method(), rest) {
        (_, [side @ ("appRoleAssignedTo" | "appRoleAssignments"), id @ ..]) => {
            role_assignments::route(call, key, side, id)
        }
        ("GET", ["oauth2PermissionGrants"]) => grants::list_of_client(call, key),
        _ => Err(call.refused()),
    })
}

fn list(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let seen = directory.service_principals.iter().filter(|principal| is_seen(call, principal));
    call.list(&KIND, seen.map(|principal| show(&directory, principal)))
}

fn get(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    call.single(&KIND, show(&directory, find(call, &directory, key)?))
}

fn create(call: &Call<'_>) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let body = body::object(call.request)?;
    let of = Members { resource: "ServicePrincipal", object: &body };
    let app_id = of.guid("appId")?;
    let mut directory = call.shared.write();
    let application = directory.applications.by_app_id(app_id).cloned();
    let application = application.filter(|application| call.sees(application.created));
    let Some(application) = application else { return Err(no_application(call, &directory, app_id)) };
    access::may_change(call.caller, Some(&application))?;
    // Status and code are inferred.
    if directory.service_principals.by_app_id(app_id).is_some() {
        return Err(conflict(format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        )));
    }
    let mut principal = ServicePrincipal::new(Uuid::nil(), app_id, &application.display_name, call.now);
    apply(&mut principal, &body)?;
    principal.id = directory.ids.guid();
    let shown = show(&directory, &principal);
    directory.service_principals.add(principal);
    Ok(call.entity(StatusCode::CREATED, KIND.collection, shown))
}

/// The service has one message for users, and a misleading one for applications while the registration is not visible yet.
fn no_application(call: &Call<'_>, directory: &Directory, app_id: Uuid) -> GraphError {
    let is_young = directory.applications.by_app_id(app_id).is_some();
    if is_young && matches!(call.caller.kind, token::Kind::Application { .. }) {
        let mut error = denied();
        error.message = "When using this permission, the backing application of the service principal being created must in the local tenant"
            .to_owned();
        return error;
    }
    bad_request(format!(
        "The appId '{app_id}' of the service principal does not reference a valid application object."
    ))
}

fn update(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let body = body::object(call.request)?;
    let mut directory = call.shared.write();
    let mut principal = find(call, &directory, key)?.clone();
    access::may_change(call.caller, directory.applications.by_app_id(principal.app_id))?;
    apply(&mut principal, &body)?;
    if let Some(place) = directory.service_principals.get_mut(principal.id) {
        *place = principal;
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn apply(principal: &mut ServicePrincipal, body: &Map<String, Value>) -> Result<(), GraphError> {
    let of = Members { resource: "ServicePrincipal", object: body };
    for (name, value) in body {
        match name.as_str() {
            "accountEnabled" => principal.account_enabled = of.flag(name)?.ok_or_else(|| of.invalid(name))?,
            "appRoleAssignmentRequired" => {
                principal.app_role_assignment_required = of.flag(name)?.ok_or_else(|| of.invalid(name))?;
            }
            "displayName" => {
                principal.display_name = of.text(name)?.ok_or_else(|| of.invalid(name))?.to_owned()
            }
            "appId" if of.guid(name)? == principal.app_id => {}
            _ => KIND.keep(&mut principal.other, name, value, &of)?,
        }
    }
    Ok(())
}

fn delete(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    let principal = find(call, &directory, key)?;
    let (id, app_id) = (principal.id, principal.app_id);
    access::may_change(call.caller, directory.applications.by_app_id(app_id))?;
    if app_id == GRAPH_APP_ID {
        return Err(denied());
    }
    if let Some(principal) = directory.service_principals.any_mut(id) {
        principal.deleted = Some(call.now);
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// Removes a service principal with all its grants.
pub(super) fn take_away(directory: &mut Directory, id: Uuid) {
    directory.service_principals.remove(id);
    directory.app_role_assignments.retain(|grant| grant.principal_id != id && grant.resource_id != id);
    directory.oauth2_permission_grants.retain(|grant| grant.client_id != id && grant.resource_id != id);
}
