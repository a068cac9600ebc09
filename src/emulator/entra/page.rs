//! Pages for browsers.

use axum::http::{StatusCode, header};

use super::super::message::Response;

/// A page with a title and a text.
pub(super) fn page(title: &str, text: &str) -> Response {
    let mut response = Response::empty(StatusCode::OK);
    response.body =
        format!("<!doctype html><title>{title}, emulated</title><h1>{title}, emulated</h1><p>{text}</p>\n")
            .into_bytes();
    response.with(header::CONTENT_TYPE, "text/html; charset=utf-8")
}
