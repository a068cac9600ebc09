//! Errors of Microsoft Graph, and the pure request and answer that its routes speak.
//!
//! The body: <https://learn.microsoft.com/en-us/graph/errors>.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::time;

/// A request below `/v1.0`, from the network or as a part of a batch.
#[derive(Clone)]
pub(super) struct Request {
    /// The method.
    pub(super) method: Method,
    /// The path below the version, percent-encoded as sent, with its leading `/`: `/users/a%40b.example/presence`.
    pub(super) path: String,
    /// The query, percent-encoded as sent, without `?`.
    pub(super) query: Option<String>,
    /// The headers; of a part, those that the part has.
    pub(super) headers: HeaderMap,
    /// The body; empty for none.
    pub(super) body: Bytes,
    /// The ids by which the request is told in headers and error bodies; a part has its own.
    pub(super) ids: RequestIds,
}

/// The ids by which Graph tells a request.
#[derive(Clone, Debug)]
pub(super) struct RequestIds {
    /// Ours.
    pub(super) request: Uuid,
    /// The client's, else again ours.
    pub(super) client: String,
}

/// An answer to a [`Request`].
pub(super) struct Response {
    /// The status.
    pub(super) status: StatusCode,
    /// The headers, `Content-Type` among them; those that every answer has are added later.
    pub(super) headers: HeaderMap,
    /// The body; empty for none.
    pub(super) body: Vec<u8>,
    /// Of a batch: its parts, for the log.
    pub(super) parts: Vec<Part>,
}

/// What the log says of one part of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The method.
    pub method: String,
    /// The path below the version, without the query.
    pub path: String,
    /// The status.
    pub status: u16,
}

impl Response {
    /// An answer without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new(), parts: Vec::new() }
    }

    /// JSON that is written already.
    pub(super) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Self {
        let mut response = Self::empty(status);
        response.body = body;
        let json = HeaderValue::from_static(
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
        );
        response.headers.insert(header::CONTENT_TYPE, json);
        response
    }

    /// A JSON value.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::json_bytes(status, body.to_string().into_bytes())
    }

    /// The same with one header more.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// A refusal of Microsoft Graph, before it is told when and to whom it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraphError {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// The code, on which clients branch.
    pub(super) code: &'static str,
    /// The sentence for people.
    pub(super) message: String,
}

impl GraphError {
    /// A refusal.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The answer that tells it.
    pub(super) fn response(&self, ids: &RequestIds, now: Timestamp) -> Response {
        let body = json!({"error": {"code": self.code, "message": self.message, "innerError": {
            "date": time::inner_error(now), "request-id": ids.request.to_string(), "client-request-id": ids.client,
        }}});
        Response::json(self.status, &body)
    }
}
