//! The session: a cookie that whoever opens the link gets, once.
//!
//! The cookie is `HttpOnly` and `SameSite=Strict`. Browsers do not tell ports apart in cookies, so its name holds the port: two of these
//! servers do not disturb each other. Over TLS it is `Secure`, and bound to the host by the prefix `__Host-`; over plain HTTP on loopback
//! browsers would not take that.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, post};
use axum::{Extension, Router};

use super::Door;
use super::door::Word;
use crate::web::page;

/// What a request belongs to.
#[derive(Clone)]
pub struct Session(Option<Word>);

impl Session {
    /// What the page's forms bring with every change.
    pub fn csrf(&self) -> &str {
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
    let cookie = [(header::SET_COOKIE, set(&door, cookie.text()))];
    // After a click on another site's page, a redirection would still be that site's, and come without this cookie; a page of our own
    // that goes on by itself is ours. <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22#section-5.2>
    if super::origin::comes_from_elsewhere(request.headers()) {
        return (cookie, [(header::REFRESH, "0; url=/")], page::opened()).into_response();
    }
    (cookie, Redirect::to("/")).into_response()
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
    format!("{}={cookie}; HttpOnly; SameSite=Strict; Path=/{flags}", name(door))
}

/// Lets through who has the session's cookie.
pub(super) async fn check(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let session = of(&door, request.headers());
    if session.0.is_none() {
        return outside();
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Says whose the request is, and lets it through.
pub(super) async fn look(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let session = of(&door, request.headers());
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

fn of(door: &Door, headers: &HeaderMap) -> Session {
    let name = name(door);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    // Another port may have set one of the same name: any that is the session's will do.
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    Session(pairs.filter(|(known, _)| *known == name).find_map(|(_, cookie)| door.enter(cookie)))
}

fn name(door: &Door) -> String {
    let prefix = if door.names().is_tls() { "__Host-" } else { "" };
    format!("{prefix}swyx-teams-{}", door.names().port())
}

fn outside() -> Response {
    (StatusCode::UNAUTHORIZED, page::outside()).into_response()
}
