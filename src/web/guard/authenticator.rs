//! The one-time link and its sessions. They are kept in memory and end with the process.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::Instant;

use super::{Guard, Names};

/// How long an unopened link is valid.
pub const LINK_LIFE: Duration = Duration::from_mins(5);
/// An idle session ends after this time.
const MAX_IDLE: Duration = Duration::from_mins(15);
/// Any session ends after this time.
const MAX_SESSION: Duration = Duration::from_hours(8);
/// 256 bits.
const TOKEN_BYTES: usize = 32;

/// A secret token, 43 characters of base64url. It does not implement Debug.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    fn new() -> Result<Self, NoRandomness> {
        let mut bytes = [0; TOKEN_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub(super) fn is(&self, other: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// The operating system provides no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system provides no random bytes, so no link can be created")]
#[non_exhaustive]
pub struct NoRandomness;

struct Link {
    token: Token,
    until: Instant,
}

struct Entry {
    cookie: Token,
    csrf: Token,
    began: Instant,
    used: Instant,
}

impl Entry {
    fn is_alive(&self, now: Instant, has: impl Fn(Guard) -> bool) -> bool {
        (!has(Guard::Idle) || now < self.used + MAX_IDLE)
            && (!has(Guard::Longest) || now < self.began + MAX_SESSION)
    }
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    sessions: Vec<Entry>,
}

/// Controls the access to one served address.
pub struct Authenticator {
    names: Names,
    guards: Vec<Guard>,
    /// The secret first segment of every path of the form. There is one per process, so that open pages keep
    /// their address in a second or a new session. Only the cookie distinguishes sessions.
    path: Token,
    state: Mutex<State>,
}

impl Authenticator {
    /// Creates an authenticator without a link.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub(in crate::web) fn new(names: Names) -> Result<Self, NoRandomness> {
        Self::with_guards(names, &Guard::ALL)
    }

    /// Creates an authenticator with only these guards. Tests leave one out to show what it protects.
    pub(super) fn with_guards(names: Names, guards: &[Guard]) -> Result<Self, NoRandomness> {
        Ok(Self { names, guards: guards.to_vec(), path: Token::new()?, state: Mutex::default() })
    }

    fn has(&self, guard: Guard) -> bool {
        self.guards.contains(&guard)
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The path of the form, which is also the path of its cookie.
    pub(super) fn home(&self) -> String {
        if self.has(Guard::Path) { format!("/{}/", self.path.text()) } else { "/".to_owned() }
    }

    /// The part of a path after the secret segment, if the path begins with that segment.
    pub(super) fn below_home<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
        self.path.is(first).then_some(rest)
    }

    /// A proof that this process knows the secret path, for a page that also knows it.
    pub(super) fn prove(&self, nonce: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.path.text().as_bytes());
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, nonce.as_bytes()))
    }

    /// Creates a new link that is valid for [`LINK_LIFE`]. An earlier unopened link becomes invalid.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub fn link(&self) -> Result<String, NoRandomness> {
        let token = Token::new()?;
        let address = format!("{}/open/{}", self.names.origin(), token.text());
        self.state().link = Some(Link { token, until: Instant::now() + LINK_LIFE });
        Ok(address)
    }

    /// Opens a session once with the token of the link. Returns the cookie of the new session.
    pub(super) fn open(&self, token: &str) -> Option<Token> {
        let now = Instant::now();
        let mut state = self.state();
        state.link.take_if(|link| self.has(Guard::LinkLife) && link.until <= now);
        state.link.as_ref().filter(|link| link.token.is(token))?;
        let (cookie, csrf) = (Token::new().ok()?, Token::new().ok()?);
        state.link.take_if(|_| self.has(Guard::LinkOnce));
        state.sessions.push(Entry { cookie: cookie.clone(), csrf, began: now, used: now });
        Some(cookie)
    }

    /// The CSRF token of the session with this cookie.
    pub(super) fn enter(&self, cookie: &str) -> Option<Token> {
        let now = Instant::now();
        let mut state = self.state();
        state.sessions.retain(|entry| entry.is_alive(now, |guard| self.has(guard)));
        state.sessions.iter().find(|entry| entry.cookie.is(cookie)).map(|entry| entry.csrf.clone())
    }

    /// Extends the session with this CSRF token.
    pub(super) fn extend(&self, csrf: &Token) {
        let now = Instant::now();
        self.state()
            .sessions
            .iter_mut()
            .filter(|entry| entry.csrf.is(csrf.text()))
            .for_each(|entry| entry.used = now);
    }

    /// Ends the session with this CSRF token.
    pub(super) fn end_session(&self, csrf: &Token) {
        self.state().sessions.retain(|entry| !entry.csrf.is(csrf.text()));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").field("names", &self.names).finish_non_exhaustive()
    }
}
