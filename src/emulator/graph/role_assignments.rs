//! Application permissions with admin consent, from both of their sides.
//!
//! <https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-approleassignedto>, `serviceprincipal-list-approleassignedto`,
//! `serviceprincipal-delete-approleassignedto`, and the same for `approleassignments`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, ASSIGN_ROLES, ASSIGN_ROLES_TOO, READ_APPLICATIONS};
use super::body::{self, Members, members};
use super::call::Call;
use super::kind::Kind;
use super::odata::Key;
use super::refusal::{bad_request, no_resource};
use super::service_principal_json::has_role;
use super::service_principal_lookup::{find, is_seen, name_of};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{AppRoleAssignment, Directory};
use crate::emulator::time;

const KIND: Kind = Kind {
    collection: "appRoleAssignments",
    resource: "appRoleAssignment",
    made: &[
        "id",
        "deletedDateTime",
        "appRoleId",
        "createdDateTime",
        "principalDisplayName",
        "principalId",
        "principalType",
        "resourceDisplayName",
        "resourceId",
    ],
    kept: &[],
};

/// `side` is `appRoleAssignedTo`, on the resource with the role, or `appRoleAssignments`, on the principal that holds it.
pub(super) fn route(call: &Call<'_>, key: Key<'_>, side: &str, id: &[&str]) -> Result<Response, GraphError> {
    match (call.method(), id) {
        ("GET", []) => list(call, key, side),
        ("GET", [id]) => get(call, key, side, id),
        ("POST", []) => assign(call, key, side),
        ("DELETE", [id]) => revoke(call, key, side, id),
        _ => Err(call.refused()),
    }
}

fn is_of(assignment: &AppRoleAssignment, side: &str, id: Uuid) -> bool {
    id == if side == "appRoleAssignedTo" { assignment.resource_id } else { assignment.principal_id }
}

fn list(call: &Call<'_>, key: Key<'_>, side: &str) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let of = find(call, &directory, key)?.id;
    let seen = seen(call, &directory).filter(|assignment| is_of(assignment, side, of));
    call.list(&KIND, seen.filter_map(|assignment| show(&directory, assignment).ok()))
}

fn seen<'d>(call: &Call<'_>, directory: &'d Directory) -> impl Iterator<Item = &'d AppRoleAssignment> {
    directory.app_role_assignments.iter().filter(move |assignment| {
        let principal = directory.service_principals.get(assignment.principal_id);
        call.sees(assignment.created) && principal.is_some_and(|principal| is_seen(call, principal))
    })
}

fn get(call: &Call<'_>, key: Key<'_>, side: &str, id: &str) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let of = find(call, &directory, key)?.id;
    let mut seen = seen(call, &directory);
    let found = seen.find(|assignment| is_of(assignment, side, of) && assignment.id == id);
    call.single(&KIND, show(&directory, found.ok_or_else(|| no_resource(id))?)?)
}

fn assign(call: &Call<'_>, key: Key<'_>, side: &str) -> Result<Response, GraphError> {
    access::demand(call.caller, ASSIGN_ROLES)?;
    access::demand(call.caller, ASSIGN_ROLES_TOO)?;
    let body = body::object(call.request)?;
    let of = Members { resource: "AppRoleAssignment", object: &body };
    of.only(&["principalId", "resourceId", "appRoleId", "principalType", "id"])?;
    let (principal_id, resource_id, app_role_id) =
        (of.guid("principalId")?, of.guid("resourceId")?, of.guid("appRoleId")?);
    let mut directory = call.shared.write();
    access::may_consent(call.caller, directory.switches)?;
    let named = find(call, &directory, key)?.id;
    let assignment = AppRoleAssignment {
        id: directory.ids.opaque(),
        principal_id,
        resource_id,
        app_role_id,
        created: call.now,
    };
    if !is_of(&assignment, side, named) {
        return Err(bad_request("The ids of the path and of the body are not the same."));
    }
    check(call, &directory, &assignment)?;
    let shown = show(&directory, &assignment)?;
    directory.app_role_assignments.push(assignment);
    Ok(call.entity(StatusCode::CREATED, &format!("servicePrincipals('{named}')/{side}"), shown))
}

fn check(call: &Call<'_>, directory: &Directory, new: &AppRoleAssignment) -> Result<(), GraphError> {
    let principal = |id| {
        let found = directory.service_principals.get(id).filter(|found| is_seen(call, found));
        found.ok_or_else(|| bad_request("Not a valid reference update."))
    };
    principal(new.principal_id)?;
    let resource = principal(new.resource_id)?;
    if !has_role(directory, resource, new.app_role_id) {
        return Err(bad_request("Permission being assigned was not found on application"));
    }
    let is_same = |old: &AppRoleAssignment| {
        (old.principal_id, old.resource_id, old.app_role_id)
            == (new.principal_id, new.resource_id, new.app_role_id)
    };
    if directory.app_role_assignments.iter().any(is_same) {
        return Err(bad_request("Permission being assigned already exists on the object"));
    }
    Ok(())
}

fn revoke(call: &Call<'_>, key: Key<'_>, side: &str, id: &str) -> Result<Response, GraphError> {
    access::demand(call.caller, ASSIGN_ROLES)?;
    let mut directory = call.shared.write();
    let of = find(call, &directory, key)?.id;
    if !seen(call, &directory).any(|assignment| is_of(assignment, side, of) && assignment.id == id) {
        return Err(no_resource(id));
    }
    directory.app_role_assignments.retain(|assignment| assignment.id != id);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn show(directory: &Directory, assignment: &AppRoleAssignment) -> Result<Map<String, Value>, GraphError> {
    Ok(members(json!({
        "id": assignment.id, "deletedDateTime": null, "appRoleId": assignment.app_role_id,
        "createdDateTime": time::graph(assignment.created),
        "principalDisplayName": name_of(directory, assignment.principal_id)?, "principalId": assignment.principal_id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": name_of(directory, assignment.resource_id)?, "resourceId": assignment.resource_id,
    })))
}
