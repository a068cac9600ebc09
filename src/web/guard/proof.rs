//! Proves to the page that its server is still this process.
//!
//! When `serve` has ended, another program may listen on its port, and the browser would send it the
//! session's cookie, the secret path and the form. So before each request the page sends a random number,
//! without the cookie, to this public route. The answer is an HMAC of the number. Its key is the secret path,
//! which only this process and its pages know. If the answer is missing or wrong, the page sends nothing
//! more.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::get;

use super::Authenticator;

/// The route of the proof.
pub(super) fn route(authenticator: Arc<Authenticator>) -> Router {
    Router::new().route("/proof", get(prove)).with_state(authenticator)
}

async fn prove(State(authenticator): State<Arc<Authenticator>>, RawQuery(nonce): RawQuery) -> String {
    authenticator.prove(&nonce.unwrap_or_default())
}
