//! The session: a cookie that the browser gets when it opens the link.
//!
//! The cookie is `HttpOnly` and `SameSite=Strict`, and its path is the secret path of the form (see
//! [`super::path`]). Browsers do not distinguish ports in cookies, so its name contains the port, and two of
//! these servers do not disturb each other. Over TLS it is `Secure`, and its name has the prefix `__Secure-`;
//! the prefix `__Host-` would require the path `/`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, post};
use axum::{Extension, Router};

use super::Authenticator;
use super::authenticator::Token;
use super::origin::FETCH_SITE;
use super::request::{is_change, only, read_up_to};
use crate::web::gate::ConnectionMark;
use crate::web::page;
use crate::web::sent::Sent;

/// The maximum size in bytes of a form that is shown again without a session. A form with 1,000 users has about 100 KiB.
pub(in crate::web) const MAX_SHOWN_BYTES: usize = 256 << 10;

/// The session of a request.
#[derive(Clone)]
pub(crate) struct Session(Option<Token>);

impl Session {
    /// The CSRF token that the page's forms send with every change.
    pub(crate) fn csrf(&self) -> &str {
        self.0.as_ref().map_or("", Token::text)
    }

    pub(super) fn is_proved_by(&self, token: &str) -> bool {
        self.0.as_ref().is_some_and(|own| own.is(token))
    }
}

/// The route that opens the link.
pub(super) fn link(authenticator: Arc<Authenticator>) -> Router {
    Router::new().route("/open/{token}", any(open)).with_state(authenticator)
}

/// Opens the link and redirects to the form. A prefetch opens nothing.
async fn open(
    State(authenticator): State<Arc<Authenticator>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let is_ahead = request.headers().contains_key("sec-purpose");
    let cookie = (request.method() == Method::GET && !is_ahead).then(|| authenticator.open(&token)).flatten();
    let Some(cookie) = cookie else { return outside() };
    mark_connection(&request);
    let home = authenticator.home();
    let cookie = [(header::SET_COOKIE, set(&authenticator, cookie.text()))];
    // After a click on the page of another site, a redirect would still count as a request of that site and
    // would not contain this cookie. A page of our own that continues automatically counts as ours.
    // <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22#section-5.2>
    if super::origin::comes_from_elsewhere(request.headers()) {
        return (cookie, [(header::REFRESH, format!("0; url={home}"))], page::opened(&home)).into_response();
    }
    (cookie, Redirect::to(&home)).into_response()
}

/// The route that ends a session. It is behind the guards, like every change.
pub(super) fn leaving(authenticator: Arc<Authenticator>) -> Router {
    Router::new().route("/leave", post(leave)).with_state(authenticator)
}

async fn leave(
    State(authenticator): State<Arc<Authenticator>>,
    Extension(session): Extension<Session>,
) -> Response {
    if let Some(csrf) = &session.0 {
        authenticator.end_session(csrf);
    }
    let over = format!("{}; Max-Age=0", set(&authenticator, ""));
    ([(header::SET_COOKIE, over)], page::left()).into_response()
}

fn set(authenticator: &Authenticator, cookie: &str) -> String {
    let flags = if authenticator.names().is_tls() { "; Secure" } else { "" };
    format!(
        "{}={cookie}; HttpOnly; SameSite=Strict; Path={}{flags}",
        name(authenticator),
        authenticator.home()
    )
}

/// Accepts only requests with the session's cookie.
pub(super) async fn check(
    State(authenticator): State<Arc<Authenticator>>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = of(&authenticator, &request);
    if session.0.is_none() {
        return outside_with_input(request).await;
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Adds the session to the request, and accepts it in any case.
pub(super) async fn look(
    State(authenticator): State<Arc<Authenticator>>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = of(&authenticator, &request);
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// A request that passed all guards extends the session; a request from another page does not.
pub(super) async fn go_on(
    State(authenticator): State<Arc<Authenticator>>,
    request: Request,
    next: Next,
) -> Response {
    request
        .extensions()
        .get::<Session>()
        .and_then(|session| session.0.as_ref())
        .into_iter()
        .for_each(|csrf| authenticator.extend(csrf));
    next.run(request).await
}

/// Finds the session of a request. Another port may have set cookies with the same name or with invalid text;
/// the right one counts, wherever it is in the headers.
fn of(authenticator: &Authenticator, request: &Request) -> Session {
    let name = name(authenticator);
    let lines = request.headers().get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
    let session = Session(
        pairs.filter(|(known, _)| *known == name).find_map(|(_, cookie)| authenticator.enter(cookie)),
    );
    if session.0.is_some() {
        mark_connection(request);
    }
    session
}

/// A connection with a session is not closed in favour of a new one.
fn mark_connection(request: &Request) {
    if let Some(mark) = request.extensions().get::<ConnectionMark>() {
        mark.set_session();
    }
}

fn name(authenticator: &Authenticator) -> String {
    let prefix = if authenticator.names().is_tls() { "__Secure-" } else { "" };
    format!("{prefix}swyx-teams-{}", authenticator.names().port())
}

/// The answer to a request below the secret path without a session. If a form of this page is not too large, its fields
/// are shown again, so that their input is not lost. These are all fields, so they contain values of the file that were
/// not changed, but nothing that the request does not contain. Only a browser that had a session knows the path.
async fn outside_with_input(request: Request) -> Response {
    let is_ours = is_change(request.method()) && only(request.headers(), FETCH_SITE) == Some("same-origin");
    if !is_ours {
        return outside();
    }
    match read_up_to(MAX_SHOWN_BYTES, request).await {
        Ok((_, body)) => {
            let input = Sent::new(&body).for_display();
            (StatusCode::UNAUTHORIZED, page::outside_with(&input)).into_response()
        }
        Err(_) => outside(),
    }
}

/// The answer to requests without a session or outside the secret path.
pub(super) fn outside() -> Response {
    (StatusCode::UNAUTHORIZED, page::outside()).into_response()
}
