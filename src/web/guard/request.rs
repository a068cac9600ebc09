//! Helpers of the guards: reading headers and forms, and refusing requests.

use std::time::Duration;

use axum::body::{Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The maximum size of a posted form in bytes: three times the maximum of a settings file, 1 MiB, in case
/// everything is percent-encoded, and a third of that for the names of the inputs.
pub(crate) const MAX_BYTES: usize = 4 << 20;

/// The time limit for receiving a form.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// The body of a form, of limited size and within a limited time.
pub(super) async fn read(request: Request) -> Result<(Parts, Bytes), (StatusCode, &'static str)> {
    read_up_to(MAX_BYTES, request).await
}

/// The same with another limit.
pub(super) async fn read_up_to(
    max: usize,
    request: Request,
) -> Result<(Parts, Bytes), (StatusCode, &'static str)> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.and_then(|kind| kind.split(';').next()) != Some("application/x-www-form-urlencoded") {
        let reason = "the form must be sent as application/x-www-form-urlencoded";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    if request.body().size_hint().lower() > max as u64 {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "the form is too large"));
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = tokio::time::timeout(PATIENCE, to_bytes(body, max)).await else {
        return Err((StatusCode::REQUEST_TIMEOUT, "the form took too long"));
    };
    let body = body.map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, "the form is too large or incomplete"))?;
    Ok((parts, body))
}
