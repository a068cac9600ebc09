//! Microsoft Graph, version 1.0: one pure function from request to answer.

pub(super) mod presence;

use axum::http::StatusCode;

use super::error::{GraphError, Request, Response};
use super::server::Shared;
use super::token::Caller;

/// Answers a request below `/v1.0` that bears an accepted token; parts of a batch come here too, through `server::part`.
pub(super) fn handle(shared: &Shared, _caller: &Caller, request: &Request) -> Response {
    let message = format!("Resource not found for the segment '{}'.", request.path.trim_start_matches('/'));
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", message).response(&request.ids, shared.clock.now())
}
