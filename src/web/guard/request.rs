//! What several guards ask of a request, and how they refuse one.

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};

/// The value of a header that is there exactly once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    value.to_str().ok().filter(|_| values.next().is_none())
}

/// The answer to a request that a guard does not let through.
pub(super) fn refuse(status: StatusCode, reason: &'static str) -> Response {
    tracing::warn!("a request was refused: {reason}");
    (status, format!("{reason}\n")).into_response()
}

/// A change, as opposed to a look.
pub(super) fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}
