//! Helpers of the guards: reading headers and refusing requests.

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};

/// The value of a header that occurs exactly once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    value.to_str().ok().filter(|_| values.next().is_none())
}

/// The answer to a refused request.
pub(super) fn refuse(status: StatusCode, reason: &'static str) -> Response {
    tracing::warn!("a request was refused: {reason}");
    (status, format!("{reason}\n")).into_response()
}

/// Whether a method changes something.
pub(super) fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}
