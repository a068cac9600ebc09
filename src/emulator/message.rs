//! A request and its response as plain data; the routes of Entra ID and Graph are pure functions between them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use uuid::Uuid;

/// A request, from the network or from a batch.
#[derive(Clone)]
pub(super) struct Request {
    /// The method.
    pub(super) method: Method,
    /// The path, percent-encoded as sent, with its leading `/`; for Graph without the version: `/users/a%40b.example/presence`.
    pub(super) path: String,
    /// For Graph: whether the path was that of the beta version.
    pub(super) is_beta: bool,
    /// The query, percent-encoded as sent, without `?`.
    pub(super) query: Option<String>,
    /// The headers; for a part of a batch, only its own.
    pub(super) headers: HeaderMap,
    /// The body; empty for none.
    pub(super) body: Bytes,
    /// The ids of the request for headers and error bodies; a part of a batch has its own.
    pub(super) ids: RequestIds,
}

/// The ids that Graph uses for a request.
#[derive(Clone, Debug)]
pub(super) struct RequestIds {
    /// The emulator's id.
    pub(super) request: Uuid,
    /// The client's id, otherwise the emulator's.
    pub(super) client: String,
}

/// A response to a [`Request`].
pub(super) struct Response {
    /// The status.
    pub(super) status: StatusCode,
    /// The headers, including `Content-Type`; headers of all responses are added later.
    pub(super) headers: HeaderMap,
    /// The body; empty for none.
    pub(super) body: Vec<u8>,
    /// Replaces `body` for a response that is streamed.
    pub(super) stream: Option<Body>,
    /// The fault that created it, for the log.
    pub(super) fault: Option<&'static str>,
    /// For a batch: its parts, for the log.
    pub(super) parts: Vec<Part>,
}

/// The log entry of one part of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The method.
    pub method: String,
    /// The path below the version, without the query.
    pub path: String,
    /// The status.
    pub status: u16,
}

impl Response {
    /// A response without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Vec::new(),
            stream: None,
            fault: None,
            parts: Vec::new(),
        }
    }

    /// Serialized JSON.
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

    /// The same response with an additional header.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}
