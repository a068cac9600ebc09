//! The calls of the contract, but for the stream.

use axum::http::{StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::{People, Person, STATUSES};
use crate::emulator::journal::What;
use crate::emulator::message::{Request, Response};
use crate::emulator::shared::Shared;

/// Elements of one page.
const PAGE: usize = 1_000;

/// Answers a request whose path below `/swyx` is `path`.
pub(in crate::emulator) fn handle(shared: &Shared, request: &Request, path: &str) -> Response {
    if !is_authorized(shared, &request.headers) {
        return problem(StatusCode::UNAUTHORIZED, "the bearer token is missing, or not the gateway's");
    }
    let segments = path.trim_start_matches('/').split('/').collect::<Vec<_>>();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["v1", "capabilities"]) => {
            let settable = shared.people().settable.clone();
            json_answer(&json!({"version": 1, "statuses": settable}))
        }
        ("GET", ["v1", "users"]) => users(&shared.people(), request),
        ("GET", ["v1", "statuses"]) => statuses(&shared.people(), request),
        ("PUT", ["v1", "users", id, "status"]) => set(shared, request, id),
        (_, ["v1", "capabilities" | "users" | "statuses" | "events"] | ["v1", "users", _, "status"]) => {
            problem(StatusCode::METHOD_NOT_ALLOWED, "this method is not of the contract")
        }
        _ => problem(StatusCode::NOT_FOUND, "there is nothing at this address"),
    }
}

/// Whether the request bears the gateway's token.
pub(super) fn is_authorized(shared: &Shared, headers: &axum::http::HeaderMap) -> bool {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer.and_then(|value| value.strip_prefix("Bearer ")) == Some(shared.gateway_token.as_str())
}

/// An error as RFC 9457 has it.
pub(in crate::emulator) fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let body = json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
    let mut response = Response::empty(status).with(header::CONTENT_TYPE, "application/problem+json");
    response.body = body.to_string().into_bytes();
    response
}

fn json_answer(body: &Value) -> Response {
    let mut response = Response::empty(StatusCode::OK).with(header::CONTENT_TYPE, "application/json");
    response.body = body.to_string().into_bytes();
    response
}

/// A status as the contract shows it.
pub(super) fn shown(person: &Person) -> Value {
    json!({"id": person.id, "status": person.shown(), "inCall": person.in_call, "sequence": person.sequence})
}

fn users(people: &People, request: &Request) -> Response {
    let Some(from) = page(request) else { return bad_page() };
    let all = people.as_slice();
    let page = all.iter().skip(from).take(PAGE).map(|person| {
        json!({"id": person.id, "name": person.name, "email": person.email, "enabled": person.enabled})
    });
    let next = (from + PAGE < all.len()).then(|| (from + PAGE).to_string());
    json_answer(&json!({"users": page.collect::<Vec<_>>(), "next": next}))
}

fn statuses(people: &People, request: &Request) -> Response {
    let Some(from) = page(request) else { return bad_page() };
    let Some(since) = parameter(request, "since") else {
        let all = people.as_slice();
        let page = all.iter().skip(from).take(PAGE).map(shown).collect::<Vec<_>>();
        let next = (from + PAGE < all.len()).then(|| (from + PAGE).to_string());
        return json_answer(&json!({"cursor": people.cursor(), "statuses": page, "next": next}));
    };
    let Some(after) = people.after(&since) else {
        return problem(StatusCode::GONE, "this cursor is not known here; read all statuses");
    };
    let mut places = people.changes(after).filter_map(|(_, change)| match change {
        super::people::Change::Status(place) => Some(place),
        super::people::Change::Users => None,
    });
    let mut changed = places.by_ref().collect::<Vec<_>>();
    changed.sort_unstable();
    changed.dedup();
    let page = changed.iter().skip(from).take(PAGE).filter_map(|place| people.person(*place)).map(shown);
    let next = (from + PAGE < changed.len()).then(|| (from + PAGE).to_string());
    json_answer(&json!({"cursor": people.cursor(), "statuses": page.collect::<Vec<_>>(), "next": next}))
}

fn set(shared: &Shared, request: &Request, id: &str) -> Response {
    #[derive(Deserialize)]
    struct Asked {
        status: String,
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&request.body) else {
        return problem(StatusCode::BAD_REQUEST, "the body must be a JSON object with a text, status");
    };
    let id = percent_decode_str(id).decode_utf8_lossy();
    let mut people = shared.people();
    let Some(place) = people.by_id(&id) else {
        return problem(StatusCode::NOT_FOUND, "there is no user of this id");
    };
    let status = STATUSES.iter().position(|status| *status == asked.status);
    let Some((status, number)) = status.and_then(|at| Some((STATUSES.get(at)?, u8::try_from(at).ok()?)))
    else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "there is no such status");
    };
    if !people.settable.contains(status) {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "this status cannot be set here");
    }
    people.set(place, number);
    shared.journal.note(&id, What::SetStatus, Some(status));
    let Some(person) = people.person(place) else { return Response::empty(StatusCode::NOT_FOUND) };
    json_answer(&shown(person))
}

/// A parameter of the query.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.query.as_deref().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Where the page begins that is asked for; none for a word that this service never gave.
fn page(request: &Request) -> Option<usize> {
    match parameter(request, "after") {
        None => Some(0),
        Some(after) => after.parse().ok().filter(|from: &usize| from.is_multiple_of(PAGE)),
    }
}

fn bad_page() -> Response {
    problem(StatusCode::BAD_REQUEST, "the parameter after is no word of this service")
}
