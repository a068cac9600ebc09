//! Pages for browsers.

use axum::http::{StatusCode, header};

use super::super::message::Response;
use super::refusal::Refusal;

/// A page with a title and a text.
pub(super) fn page(title: &str, text: &str) -> Response {
    let mut response = Response::empty(StatusCode::OK);
    response.body =
        format!("<!doctype html><title>{title}, emulated</title><h1>{title}, emulated</h1><p>{text}</p>\n")
            .into_bytes();
    response.with(header::CONTENT_TYPE, "text/html; charset=utf-8")
}

/// A page with an error. Its status is inferred.
pub(super) fn error_page(title: &str, refusal: &Refusal) -> Response {
    let mut response = page(title, &escape(&format!("AADSTS{}: {}", refusal.code, refusal.text)));
    response.status = StatusCode::BAD_REQUEST;
    response
}

/// A page with a text and a form: its address, its hidden fields, and the buttons, whose values are sent as `answer`. With one button, the
/// form submits itself.
pub(super) fn form_page(
    title: &str,
    text: &str,
    action: &str,
    fields: &[(&str, &str)],
    buttons: &[(&str, &str)],
) -> Response {
    let field =
        |(name, value): &(&str, &str)| format!("<input type=hidden name={name} value=\"{}\">", escape(value));
    let button =
        |(value, label): &(&str, &str)| format!("<button name=answer value={value}>{label}</button>");
    let fields = fields.iter().map(field).collect::<String>();
    let is_single = buttons.len() == 1;
    let buttons = if is_single {
        // Without a name, a button adds no field to what the redirect address receives.
        buttons.iter().map(|(_, label)| format!("<button>{label}</button>")).collect::<String>()
    } else {
        buttons.iter().map(button).collect::<String>()
    };
    let script = if is_single { "<script>document.forms[0].submit()</script>" } else { "" };
    let action = escape(action);
    page(
        title,
        &format!("{text}</p><form method=post action=\"{action}\">{fields}{buttons}</form>{script}<p>"),
    )
}

/// A text for HTML, also between quotation marks.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
