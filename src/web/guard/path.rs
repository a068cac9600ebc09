//! The secret path: every page of the form is below it, and so is its cookie.
//!
//! Browsers send a cookie to every port of a host, so a program of another user on another port of this
//! machine would receive a cookie with the path `/`. A cookie with a secret path is sent only with requests
//! to that path, which the page of another port does not know. The path is not in the printed link, because
//! the process list shows the link if a browser is started with it. Only the redirect that answers the link
//! contains the path.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

use super::Authenticator;
use super::session::outside;

/// The router below the secret path. Every other path gets the same answer as a request without a session.
pub(super) fn below(router: Router, authenticator: Arc<Authenticator>) -> Router {
    Router::new().fallback(enter).with_state((authenticator, router))
}

async fn enter(
    State((authenticator, router)): State<(Arc<Authenticator>, Router)>,
    mut request: Request,
) -> Response {
    let uri = request.uri();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let inner = authenticator.below_home(uri.path()).map(|rest| format!("/{rest}{query}"));
    let Some(inner) = inner.and_then(|inner| Uri::try_from(inner).ok()) else {
        return outside();
    };
    *request.uri_mut() = inner;
    router.oneshot(request).await.into_response()
}
