//! The exact `Host`: one of the names under which the page is served.
//!
//! A page of another site can make its own name resolve to this machine (DNS rebinding); then it reads every answer as its own. Its
//! requests bear its name as `Host`, which is none of these.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Door;
use super::request::only;

/// Exactly one `Host`, one of the names; and a request line that names a host names one of them, too.
pub(super) async fn check(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let host = only(request.headers(), header::HOST.as_str());
    let line = request.uri().authority().map(axum::http::uri::Authority::as_str);
    let names = door.names();
    if host.is_some_and(|host| names.has(host)) && line.is_none_or(|line| names.has(line)) {
        return next.run(request).await;
    }
    tracing::warn!("a request to another host name was refused");
    (StatusCode::MISDIRECTED_REQUEST, [(header::CONNECTION, "close")]).into_response()
}
