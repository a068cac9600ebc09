//! Handles one request from arrival to response: faults, Graph's authentication and limits, the routes, the log.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::dropped::Dropped;
use super::entra::{self, refusal::Refusal};
use super::error::GraphError;
use super::fault::fault;
use super::log::Entry;
use super::message::{Request, RequestIds, Response};
use super::shared::Shared;
use super::token::{self, Caller};
use super::{gateway, graph, limits, time};

/// The maximum body size, equal to Graph's largest request: 4 MiB.
const MAX_BYTES: usize = 4 << 20;

/// The routes, for a socket.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer).with_state(shared)
}

/// Answers one request.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let ids = request_ids(&head.headers, head.uri.query());
    let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
    let slow = if head.uri.path().starts_with("/swyx/") {
        shared.faults().milliseconds(const { fault("slow-gateway") })
    } else {
        Duration::ZERO
    };
    let slow = slow + shared.faults().milliseconds(const { fault("slow") });
    if !slow.is_zero() {
        tokio::time::sleep(slow).await;
    }
    let mut dropped = shared.faults().strikes(const { fault("drop-request") }).then_some(Dropped::Request);
    let (mut response, mut struck) = match to_bytes(body, MAX_BYTES).await {
        _ if dropped.is_some() => (Response::empty(StatusCode::OK), None),
        Ok(body) => {
            let query = head.uri.query().map(str::to_owned);
            let (method, path, headers) = (head.method, path.clone(), head.headers);
            dispatch(
                &shared,
                Request { method, path, is_beta: false, query, headers, body, ids: ids.clone() },
            )
        }
        Err(_) => (Response::empty(StatusCode::PAYLOAD_TOO_LARGE), None),
    };
    if dropped.is_none() && struck.is_none() && shared.faults().strikes(const { fault("drop-reply") }) {
        dropped = Some(Dropped::Reply);
    }
    struck = dropped.map(Dropped::fault).or(struck);
    for_all(&mut response.headers, &ids, shared.clock.now());
    let ms = milliseconds(began.elapsed());
    let status = if dropped == Some(Dropped::Request) { 0 } else { response.status.as_u16() };
    let parts = std::mem::take(&mut response.parts);
    shared.log.add(Entry { method, path, status, ms, parts, fault: struck });
    let body = response.stream.unwrap_or_else(|| Body::from(response.body));
    let mut answer = axum::response::Response::new(body);
    if let Some(dropped) = dropped {
        // The body fails before its first byte and closes the connection: not even the headers are sent.
        answer = axum::response::Response::new(Body::new(dropped));
    }
    *answer.status_mut() = response.status;
    *answer.headers_mut() = response.headers;
    answer
}

/// In milliseconds, to a thousandth.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// The response, with the name of the fault that created it.
fn dispatch(shared: &Arc<Shared>, mut request: Request) -> (Response, Option<&'static str>) {
    if shared.faults().strikes(const { fault("html-body") }) {
        return (html(StatusCode::BAD_GATEWAY, "502 Bad Gateway"), Some("html-body"));
    }
    if let Some(below) = below(&request.path, "/swyx") {
        if shared.faults().strikes(const { fault("unavailable") }) {
            return (gateway::unavailable(), Some("unavailable"));
        }
        request.path = below;
        return (gateway::handle(shared, &request), None);
    }
    if shared.faults().strikes(const { fault("portal") }) {
        return (html(StatusCode::OK, "Please log on"), Some("portal"));
    }
    let is_beta = graph::IN_BETA.iter().any(|start| request.path.starts_with(start));
    let Some(below) = below(&request.path, if is_beta { "/beta" } else { "/v1.0" }) else {
        if shared.faults().strikes(const { fault("unavailable") }) {
            let refusal = Refusal::new(90033, "A transient error has occurred. Please try again.");
            return (refusal.response(&request.ids, shared.clock.now()), Some("unavailable"));
        }
        let response = entra::handle(shared, &request);
        let response = response.unwrap_or_else(|| Response::empty(StatusCode::NOT_FOUND));
        let fault = response.fault;
        return (response, fault);
    };
    (request.path, request.is_beta) = (below, is_beta);
    let (response, fault) = graph_answer(shared, &request);
    let diagnostic = HeaderName::from_static("x-ms-ags-diagnostic");
    let value = r#"{"ServerInfo":{"DataCenter":"Emulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"EMULATED00000000"}}"#;
    (response.with(diagnostic, value), fault)
}

/// The rest of a path after this first segment.
fn below(path: &str, first: &str) -> Option<String> {
    path.strip_prefix(first).filter(|rest| rest.starts_with('/')).map(str::to_owned)
}

fn graph_answer(shared: &Shared, request: &Request) -> (Response, Option<&'static str>) {
    let refused = |error: &GraphError| error.response(&request.ids, shared.clock.now());
    let challenge = |response: Response| {
        let base = &shared.base;
        let value = format!(
            "Bearer realm=\"\", authorization_uri=\"{base}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""
        );
        response.with(header::WWW_AUTHENTICATE, &value)
    };
    let caller = match token::accept(shared, &request.headers) {
        Ok(caller) => caller,
        Err(error) => return (challenge(refused(&error)), None),
    };
    if shared.faults().strikes(const { fault("expired-token") }) {
        let error = GraphError::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            "Lifetime validation failed, the token is expired.",
        );
        return (challenge(refused(&error)), Some("expired-token"));
    }
    if request.path == "/$batch" {
        if shared.faults().strikes(const { fault("unavailable") }) {
            return (unavailable(shared, request), Some("unavailable"));
        }
        // Its parts are throttled separately.
        return (graph::handle_batch(shared, &caller, request, part), None);
    }
    gate(shared, &caller, request)
}

/// Handles one part of a batch: separately throttled and affected by faults, then as any request.
fn part(shared: &Shared, caller: &Caller, request: &Request) -> Response {
    gate(shared, caller, request).0
}

fn gate(shared: &Shared, caller: &Caller, request: &Request) -> (Response, Option<&'static str>) {
    let cost = limits::cost(request);
    if let Some(limits) = &shared.limits {
        let users = shared.read().users.as_slice().len();
        if let Some(seconds) = limits.count(caller.client_id, &cost, users, shared.clock.now()) {
            return (throttled(shared, request, seconds), None);
        }
    }
    if let Some(seconds) = shared.faults().throttle() {
        return (throttled(shared, request, seconds), Some("throttle"));
    }
    if shared.faults().strikes(const { fault("unavailable") }) {
        return (unavailable(shared, request), Some("unavailable"));
    }
    let mut response = graph::handle(shared, caller, request);
    if cost.units > 0 {
        response = response.with(HeaderName::from_static("x-ms-resource-unit"), &cost.units.to_string());
    }
    (response, None)
}

/// Throttled, with its own body: <https://learn.microsoft.com/en-us/graph/throttling>.
fn throttled(shared: &Shared, request: &Request, seconds: f64) -> Response {
    let body = serde_json::json!({"error": {"code": "TooManyRequests", "message": "Please retry again later.",
        "innerError": {"code": "429", "date": time::inner_error(shared.clock.now()), "message": "Please retry after",
            "request-id": request.ids.request.to_string(), "status": "429"}}});
    Response::json(StatusCode::TOO_MANY_REQUESTS, &body).with(header::RETRY_AFTER, &format!("{seconds:.3}"))
}

fn unavailable(shared: &Shared, request: &Request) -> Response {
    let error = GraphError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceUnavailable",
        "The service is temporarily unavailable. Please retry later.",
    );
    error.response(&request.ids, shared.clock.now()).with(header::RETRY_AFTER, "1")
}

/// The response of a proxy that cannot reach the service, or of a captive portal.
fn html(status: StatusCode, title: &str) -> Response {
    let mut response = Response::empty(status);
    let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    response.body = page.into_bytes();
    response.with(header::CONTENT_TYPE, "text/html")
}

/// The client's id is in its header or, as MSAL for JavaScript sends it, in the query.
fn request_ids(headers: &HeaderMap, query: Option<&str>) -> RequestIds {
    const NAME: &str = "client-request-id";
    const MAX_LEN: usize = 100;
    let request = Uuid::new_v4();
    let in_header = headers.get(NAME).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let in_query = || {
        let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        pairs.find(|(name, _)| name == NAME).map(|(_, value)| value.into_owned())
    };
    let client = in_header.or_else(in_query).filter(|id| !id.is_empty() && id.len() <= MAX_LEN);
    RequestIds { request, client: client.unwrap_or_else(|| request.to_string()) }
}

/// The headers of every response.
fn for_all(headers: &mut HeaderMap, ids: &RequestIds, now: Timestamp) {
    let all = [
        (HeaderName::from_static("request-id"), ids.request.to_string()),
        (HeaderName::from_static("client-request-id"), ids.client.clone()),
        (header::DATE, time::http(now)),
    ];
    for (name, value) in all {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
