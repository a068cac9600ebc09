//! Checks the origin of a request as reported by the browser: a page cannot forge these two headers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Authenticator;
use super::request::{is_change, only, refuse};

pub(super) const FETCH_SITE: &str = "sec-fetch-site";

/// A change must come from a page of exactly this origin; a change without an origin is refused too.
pub(super) async fn check(
    State(authenticator): State<Arc<Authenticator>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = only(request.headers(), header::ORIGIN.as_str());
    let host = only(request.headers(), header::HOST.as_str());
    let is_ours =
        origin.zip(host).is_some_and(|(origin, host)| origin == authenticator.names().origin_of(host));
    if !is_change(request.method()) || is_ours {
        return next.run(request).await;
    }
    refuse(StatusCode::FORBIDDEN, "the change does not come from this page")
}

/// A change must come from this page. A GET request may come from no page, for example if the link is typed
/// in, or from a browser that does not send the header.
pub(super) async fn check_fetch_site(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_fine = if is_change(request.method()) {
        only(headers, FETCH_SITE) == Some("same-origin")
    } else {
        !comes_from_elsewhere(headers)
    };
    if is_fine {
        next.run(request).await
    } else {
        refuse(StatusCode::FORBIDDEN, "the request comes from another page")
    }
}

/// Whether the browser reports that a link or a frame of another page caused the request.
pub(super) fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.contains_key(FETCH_SITE) && !matches!(only(headers, FETCH_SITE), Some("none" | "same-origin"))
}
