//! Errors of the gateway in the format of RFC 9457: <https://www.rfc-editor.org/rfc/rfc9457>.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::emulator::message::Response;

/// An error of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    detail: &'static str,
}

impl Problem {
    /// Creates an error; `detail` never repeats the request.
    pub(super) fn new(status: StatusCode, detail: &'static str) -> Self {
        Self { status, detail }
    }

    /// The response for it.
    pub(super) fn response(&self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = json!({"type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail});
        let response =
            Response::json(self.status, &body).with(header::CONTENT_TYPE, "application/problem+json");
        match self.status {
            StatusCode::UNAUTHORIZED => response.with(header::WWW_AUTHENTICATE, "Bearer"),
            _ => response,
        }
    }
}
