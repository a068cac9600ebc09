//! Checks the CSRF token that every change contains, in the page's hidden input or, from the script, in a
//! header. Only a page of this origin can read it.

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;
use url::form_urlencoded;

use super::Session;
use super::request::{is_change, refuse};

/// The maximum size of a posted form in bytes: three times the maximum of a settings file, 1 MiB, in case
/// everything is percent-encoded, and a third of that for the names of the inputs.
pub(crate) const MAX_BYTES: usize = 4 << 20;

/// The name of the hidden input.
const INPUT: &str = "csrf";
/// The header that replaces it.
const HEADER: &str = "x-csrf-token";
/// The time limit for receiving a form.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn check(request: Request, next: Next) -> Response {
    if !is_change(request.method()) {
        return next.run(request).await;
    }
    let Some(session) = request.extensions().get::<Session>().cloned() else {
        return refuse(StatusCode::FORBIDDEN, "there is no session");
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.and_then(|kind| kind.split(';').next()) != Some("application/x-www-form-urlencoded") {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the form must be sent as application/x-www-form-urlencoded",
        );
    }
    if request.body().size_hint().lower() > MAX_BYTES as u64 {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large");
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = tokio::time::timeout(PATIENCE, to_bytes(body, MAX_BYTES)).await else {
        return refuse(StatusCode::REQUEST_TIMEOUT, "the form took too long");
    };
    let Ok(body) = body else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large or incomplete");
    };
    let in_header = parts.headers.get(HEADER).and_then(|token| token.to_str().ok()).map(str::to_owned);
    let Some(token) = in_header.or_else(|| in_form(&body)) else {
        return refuse(StatusCode::FORBIDDEN, "the change lacks this page's token; open the page again");
    };
    if !session.is_proved_by(&token) {
        return refuse(
            StatusCode::FORBIDDEN,
            "the change has the token of another page; open the page again",
        );
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn in_form(body: &Bytes) -> Option<String> {
    form_urlencoded::parse(body).find(|(name, _)| name == INPUT).map(|(_, token)| token.into_owned())
}
