//! `/metrics`, `/healthz`, `/readyz` and `/status` over plain HTTP, for monitoring on the same machine or network. They name no users and
//! change nothing.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use super::state::State;
use super::{metrics, status};
use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

/// How long a connection may be idle, or take to send a request. A scraper that comes more rarely connects again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves the endpoints until the process ends.
pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let router = Router::new()
        .route("/metrics", get(scrape))
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/status", get(show))
        .with_state(state);
    let served = async {
        let mut server = axum_server::from_tcp(listener)?.http1_only();
        server.http_builder().http1().header_read_timeout(PATIENCE);
        server.serve(router.into_make_service()).await
    };
    if let Err(error) = served.await {
        tracing::error!("metrics, health and status are no longer served: {}", crate::os::reason(&error));
    }
}

async fn scrape(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::text(state))
}

async fn health(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    match state.is_alive() {
        true => (StatusCode::OK, "ok\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the synchronisation of a tenant hangs\n"),
    }
}

async fn ready(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    match state.not_ready() {
        lines if lines.is_empty() => (StatusCode::OK, "ok\n".to_owned()),
        lines => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready:\n{}\n", lines.join("\n"))),
    }
}

async fn show(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], status::report(&state).to_string())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn idle_connection_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("set");
        tokio::spawn(serve(listener, Arc::default()));
        for request in ["", "GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n"] {
            let mut stream = TcpStream::connect(address).await.expect("connected");
            let start = Instant::now();
            stream.write_all(request.as_bytes()).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("closed");
            assert_eq!(answer.contains("200 OK"), !request.is_empty(), "{answer}");
            assert!(start.elapsed() >= PATIENCE, "kept for further requests: {:?}", start.elapsed());
        }
    }
}
