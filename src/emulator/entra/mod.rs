//! Entra ID: a pure function from request to response, for the sign-ins of an application and of its administrator.

pub(super) mod client;

mod admin_consent;
mod application;
mod assertion;
mod authorize;
mod consent;
mod discovery;
mod form;
mod page;
pub(super) mod refusal;
mod scope;
pub(super) mod sessions;
mod tenant;
mod user;

use axum::http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::fault::fault;
use super::message::{Request, Response};
use super::shared::Shared;
use super::state::Directory;
use form::Form;
use page::page;
use refusal::{Refusal, plain_json, repeated, with_tokens};
use tenant::Place;

/// Handles a request that is not for Graph; `None` without a route.
pub(super) fn handle(shared: &Shared, request: &Request) -> Option<Response> {
    let path = request.path.trim_matches('/');
    match (&request.method, path) {
        (&Method::GET, "devicelogin") => return Some(page("Device sign-in", DEVICE_PAGE)),
        // Azure CLI requests the subscriptions of the signed-in user.
        (&Method::GET, "subscriptions") => return Some(plain_json(StatusCode::OK, &json!({"value": []}))),
        _ => {}
    }
    let (segment, rest) = path.split_once('/')?;
    let segment = percent_decode_str(segment).decode_utf8_lossy();
    let openid = |is_v2| {
        published(shared, request, &segment, |directory, place| {
            discovery::openid(&shared.base, directory.tenant.id, place, is_v2)
        })
    };
    match (&request.method, rest) {
        (&Method::GET, "v2.0/.well-known/openid-configuration") => Some(openid(true)),
        (&Method::GET, ".well-known/openid-configuration") => Some(openid(false)),
        (&Method::GET, "discovery/instance") => {
            Some(plain_json(StatusCode::OK, &discovery::instance(&shared.base)))
        }
        (&Method::GET, "discovery/v2.0/keys" | "discovery/keys") => {
            Some(published(shared, request, &segment, |directory, _| {
                discovery::keys(&shared.base, directory.tenant.id, shared.keys.published())
            }))
        }
        (&Method::GET, "adminconsent") => Some(admin_consent::answer(shared, request, &segment)),
        (&Method::GET, "oauth2/v2.0/authorize") => Some(authorize::ask(shared, request, &segment)),
        (&Method::POST, "oauth2/v2.0/authorize") => Some(authorize::answer(shared, request)),
        (&Method::POST, "oauth2/v2.0/token") => {
            Some(posted(shared, request, token(shared, request, &segment)))
        }
        (&Method::POST, "oauth2/v2.0/devicecode") => {
            Some(posted(shared, request, device_code(shared, request, &segment)))
        }
        _ => None,
    }
}

const DEVICE_PAGE: &str =
    "No code is needed here: the emulated user answers automatically, as set with --device-code.";

/// The published documents for that tenant. For an unknown tenant, the OpenID document was observed with its own error word; it is
/// inferred that 900023 keeps its word there, and that the keys answer the same.
fn published(
    shared: &Shared,
    request: &Request,
    segment: &str,
    value: impl FnOnce(&Directory, Place) -> Value,
) -> Response {
    let directory = shared.read();
    let response = match tenant::place(segment, &directory.tenant) {
        Ok(place) => plain_json(StatusCode::OK, &value(&directory, place)),
        Err(refusal) => {
            let word = if refusal.code == 90002 { "invalid_tenant" } else { "invalid_request" };
            refusal.response_as(word, StatusCode::BAD_REQUEST, &request.ids, shared.clock.now())
        }
    };
    response.with(header::CACHE_CONTROL, "max-age=86400, private")
}

fn posted(shared: &Shared, request: &Request, result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(body) => with_tokens(&body, &request.ids),
        Err(refusal) => refusal.response(&request.ids, shared.clock.now()),
    }
}

fn token(shared: &Shared, request: &Request, segment: &str) -> Result<Value, Refusal> {
    let place = tenant::place(segment, &shared.read().tenant)?;
    let form = Form::of(request)?;
    let grant_type = form.need("grant_type")?;
    refuse_by_fault(shared, grant_type)?;
    match grant_type {
        "client_credentials" => application::grant(shared, &form, place),
        "authorization_code" => authorize::redeem(shared, &form, place),
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
            user::device_grant(shared, &form, place)
        }
        "refresh_token" => user::refresh_grant(shared, &form, place),
        other => {
            let other = repeated(other);
            Err(Refusal::new(70003, format!("The app requested an unsupported grant type '{other}'.")))
        }
    }
}

/// Refuses a sign-in with the code of a fault.
fn refuse_by_fault(shared: &Shared, grant_type: &str) -> Result<(), Refusal> {
    let (name, fault) = match grant_type {
        "client_credentials" => ("refuse-application", const { fault("refuse-application") }),
        _ => ("refuse-administrator", const { fault("refuse-administrator") }),
    };
    match shared.faults().number(fault) {
        0 => Ok(()),
        code => Err(Refusal::by_fault(code, name)),
    }
}

fn device_code(shared: &Shared, request: &Request, segment: &str) -> Result<Value, Refusal> {
    let place = tenant::place(segment, &shared.read().tenant)?;
    let query = request.query.as_deref().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let is_german = pairs.any(|(name, value)| name == "mkt" && value.to_lowercase().starts_with("de"));
    user::device_code(shared, &Form::of(request)?, place, is_german)
}
