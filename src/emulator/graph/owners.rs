//! The owners of an application, which may change it with `Application.ReadWrite.OwnedBy`. Only service principals are emulated as owners.
//!
//! <https://learn.microsoft.com/en-us/graph/api/application-list-owners>, `application-post-owners`, `application-delete-owners`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, READ_APPLICATIONS};
use super::application_lookup::find;
use super::body::{self, Members};
use super::call::Call;
use super::kind::Kind;
use super::odata::Key;
use super::refusal::{bad_request, no_resource};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Directory, Owner};

const KIND: Kind = Kind {
    collection: "directoryObjects",
    resource: "servicePrincipal",
    made: &["id", "appId", "displayName"],
    kept: &[],
};

pub(super) fn list(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let owners = &find(call, &directory, key)?.owners;
    call.list(&KIND, owners.iter().filter_map(|owner| show(&directory, owner)))
}

fn show(directory: &Directory, owner: &Owner) -> Option<Map<String, Value>> {
    let principal = directory.service_principals.get(owner.id)?;
    let shown = json!({"id": principal.id, "appId": principal.app_id, "displayName": principal.display_name});
    shown.as_object().cloned()
}

/// `POST …/owners/$ref`. The permission of a user is that of the page; that OwnedBy alone is not enough is documented there, too.
pub(super) fn add(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_add_owners(call.caller)?;
    let body = body::object(call.request)?;
    let members = Members { resource: "ReferenceCreate", object: &body };
    let given = members.text("@odata.id")?;
    let given = given.ok_or_else(|| bad_request("A value is required for property '@odata.id'."))?;
    let id = given.rsplit('/').next().and_then(|id| id.parse::<Uuid>().ok());
    let mut directory = call.shared.write();
    let application = find(call, &directory, key)?.id;
    let principal =
        id.and_then(|id| directory.service_principals.get(id)).filter(|one| call.sees(one.created));
    let principal = principal.ok_or_else(|| no_resource(given))?;
    let owner = Owner { id: principal.id, app_id: principal.app_id };
    let place = directory.applications.any_mut(application).ok_or_else(|| no_resource(application))?;
    if place.owners.contains(&owner) {
        return Err(bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'.",
        ));
    }
    place.owners.push(owner);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

/// `DELETE …/owners/{id}/$ref`.
pub(super) fn remove(call: &Call<'_>, key: Key<'_>, id: &str) -> Result<Response, GraphError> {
    access::may_add_owners(call.caller)?;
    let mut directory = call.shared.write();
    let application = find(call, &directory, key)?.id;
    let place = directory.applications.any_mut(application).ok_or_else(|| no_resource(application))?;
    let before = place.owners.len();
    place.owners.retain(|owner| owner.id.to_string() != id);
    if place.owners.len() == before {
        Err(no_resource(id))
    } else {
        Ok(Response::empty(StatusCode::NO_CONTENT))
    }
}
