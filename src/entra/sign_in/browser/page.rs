//! The pages that the browser shows at the end. They have no script, no style and no links, and are not stored.

/// The code has arrived.
pub(super) fn received() -> String {
    let text = "The sign-in continues in the terminal. You can close this tab. Do not share this page.";
    response("200 OK", "Signed in", text)
}

/// Entra ID refused, with its text.
pub(super) fn refused(text: &str) -> String {
    const MAX_CHARS: usize = 2_000;
    let text = text.chars().take(MAX_CHARS).collect::<String>();
    response("200 OK", "Sign-in failed", &format!("{} You can close this tab.", escape(&text)))
}

/// The browser came without an answer.
pub(super) fn abandoned() -> String {
    response("200 OK", "Sign-in failed", "The sign-in page sent no answer. You can close this tab.")
}

/// The answer belongs to another sign-in.
pub(super) fn foreign() -> String {
    let text = "This answer does not belong to the sign-in that is open in the terminal.";
    response("400 Bad Request", "Not accepted", text)
}

/// The answer came in the wrong form.
pub(super) fn unsupported() -> String {
    response("415 Unsupported Media Type", "Not accepted", "The answer was not sent as a form.")
}

/// There is no such page.
pub(super) fn not_found() -> String {
    response("404 Not Found", "Not found", "There is nothing here.")
}

fn response(status: &str, title: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title} - swyx-teams</title><h1>{title}</h1><p>{text}</p></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
