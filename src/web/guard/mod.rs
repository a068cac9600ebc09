//! Access control of the page: only the browser that opened the one-time link may see the page and change the
//! file, and only from this page.
//!
//! The threats are another page in the same browser, and a program of another user on this machine that the
//! browser visits. A page can send requests to any port of this machine, and with a name that resolves to
//! 127.0.0.1 it can read the answers. A program on another port receives the cookies that the browser has for
//! the host and the path. So each request passes this list; each guard has its own file:
//!
//! | guard | lets through |
//! |---|---|
//! | `Guard::Headers` | everything; its headers keep the answer out of frames, caches and other pages |
//! | `Guard::Host` | requests to exactly the served names and port |
//! | `Guard::Path` | requests below a secret path, which is also the path of the session's cookie |
//! | `Guard::Session` | requests of the browser that opened the link, until 15 idle minutes or 8 hours later |
//! | `Guard::FetchSite` | requests that, according to the browser, come from this page or from no page |
//! | `Guard::Origin` | changes from a page of exactly this origin |
//! | `Guard::Token` | changes with the session's secret token, which no other page can read |
//! | `Guard::LinkOnce`, `Guard::LinkLife` | a link's first use, within five minutes |
//! | `Guard::Idle`, `Guard::Longest` | a session until 15 idle minutes, and until 8 hours later |
//!
//! Remaining risks: the secret path protects the cookie only in browsers that honour cookie paths; Chromium
//! was tested. A page on another port can set so many cookies that the browser drops the session's cookie,
//! which ends the session. A program that listens on the port after `serve` has ended can read the unsaved
//! input that a tab keeps, and can leave other input there, which the page then offers, if a page of it is
//! opened in that tab; the input contains no password field, and no text that looks like a secret. Without
//! JavaScript, or when a page is reloaded by hand, the browser sends the cookie and the path to any program
//! that listens on the port after `serve` has ended.
//!
//! ```
//! # use std::sync::Arc;
//! # use swyx_teams::web::{Listening, Site, listen};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let bound = listen(&Listening::new(([127, 0, 0, 1], 0).into())).await?;
//! let origin = bound.names().origin();
//! let guarded = bound.guard(Arc::new(Site::new("north.toml", "north.toml")))?;
//! let (first, second) = (guarded.authenticator().link()?, guarded.authenticator().link()?);
//! assert!(first.starts_with(&format!("{origin}/open/")) && first != second);
//! # Ok(())
//! # }
//! ```

mod authenticator;
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

pub use authenticator::{Authenticator, LINK_LIFE, NoRandomness};
pub(super) use kind::Guard;
pub use names::Names;
pub(super) use request::MAX_BYTES;
pub(super) use session::{MAX_SHOWN_BYTES, Session};

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

/// The router behind all guards, below a secret path, together with `open`, the public routes. `/open/TOKEN`
/// opens the link; a POST to `leave` below the secret path ends the session.
pub(super) fn closed(router: Router, open: Router, authenticator: Arc<Authenticator>) -> Router {
    behind(router, open, authenticator, &Guard::ALL)
}

/// The router behind only these guards. Tests leave one out to show what it protects.
pub(super) fn behind(
    router: Router,
    open: Router,
    authenticator: Arc<Authenticator>,
    guards: &[Guard],
) -> Router {
    // A layer that is added later sees requests earlier.
    let has = |guard| guards.contains(&guard);
    let mut router = router
        .merge(session::leaving(authenticator.clone()))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .layer(from_fn_with_state(authenticator.clone(), session::go_on));
    if has(Guard::Token) {
        router = router.layer(from_fn(token::check));
    }
    if has(Guard::Origin) {
        router = router.layer(from_fn_with_state(authenticator.clone(), origin::check));
    }
    if has(Guard::FetchSite) {
        router = router.layer(from_fn(origin::check_fetch_site));
    }
    // From here on, each layer comes before the routing, whose answers reveal the paths and methods.
    router = Router::new().fallback_service(router);
    router = if has(Guard::Session) {
        router.layer(from_fn_with_state(authenticator.clone(), session::check))
    } else {
        router.layer(from_fn_with_state(authenticator.clone(), session::look))
    };
    if has(Guard::Path) {
        router = path::below(router, authenticator.clone());
    }
    router = router
        .merge(open)
        .merge(session::link(authenticator.clone()))
        .merge(proof::route(authenticator.clone()));
    if has(Guard::Host) {
        router = router.layer(from_fn_with_state(authenticator.clone(), host::check));
    }
    if has(Guard::Headers) {
        router = router.layer(from_fn_with_state(authenticator, headers::add));
    }
    router
}
