//! Who may see the page and change the file: whoever opened the one-time link, from this very page.
//!
//! The danger is another page in the same browser, or a program of another user on this machine that the browser visits. A page can send
//! requests to any port of this machine, and by a name that it makes resolve to 127.0.0.1 it can read the answers. A program at another port
//! receives the cookies that the browser has for the host and the path. So each request runs through this list, and each
//! guard stands in a file of its own:
//!
//! | guard | lets through |
//! |---|---|
//! | `Guard::Headers` | everything; its headers keep the answer out of frames, caches and other pages |
//! | `Guard::Host` | requests to the very names and port that are served |
//! | `Guard::Path` | requests below a secret path, which is also the path of the session's cookie |
//! | `Guard::Session` | who opened the link, until 15 idle minutes or 8 hours later |
//! | `Guard::FetchSite` | what the browser says comes from this page, or from nobody's |
//! | `Guard::Origin` | changes from a page of this very origin |
//! | `Guard::Token` | changes that bring the session's secret word, which no other page can read |
//! | `Guard::LinkOnce`, `Guard::LinkLife` | a link's first use, within five minutes |
//! | `Guard::Idle`, `Guard::Longest` | a session until 15 idle minutes, and until 8 hours later |
//!
//! What remains: the secret path protects the cookie in a browser that honours cookie paths; Chromium was tried. A page on another port can
//! set so many cookies that the browser drops the session's; this ends the session at worst. Without JavaScript, or when a page is reloaded
//! by hand, the browser sends cookie and path to any program that listens on the port after `serve` has ended.

mod door;
mod headers;
mod host;
mod kind;
mod names;
mod origin;
mod path;
mod proof;
mod request;
mod session;
mod token;

#[cfg(test)]
mod tests;

pub use door::{Door, LINK_LIFE, NoRandomness};
pub(super) use kind::Guard;
pub use names::Names;
pub(super) use session::Session;
pub(super) use token::MOST_BYTES;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

/// The router behind all its guards, below a secret path, and beside it `open`, the public routes. The link is opened at `/open/TOKEN`; a
/// change at `leave` below the secret path ends the session.
pub(super) fn closed(router: Router, open: Router, door: Arc<Door>) -> Router {
    behind(router, open, door, &Guard::ALL)
}

/// The router behind these guards only. The tests leave one out to show what it is there for.
pub(super) fn behind(router: Router, open: Router, door: Arc<Door>, guards: &[Guard]) -> Router {
    // A layer that is added later sees a request earlier.
    let has = |guard| guards.contains(&guard);
    let mut router = router
        .merge(session::leaving(door.clone()))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(door.clone(), session::go_on));
    if has(Guard::Token) {
        router = router.layer(from_fn(token::check));
    }
    if has(Guard::Origin) {
        router = router.layer(from_fn_with_state(door.clone(), origin::check));
    }
    if has(Guard::FetchSite) {
        router = router.layer(from_fn(origin::check_fetch_site));
    }
    // From here on each layer comes before the routing, whose answers tell which paths and methods there are.
    router = Router::new().fallback_service(router);
    router = if has(Guard::Session) {
        router.layer(from_fn_with_state(door.clone(), session::check))
    } else {
        router.layer(from_fn_with_state(door.clone(), session::look))
    };
    if has(Guard::Path) {
        router = path::below(router, door.clone());
    }
    router = router.merge(open).merge(session::link(door.clone())).merge(proof::route(door.clone()));
    if has(Guard::Host) {
        router = router.layer(from_fn_with_state(door.clone(), host::check));
    }
    if has(Guard::Headers) {
        router = router.layer(from_fn_with_state(door, headers::add));
    }
    router
}
