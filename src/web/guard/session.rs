//! The session: a cookie that whoever opens the link gets, once.
//!
//! The cookie is `HttpOnly` and `SameSite=Strict`, and its path is the secret path of the form (see [`super::path`]). Browsers do not tell
//! ports apart in cookies, so its name holds the port: two of these servers do not disturb each other. Over TLS it is `Secure`, and its name
//! has the prefix `__Secure-`; the prefix `__Host-` would demand the path `/`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, post};
use axum::{Extension, Router};

use super::Door;
use super::door::Word;
use crate::web::gate::ConnectionMark;
use crate::web::page;

/// What a request belongs to.
#[derive(Clone)]
pub(crate) struct Session(Option<Word>);

impl Session {
    /// What the page's forms bring with every change.
    pub(crate) fn csrf(&self) -> &str {
        self.0.as_ref().map_or("", Word::text)
    }

    pub(super) fn is_proved_by(&self, token: &str) -> bool {
        self.0.as_ref().is_some_and(|word| word.is(token))
    }
}

/// The route that opens the link.
pub(super) fn link(door: Arc<Door>) -> Router {
    Router::new().route("/open/{word}", any(open)).with_state(door)
}

/// Opens the link, and goes to the form. A browser that only looks ahead opens nothing.
async fn open(State(door): State<Arc<Door>>, Path(word): Path<String>, request: Request) -> Response {
    let is_ahead = request.headers().contains_key("sec-purpose");
    let cookie = (request.method() == Method::GET && !is_ahead).then(|| door.open(&word)).flatten();
    let Some(cookie) = cookie else { return outside() };
    mark_connection(&request);
    let home = door.home();
    let cookie = [(header::SET_COOKIE, set(&door, cookie.text()))];
    // After a click on another site's page, a redirection would still be that site's, and come without this cookie; a page of our own
    // that goes on by itself is ours. <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22#section-5.2>
    if super::origin::comes_from_elsewhere(request.headers()) {
        return (cookie, [(header::REFRESH, format!("0; url={home}"))], page::opened(&home)).into_response();
    }
    (cookie, Redirect::to(&home)).into_response()
}

/// The route that ends a session: it stands behind the guards, as every change.
pub(super) fn leaving(door: Arc<Door>) -> Router {
    Router::new().route("/leave", post(leave)).with_state(door)
}

async fn leave(State(door): State<Arc<Door>>, Extension(session): Extension<Session>) -> Response {
    if let Some(csrf) = &session.0 {
        door.leave(csrf);
    }
    let over = format!("{}; Max-Age=0", set(&door, ""));
    ([(header::SET_COOKIE, over)], page::left()).into_response()
}

fn set(door: &Door, cookie: &str) -> String {
    let flags = if door.names().is_tls() { "; Secure" } else { "" };
    format!("{}={cookie}; HttpOnly; SameSite=Strict; Path={}{flags}", name(door), door.home())
}

/// Lets through who has the session's cookie.
pub(super) async fn check(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let session = of(&door, &request);
    if session.0.is_none() {
        return outside();
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Says whose the request is, and lets it through.
pub(super) async fn look(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let session = of(&door, &request);
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// A request that came through all guards keeps the session going; one that another page sent does not.
pub(super) async fn go_on(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    request
        .extensions()
        .get::<Session>()
        .and_then(|session| session.0.as_ref())
        .into_iter()
        .for_each(|csrf| door.go_on(csrf));
    next.run(request).await
}

/// The session of a request. Another port may have set cookies of the same name, or of bytes that are no text: the right one counts, wherever
/// it is in the headers.
fn of(door: &Door, request: &Request) -> Session {
    let name = name(door);
    let lines = request.headers().get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
    let session =
        Session(pairs.filter(|(known, _)| *known == name).find_map(|(_, cookie)| door.enter(cookie)));
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

fn name(door: &Door) -> String {
    let prefix = if door.names().is_tls() { "__Secure-" } else { "" };
    format!("{prefix}swyx-teams-{}", door.names().port())
}

/// The answer without a session, and outside the secret path.
pub(super) fn outside() -> Response {
    (StatusCode::UNAUTHORIZED, page::outside()).into_response()
}
