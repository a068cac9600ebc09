//! A request and its answer as plain data: what the routes of Entra ID and Graph are pure functions of.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

/// A request, from the network or as a part of a batch.
#[derive(Clone)]
pub(super) struct Request {
    /// The method.
    pub(super) method: Method,
    /// The path, percent-encoded as sent, with its leading `/`; for Graph below the version: `/users/a%40b.example/presence`.
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
    /// What comes in place of `body` where the answer goes on for long.
    pub(super) stream: Option<Body>,
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
        Self { status, headers: HeaderMap::new(), body: Vec::new(), stream: None, parts: Vec::new() }
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
