//! Deleted applications and service principals: list, restore, or delete permanently; they are gone after 30 days.
//!
//! Restoring an application does not restore its service principal: each is restored by its own object id.
//!
//! <https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-list>, `directory-deleteditems-restore`,
//! `directory-deleteditems-delete`.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use super::access::{self, READ_APPLICATIONS};
use super::call::{Call, guid};
use super::refusal::{bad_request, conflict, no_resource};
use super::{application_json, service_principal_json};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Application, Directory, ServicePrincipal};
use crate::emulator::time;

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let names = call.path.names();
    match (call.method(), names.get(1..).unwrap_or_default()) {
        // `graph` is the alias of the namespace `microsoft.graph`; Microsoft's generated clients write it.
        ("GET", ["deletedItems", "microsoft.graph.application" | "graph.application"]) => {
            list_applications(call)
        }
        ("GET", ["deletedItems", "microsoft.graph.servicePrincipal" | "graph.servicePrincipal"]) => {
            list_principals(call)
        }
        ("GET", ["deletedItems", id]) => get(call, id),
        ("POST", ["deletedItems", id, "restore"]) => restore(call, id),
        ("DELETE", ["deletedItems", id]) => purge(call, id),
        _ => Err(call.refused()),
    }
}

/// How long a deleted object can be restored.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Applications that can be restored.
pub(super) fn kept<'d>(call: &Call<'_>, directory: &'d Directory) -> impl Iterator<Item = &'d Application> {
    let now = call.now;
    directory.applications.deleted().filter(move |of| is_kept(of.deleted, now))
}

/// Service principals that can be restored.
fn kept_principals<'d>(
    call: &Call<'_>,
    directory: &'d Directory,
) -> impl Iterator<Item = &'d ServicePrincipal> {
    let now = call.now;
    directory.service_principals.all().filter(move |of| is_kept(of.deleted, now))
}

fn is_kept(deleted: Option<Timestamp>, now: Timestamp) -> bool {
    deleted.is_some_and(|deleted| now < time::later(deleted, KEPT))
}

/// A deleted object.
enum Deleted<'d> {
    Application(&'d Application),
    Principal(&'d ServicePrincipal),
}

fn find<'d>(call: &Call<'_>, directory: &'d Directory, id: &str) -> Result<Deleted<'d>, GraphError> {
    let wanted = guid(id)?;
    let application = kept(call, directory).find(|application| application.id == wanted);
    let principal = || kept_principals(call, directory).find(|principal| principal.id == wanted);
    let found = application.map(Deleted::Application).or_else(|| principal().map(Deleted::Principal));
    found.ok_or_else(|| no_resource(id))
}

fn list_applications(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let all = kept(call, &directory);
    let shown = all.map(|application| application_json::show(call, application, &directory.tenant));
    call.list(&application_json::KIND, shown)
}

fn list_principals(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let all = kept_principals(call, &directory);
    call.list(
        &service_principal_json::KIND,
        all.map(|principal| service_principal_json::show(&directory, principal)),
    )
}

fn get(call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    match find(call, &directory, id)? {
        Deleted::Application(application) => {
            let shown = application_json::show(call, application, &directory.tenant);
            call.single(&application_json::KIND, shown)
        }
        Deleted::Principal(principal) => {
            let shown = service_principal_json::show(&directory, principal);
            call.single(&service_principal_json::KIND, shown)
        }
    }
}

fn restore(call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    match find(call, &directory, id)? {
        Deleted::Application(application) => {
            access::may_change(call.caller, Some(application))?;
            let id = application.id;
            if let Some(place) = directory.applications.any_mut(id) {
                place.deleted = None;
            }
            let application = directory.applications.iter().find(|application| application.id == id);
            let application = application.ok_or_else(|| no_resource(id))?;
            let shown = application_json::show(call, application, &directory.tenant);
            Ok(call.entity(StatusCode::OK, application_json::KIND.collection, shown))
        }
        Deleted::Principal(principal) => {
            let (id, app_id) = (principal.id, principal.app_id);
            restore_principal(call, &mut directory, id, app_id)
        }
    }
}

/// Its application must exist, and have no other service principal; both refusals are inferred. Its grants come back with it.
fn restore_principal(
    call: &Call<'_>,
    directory: &mut Directory,
    id: Uuid,
    app_id: Uuid,
) -> Result<Response, GraphError> {
    let application = directory.applications.by_app_id(app_id);
    access::may_change(call.caller, application)?;
    if application.is_none() {
        return Err(bad_request(format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        )));
    }
    if directory.service_principals.by_app_id(app_id).is_some() {
        return Err(conflict(format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        )));
    }
    if let Some(place) = directory.service_principals.any_mut(id) {
        place.deleted = None;
    }
    let principal = directory.service_principals.get(id).ok_or_else(|| no_resource(id))?;
    let shown = service_principal_json::show(directory, principal);
    Ok(call.entity(StatusCode::OK, service_principal_json::KIND.collection, shown))
}

/// With an application, its service principals and their grants are also removed.
fn purge(call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    let principals = match find(call, &directory, id)? {
        Deleted::Application(application) => {
            access::may_change(call.caller, Some(application))?;
            let (id, app_id) = (application.id, application.app_id);
            let all = directory.service_principals.all().filter(|one| one.app_id == app_id);
            let principals = all.map(|one| one.id).collect::<Vec<_>>();
            directory.applications.purge(id);
            principals
        }
        Deleted::Principal(principal) => {
            access::may_change(call.caller, directory.applications.by_app_id(principal.app_id))?;
            vec![principal.id]
        }
    };
    for principal in principals {
        super::service_principals::take_away(&mut directory, principal);
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}
