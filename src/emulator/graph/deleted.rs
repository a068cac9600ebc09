//! Deleted applications: list, restore, or delete permanently; they are gone after 30 days.
//!
//! <https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-list>, `directory-deleteditems-restore`,
//! `directory-deleteditems-delete`.

use std::time::Duration;

use axum::http::StatusCode;

use super::access::{self, READ_APPLICATIONS};
use super::application_json::{KIND, show};
use super::call::{Call, guid};
use super::refusal::no_resource;
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Application, Directory};
use crate::emulator::time;

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let names = call.path.names();
    match (call.method(), names.get(1..).unwrap_or_default()) {
        // `graph` is the alias of the namespace `microsoft.graph`; Microsoft's generated clients write it.
        ("GET", ["deletedItems", "microsoft.graph.application" | "graph.application"]) => list(call),
        ("GET", ["deletedItems", id]) => {
            access::demand(call.caller, READ_APPLICATIONS)?;
            let directory = call.shared.read();
            call.single(&KIND, show(call, find(call, &directory, id)?, &directory.tenant))
        }
        ("POST", ["deletedItems", id, "restore"]) => restore(call, id),
        ("DELETE", ["deletedItems", id]) => purge(call, id),
        _ => Err(call.refused()),
    }
}

/// How long a deleted application can be restored.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Applications that can be restored.
pub(super) fn kept<'d>(call: &Call<'_>, directory: &'d Directory) -> impl Iterator<Item = &'d Application> {
    let now = call.now;
    let is_kept = move |of: &&Application| of.deleted.is_some_and(|deleted| now < time::later(deleted, KEPT));
    directory.applications.deleted().filter(is_kept)
}

fn find<'d>(call: &Call<'_>, directory: &'d Directory, id: &str) -> Result<&'d Application, GraphError> {
    let wanted = guid(id)?;
    kept(call, directory).find(|application| application.id == wanted).ok_or_else(|| no_resource(id))
}

fn list(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    call.list(&KIND, kept(call, &directory).map(|application| show(call, application, &directory.tenant)))
}

fn restore(call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    let mut application = find(call, &directory, id)?.clone();
    access::may_change(call.caller, Some(&application))?;
    application.deleted = None;
    let shown = show(call, &application, &directory.tenant);
    if let Some(place) = directory.applications.any_mut(application.id) {
        *place = application;
    }
    Ok(call.entity(StatusCode::OK, KIND.collection, shown))
}

/// Its service principal and the grants of that are also removed.
fn purge(call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    let application = find(call, &directory, id)?;
    access::may_change(call.caller, Some(application))?;
    let (id, app_id) = (application.id, application.app_id);
    directory.applications.purge(id);
    if let Some(principal) = directory.service_principals.by_app_id(app_id).map(|principal| principal.id) {
        super::service_principals::take_away(&mut directory, principal);
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}
