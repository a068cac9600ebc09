//! Entra ID: one pure function from request to answer, as far as sign-ins of an application and of its administrator go.

pub(super) mod client;

mod application;
mod discovery;
mod form;
pub(super) mod refusal;
mod scope;
pub(super) mod sessions;
mod tenant;
mod user;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::message::{Request, Response};
use super::server::Shared;
use form::Form;
use refusal::{Refusal, headers, plain_json};

/// Answers a request that is not Graph's; nothing where no route is.
pub(super) fn handle(shared: &Shared, request: &Request) -> Option<Response> {
    let path = request.path.trim_matches('/');
    match (&request.method, path) {
        (&Method::GET, "devicelogin") => return Some(page("Device sign-in", DEVICE_PAGE)),
        // Azure CLI asks for the subscriptions of whoever signs in.
        (&Method::GET, "subscriptions") => return Some(plain_json(StatusCode::OK, &json!({"value": []}))),
        _ => {}
    }
    let (segment, rest) = path.split_once('/')?;
    let segment = percent_decoded(segment);
    match (&request.method, rest) {
        (&Method::GET, "v2.0/.well-known/openid-configuration") => {
            Some(openid(shared, request, &segment, true))
        }
        (&Method::GET, ".well-known/openid-configuration") => Some(openid(shared, request, &segment, false)),
        (&Method::GET, "discovery/instance") => {
            Some(plain_json(StatusCode::OK, &discovery::instance(&shared.base)))
        }
        (&Method::GET, "discovery/v2.0/keys" | "discovery/keys") => {
            let keys = |directory: &super::state::Directory| {
                discovery::keys(&shared.base, directory.tenant.id, shared.keys.published())
            };
            Some(published(shared, request, &segment, keys))
        }
        (&Method::GET, "adminconsent") => Some(page("Admin consent", CONSENT_PAGE)),
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
    "Nothing is to be entered here: the emulated user answers by itself, as --device-code says.";
const CONSENT_PAGE: &str = "Nothing is to be agreed to here: an emulated tenant gets its consent by --scenario, by --state, or by a POST to \
    /v1.0/servicePrincipals/{id}/appRoleAssignedTo.";

/// A page for whoever opens it in a browser.
fn page(title: &str, text: &str) -> Response {
    let mut response = Response::empty(StatusCode::OK);
    response.body =
        format!("<!doctype html><title>{title}, emulated</title><h1>{title}, emulated</h1><p>{text}</p>\n")
            .into_bytes();
    response.with(header::CONTENT_TYPE, "text/html; charset=utf-8")
}

/// One segment of a path, decoded.
fn percent_decoded(segment: &str) -> String {
    // In a form `+` is a blank, in a path it is not.
    let field = format!("a={}", segment.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(field.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn openid(shared: &Shared, request: &Request, segment: &str, is_v2: bool) -> Response {
    let directory = shared.read();
    match tenant::place(segment, &directory.tenant) {
        Ok(place) => {
            let document = discovery::openid(&shared.base, directory.tenant.id, place, is_v2);
            plain_json(StatusCode::OK, &document).with(header::CACHE_CONTROL, "max-age=86400, private")
        }
        Err(refusal) => not_found(shared, request, &refusal),
    }
}

fn published(
    shared: &Shared,
    request: &Request,
    segment: &str,
    value: impl FnOnce(&super::state::Directory) -> Value,
) -> Response {
    let directory = shared.read();
    match tenant::place(segment, &directory.tenant) {
        Ok(_) => plain_json(StatusCode::OK, &value(&directory))
            .with(header::CACHE_CONTROL, "max-age=86400, private"),
        Err(refusal) => not_found(shared, request, &refusal),
    }
}

/// Discovery of a tenant that is not there has an error word of its own.
fn not_found(shared: &Shared, request: &Request, refusal: &Refusal) -> Response {
    let word = if refusal.code == 90002 { "invalid_tenant" } else { "invalid_request" };
    refusal
        .response_as(word, StatusCode::BAD_REQUEST, &request.ids, shared.clock.now())
        .with(header::CACHE_CONTROL, "max-age=86400, private")
}

fn posted(shared: &Shared, request: &Request, result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(body) => headers(plain_json(StatusCode::OK, &body), &request.ids),
        Err(refusal) => refusal.response(&request.ids, shared.clock.now()),
    }
}

fn token(shared: &Shared, request: &Request, segment: &str) -> Result<Value, Refusal> {
    let place = tenant::place(segment, &shared.read().tenant)?;
    let form = Form::of(request)?;
    match form.need("grant_type")? {
        "client_credentials" => application::grant(shared, &form, place),
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
            user::device_grant(shared, &form, place)
        }
        "refresh_token" => user::refresh_grant(shared, &form, place),
        other => {
            let is_word =
                other.len() <= 60 && other.bytes().all(|b| b.is_ascii_lowercase() || b"_:-".contains(&b));
            let shown = if is_word { other } else { "…" };
            Err(Refusal::new(70003, format!("The app requested an unsupported grant type '{shown}'.")))
        }
    }
}

fn device_code(shared: &Shared, request: &Request, segment: &str) -> Result<Value, Refusal> {
    let place = tenant::place(segment, &shared.read().tenant)?;
    let query = request.query.as_deref().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let is_german = pairs.any(|(name, value)| name == "mkt" && value.to_lowercase().starts_with("de"));
    user::device_code(shared, &Form::of(request)?, place, is_german)
}
