//! The gateway to the emulated SwyxServer, version 1: users, statuses and an event stream.
//!
//! | path | |
//! |---|---|
//! | `GET /v1/capabilities` | which statuses can be set |
//! | `GET /v1/users` | the users, page by page |
//! | `GET /v1/statuses` | their visible statuses: all, or those changed after a cursor |
//! | `PUT /v1/users/{id}/status` | sets a status |
//! | `GET /v1/events` | server-sent events, <https://html.spec.whatwg.org/multipage/server-sent-events.html> |
//!
//! Callers need the bearer token of the ready line. Errors: `problem`. The state: `system` with its `changes`; the stream: `events`.

mod changes;
mod events;
mod problem;
mod status;
mod system;

use std::collections::HashSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};

use super::fault::fault;
use super::message::{Request, Response};
use super::shared::Shared;
use changes::Change;
use events::Events;
use problem::Problem;
pub(super) use status::Status;
use system::UserStatus;
pub(super) use system::{SwyxServer, SwyxUser};

/// The number of users or statuses per page.
const PAGE: usize = 1_000;

/// Handles one kind of request; the text is the user of the path, encoded as sent.
type Handler = fn(&Arc<Shared>, &Request, &str) -> Result<Response, Problem>;

/// Handles a request below `/swyx`.
pub(super) fn handle(shared: &Arc<Shared>, request: &Request) -> Response {
    route(shared, request).unwrap_or_else(|problem| problem.response())
}

/// The error for an unavailable gateway.
pub(super) fn unavailable() -> Response {
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SwyxServer cannot be reached.");
    problem.response().with(header::RETRY_AFTER, "1")
}

fn route(shared: &Arc<Shared>, request: &Request) -> Result<Response, Problem> {
    let segments = request.path.split('/').skip(1).collect::<Vec<_>>();
    let (allowed, answer): (_, Handler) = match segments.as_slice() {
        ["v1", "capabilities"] => ("GET", capabilities),
        ["v1", "users"] => ("GET", users),
        ["v1", "statuses"] => ("GET", statuses),
        ["v1", "events"] => ("GET", listen),
        ["v1", "users", _, "status"] => ("PUT", set),
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.")),
    };
    if !is_authorized(shared, request) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "The bearer token is missing or wrong."));
    }
    if request.method != allowed {
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "This address has no such method.");
        return Ok(problem.response().with(header::ALLOW, allowed));
    }
    let user = segments.get(2).copied().unwrap_or_default();
    answer(shared, request, user)
}

fn is_authorized(shared: &Shared, request: &Request) -> bool {
    let given = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = given.and_then(|given| given.split_once(' ')).unwrap_or_default();
    scheme.eq_ignore_ascii_case("Bearer") && token == shared.gateway_token
}

/// JSON without the parameters of Graph's.
fn json_answer(body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    Response::json_bytes(StatusCode::OK, body).with(header::CONTENT_TYPE, "application/json")
}

fn capabilities(shared: &Arc<Shared>, _: &Request, _: &str) -> Result<Response, Problem> {
    Ok(json_answer(&json!({"version": 1, "statuses": shared.swyx().settable})))
}

fn users(shared: &Arc<Shared>, request: &Request, _: &str) -> Result<Response, Problem> {
    let from = match parameter(request, "after") {
        None => 0,
        Some(after) => number(&after)?,
    };
    let swyx = shared.swyx();
    let mut shown = Vec::new();
    if shared.faults().strikes(const { fault("lose-users") }) {
        return Ok(json_answer(&json!({"users": [], "next": null})));
    }
    let next = page(&swyx, from, |place| {
        let user = swyx.user(place)?;
        shown.push(json!({"id": user.id, "name": user.name, "email": user.email, "enabled": user.enabled}));
        Some(())
    });
    Ok(json_answer(&json!({"users": shown, "next": next})))
}

fn statuses(shared: &Arc<Shared>, request: &Request, _: &str) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct StatusList<'a> {
        cursor: String,
        statuses: Vec<UserStatus<'a>>,
        next: Option<String>,
    }
    let after = parameter(request, "after").as_deref().map(number).transpose()?;
    let swyx = shared.swyx();
    let mut statuses = Vec::new();
    let next = match parameter(request, "since") {
        Some(since) => {
            let since = swyx.changes.number(&since).ok_or_else(unknown_cursor)?;
            let (changed, next) = changed(&swyx, after.unwrap_or(since))?;
            statuses.extend(changed.into_iter().filter_map(|place| swyx.status(place)));
            next
        }
        None => page(&swyx, after.unwrap_or_default(), |place| {
            statuses.push(swyx.status(place)?);
            Some(())
        }),
    };
    let cursor = swyx.changes.cursor(swyx.changes.last());
    Ok(json_answer(&StatusList { cursor, statuses, next }))
}

/// Serializes users from the position `from` on until a page is full, and returns the token of the next page.
fn page(swyx: &SwyxServer, from: u64, mut show: impl FnMut(u32) -> Option<()>) -> Option<String> {
    let mut count = 0;
    for place in u32::try_from(from).unwrap_or(u32::MAX)..swyx.places() {
        if count == PAGE {
            return Some(place.to_string());
        }
        count += usize::from(show(place).is_some());
    }
    None
}

/// The positions of users on a page that changed after that change, each once, and the token of the next page.
fn changed(swyx: &SwyxServer, after: u64) -> Result<(Vec<u32>, Option<String>), Problem> {
    if !swyx.changes.reaches(after) {
        return Err(unknown_cursor());
    }
    let (mut known, mut places) = (HashSet::new(), Vec::new());
    for number in after + 1..=swyx.changes.last() {
        let Some(Change::Status { place, .. }) = swyx.changes.get(number) else { continue };
        if known.contains(&place) || swyx.user(place).is_none() {
            continue;
        }
        if places.len() == PAGE {
            return Ok((places, Some((number - 1).to_string())));
        }
        known.insert(place);
        places.push(place);
    }
    Ok((places, None))
}

fn set(shared: &Arc<Shared>, request: &Request, user: &str) -> Result<Response, Problem> {
    let user = percent_decode_str(user).decode_utf8().unwrap_or_default();
    let nobody = || Problem::new(StatusCode::NOT_FOUND, "No user has this id.");
    let place = shared.swyx().place(&user).ok_or_else(nobody)?;
    let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let is_json = kind.trim().eq_ignore_ascii_case("application/json");
    // A body that is not JSON also has no status.
    let body = if is_json { serde_json::from_slice(&request.body).unwrap_or_default() } else { Value::Null };
    let status = body.get("status").and_then(Value::as_str).and_then(|status| status.parse::<Status>().ok());
    let mut swyx = shared.swyx_mut();
    let is_refused = shared.faults().strikes(const { fault("refuse-status") });
    let status = status.filter(|status| !is_refused && swyx.settable.contains(status));
    let status = status.ok_or_else(|| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The body must be JSON with a status that can be set.")
    })?;
    swyx.set(place, status);
    shared.write_journal(Some(&user), "set-status", Some(status.name()));
    Ok(json_answer(&swyx.status(place).ok_or_else(nobody)?))
}

fn listen(shared: &Arc<Shared>, request: &Request, _: &str) -> Result<Response, Problem> {
    let after = match request.headers.get("last-event-id") {
        None => None,
        Some(cursor) => {
            let number = cursor.to_str().ok().and_then(|cursor| shared.swyx().changes.number(cursor));
            Some(number.ok_or_else(unknown_cursor)?)
        }
    };
    let mut response = Response::empty(StatusCode::OK)
        .with(header::CONTENT_TYPE, "text/event-stream")
        .with(header::CACHE_CONTROL, "no-store");
    response.stream = Some(axum::body::Body::new(Events::begin(shared.clone(), after)));
    Ok(response)
}

fn unknown_cursor() -> Problem {
    Problem::new(StatusCode::GONE, "This cursor is unknown or expired: read everything again.")
}

fn number(token: &str) -> Result<u64, Problem> {
    let wrong = || Problem::new(StatusCode::BAD_REQUEST, "The value of `after` is not from a previous page.");
    if token.bytes().all(|byte| byte.is_ascii_digit()) {
        token.parse().map_err(|_| wrong())
    } else {
        Err(wrong())
    }
}

/// The first value of a parameter of the query.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.query.as_deref().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
