//! Checks the CSRF token that every change contains, in the page's hidden input or, from the script, in a
//! header. Only a page of this origin can read it.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::Session;
use super::request::{is_change, read, refuse};
use crate::web::page;
use crate::web::sent::Sent;

/// The name of the hidden input.
const INPUT: &str = "csrf";
/// The header that replaces it.
const HEADER: &str = "x-csrf-token";

/// Accepts only changes with the token of their session.
pub(super) async fn check(request: Request, next: Next) -> Response {
    if !is_change(request.method()) {
        return next.run(request).await;
    }
    let Some(session) = request.extensions().get::<Session>().cloned() else {
        return refuse(StatusCode::FORBIDDEN, "there is no session");
    };
    let (parts, body) = match read(request).await {
        Ok(read) => read,
        Err((status, reason)) => return refuse(status, reason),
    };
    let in_header = parts.headers.get(HEADER).and_then(|token| token.to_str().ok()).map(str::to_owned);
    let Some(token) = in_header.or_else(|| in_form(&body)) else {
        return keep_input(&body, "the change lacks this page's token; open the page again");
    };
    if !session.is_proved_by(&token) {
        return keep_input(&body, "the change has the token of another page; open the page again");
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Refuses a form and shows its fields again: after a new link was opened in another tab, an open page has the token
/// of the ended session.
fn keep_input(body: &Bytes, reason: &'static str) -> Response {
    tracing::warn!("a request was refused: {reason}");
    let page = page::of_another_session(reason, &Sent::new(body).for_display());
    (StatusCode::FORBIDDEN, page).into_response()
}

fn in_form(body: &Bytes) -> Option<String> {
    form_urlencoded::parse(body).find(|(name, _)| name == INPUT).map(|(_, token)| token.into_owned())
}
