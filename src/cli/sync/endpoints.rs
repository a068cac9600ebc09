//! `/metrics`, `/healthz`, `/readyz` and `/status` over plain HTTP, for monitoring on the same machine or network. They name no users and
//! change nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::state::State;
use super::{metrics, status};

/// Serves the endpoints until the process ends.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let router = Router::new()
        .route("/metrics", get(scrape))
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/status", get(show))
        .with_state(state);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!("metrics, health and status are no longer served: {}", crate::os::reason(&error));
    }
}

async fn scrape(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::text(state))
}

async fn health(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    verdict(state.is_alive(), "ok\n", "the synchronisation of a tenant hangs\n")
}

async fn ready(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    verdict(
        state.is_ready(),
        "ok\n",
        "a tenant is not synchronised, or one of its sides does not answer; see /status\n",
    )
}

fn verdict(is_good: bool, good: &'static str, bad: &'static str) -> impl IntoResponse {
    if is_good { (StatusCode::OK, good) } else { (StatusCode::SERVICE_UNAVAILABLE, bad) }
}

async fn show(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], status::report(&state).to_string())
}
