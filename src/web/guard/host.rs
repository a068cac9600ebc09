//! Checks the exact `Host`: it must be one of the names under which the page is served.
//!
//! A page of another site can make its own name resolve to this machine (DNS rebinding) and then read every
//! answer. Its requests have its own name as `Host`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Authenticator;
use super::request::only;

/// Accepts exactly one `Host`, which must be one of the names; so must a host in the request line.
pub(super) async fn check(
    State(authenticator): State<Arc<Authenticator>>,
    request: Request,
    next: Next,
) -> Response {
    let host = only(request.headers(), header::HOST.as_str());
    let line = request.uri().authority().map(axum::http::uri::Authority::as_str);
    let names = authenticator.names();
    if host.is_some_and(|host| names.has(host)) && line.is_none_or(|line| names.has(line)) {
        return next.run(request).await;
    }
    tracing::warn!("a request with another host name was refused");
    (StatusCode::MISDIRECTED_REQUEST, [(header::CONNECTION, "close")]).into_response()
}
