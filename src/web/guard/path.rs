//! The secret path: every page of the form is below it, and so is its cookie.
//!
//! Browsers send a cookie to every port of a host, so a program of another user, visited at another port of this machine, would receive a
//! cookie with the path `/`. A cookie with a secret path is sent only with requests to that path, and another port's page cannot name it.
//! The path is not in the printed link, which the list of processes shows if a browser is started with it; the redirect that answers the
//! link is the only place where it is said.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

use super::Door;
use super::session::outside;

/// The router under the secret path. Every other path gets the answer of a request without a session.
pub(super) fn below(router: Router, door: Arc<Door>) -> Router {
    Router::new().fallback(enter).with_state((door, router))
}

async fn enter(State((door, router)): State<(Arc<Door>, Router)>, mut request: Request) -> Response {
    let uri = request.uri();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let inner = door.below_home(uri.path()).map(|rest| format!("/{rest}{query}"));
    let Some(inner) = inner.and_then(|inner| Uri::try_from(inner).ok()) else {
        return outside();
    };
    *request.uri_mut() = inner;
    router.oneshot(request).await.into_response()
}
