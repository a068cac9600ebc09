//! Application registrations: create, upsert, read, change, delete.
//!
//! <https://learn.microsoft.com/en-us/graph/api/application-post-applications>, `application-upsert`, `application-list`,
//! `application-get`, `application-update`, `application-delete`.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::access::{self, READ_APPLICATIONS};
use super::application_json::{KIND, USUAL_AUDIENCE, apply, show};
use super::application_lookup::find;
use super::body::{self, Members};
use super::call::{Call, Handlers};
use super::kind::BETA_ONLY;
use super::odata::Key;
use super::refusal::{bad_request, conflict, no_resource};
use super::{deleted, keys, owners, passwords};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Application, Directory};

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let handlers = Handlers { list, create, get, update, delete };
    call.route(&handlers, |key, rest| match (call.method(), rest) {
        ("POST", ["addPassword"]) => passwords::add(call, key),
        ("POST", ["removePassword"]) => passwords::remove(call, key),
        ("GET", ["owners"]) => owners::list(call, key),
        ("POST", ["owners", "$ref"]) => owners::add(call, key),
        ("DELETE", ["owners", id, "$ref"]) => owners::remove(call, key, id),
        ("GET", ["appManagementPolicies"]) => super::organization::list_own_policies(call, key),
        _ => Err(call.refused()),
    })
}

fn list(call: &Call<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    let seen = directory.applications.iter().filter(|application| call.sees(application.created));
    call.list(&KIND, seen.map(|application| show(call, application, &directory.tenant)))
}

fn get(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_APPLICATIONS)?;
    let directory = call.shared.read();
    call.single(&KIND, show(call, find(call, &directory, key)?, &directory.tenant))
}

fn create(call: &Call<'_>) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let body = body::object(call.request)?;
    let unique_name =
        Members { resource: "Application", object: &body }.text("uniqueName")?.map(str::to_owned);
    create_from(call, &mut call.shared.write(), &body, unique_name)
}

fn create_from(
    call: &Call<'_>,
    directory: &mut Directory,
    body: &Map<String, Value>,
    unique_name: Option<String>,
) -> Result<Response, GraphError> {
    need_name(body)?;
    check_name(call, directory, unique_name.as_deref())?;
    let maker = ("createdByAppId".to_owned(), call.caller.client_id.to_string().into());
    let mut application = Application {
        id: Uuid::nil(),
        app_id: Uuid::nil(),
        display_name: String::new(),
        unique_name,
        created: call.now,
        deleted: None,
        is_disabled: None,
        disabled_by_microsoft: None,
        own_policy: None,
        sign_in_audience: USUAL_AUDIENCE.to_owned(),
        is_fallback_public_client: None,
        required_resource_access: Vec::new(),
        password_credentials: Vec::new(),
        key_credentials: Vec::new(),
        owners: Vec::new(),
        other: Map::from_iter([maker]),
    };
    apply(&mut application, body)?;
    keys::replace(&mut application, body, &mut directory.ids, call.now)?;
    (application.id, application.app_id) = (directory.ids.guid(), directory.ids.guid());
    let shown = show(call, &application, &directory.tenant);
    directory.applications.add(application);
    Ok(call.entity(StatusCode::CREATED, KIND.collection, shown))
}

/// With a unique name and the header, it creates a missing application; either way, the name must be visible.
fn update(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    // A caller without any permission must not learn what exists.
    access::may_create(call.caller)?;
    let body = body::object(call.request)?;
    let mut directory = call.shared.write();
    // That version 1.0 cannot write it either is inferred.
    if let Some(name) = BETA_ONLY.iter().find(|name| !call.request.is_beta && body.contains_key(**name)) {
        return Err(bad_request(format!("Invalid property '{name}'.")));
    }
    let found = find(call, &directory, key).cloned();
    if let (Key::Alternate("uniqueName", name), true) = (key, creates_if_missing(call)) {
        need_name(&body)?;
        if found.is_err() {
            return create_from(call, &mut directory, &body, Some(name.to_owned()));
        }
    }
    let mut application = found?;
    access::may_change(call.caller, Some(&application))?;
    rename(call, &directory, &mut application, &body)?;
    super::scopes::check(&application, &body)?;
    apply(&mut application, &body)?;
    keys::replace(&mut application, &body, &mut directory.ids, call.now)?;
    if let Some(place) = directory.applications.any_mut(application.id) {
        *place = application;
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn need_name(body: &Map<String, Value>) -> Result<(), GraphError> {
    if body.contains_key("displayName") {
        Ok(())
    } else {
        Err(bad_request("A value is required for property 'displayName' of resource 'Application'."))
    }
}

fn creates_if_missing(call: &Call<'_>) -> bool {
    let wishes = call.request.headers.get_all("prefer").into_iter().filter_map(|wish| wish.to_str().ok());
    wishes
        .flat_map(|wishes| wishes.split(','))
        .any(|wish| wish.trim().eq_ignore_ascii_case("create-if-missing"))
}

/// A unique name cannot be changed; that is inferred.
fn rename(
    call: &Call<'_>,
    directory: &Directory,
    application: &mut Application,
    body: &Map<String, Value>,
) -> Result<(), GraphError> {
    let of = Members { resource: "Application", object: body };
    let name = of.text("uniqueName")?;
    let Some(name) = name.filter(|name| application.unique_name.as_deref() != Some(name)) else {
        return Ok(());
    };
    if application.unique_name.is_some() {
        return Err(bad_request("Property 'uniqueName' is immutable once it is set."));
    }
    check_name(call, directory, Some(name))?;
    application.unique_name = Some(name.to_owned());
    Ok(())
}

/// Even a deleted application keeps its unique name as long as it can be restored; that is inferred.
fn check_name(call: &Call<'_>, directory: &Directory, name: Option<&str>) -> Result<(), GraphError> {
    let mut all = directory.applications.iter().chain(deleted::kept(call, directory));
    if name.is_some() && all.any(|application| application.unique_name.as_deref() == name) {
        return Err(conflict("Another object with the same value for property uniqueName already exists."));
    }
    Ok(())
}

/// It can be restored for 30 days, and its service principal separately.
fn delete(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::may_create(call.caller)?;
    let mut directory = call.shared.write();
    let found = find(call, &directory, key)?;
    access::may_change(call.caller, Some(found))?;
    let (id, app_id) = (found.id, found.app_id);
    let application = directory.applications.any_mut(id).ok_or_else(|| no_resource(id))?;
    application.deleted = Some(call.now);
    let principal = directory.service_principals.by_app_id(app_id).map(|principal| principal.id);
    if let Some(principal) = principal.and_then(|id| directory.service_principals.any_mut(id)) {
        principal.deleted = Some(call.now);
    }
    Ok(Response::empty(StatusCode::NO_CONTENT))
}
