//! Errors of Microsoft Graph.
//!
//! The body: <https://learn.microsoft.com/en-us/graph/errors>.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::message::{RequestIds, Response};
use super::time;

/// An error of Microsoft Graph, without time and request ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraphError {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// The code that clients check.
    pub(super) code: &'static str,
    /// The message, for display only.
    pub(super) message: String,
}

impl GraphError {
    /// Creates an error.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The response for it.
    pub(super) fn response(&self, ids: &RequestIds, now: Timestamp) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message, "innerError": {
            "date": time::inner_error(now), "request-id": ids.request.to_string(), "client-request-id": ids.client,
        }}});
        Response::json(self.status, &body)
    }
}
