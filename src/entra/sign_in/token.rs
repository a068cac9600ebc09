//! An access token, and what it says of itself.
//!
//! Microsoft asks clients not to rely on the form of Graph's tokens, so its claims are read to report them and never to grant
//! anything; a token that cannot be read is as good as any other.
//! Source: <https://learn.microsoft.com/entra/identity-platform/access-tokens>.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

use crate::secret::Secret;
use crate::text::guid;

/// An access token for Microsoft Graph.
#[derive(Clone, Debug)]
pub struct Token {
    secret: Secret,
    /// When it is no longer used: a little before its end.
    until: Instant,
    claims: Option<Claims>,
}

/// The claims that are of interest. Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.
#[derive(Clone, Debug, Deserialize)]
struct Claims {
    /// Application permissions; missing where none is granted.
    #[serde(default)]
    roles: Vec<String>,
    /// The tenant.
    tid: Option<String>,
}

/// No token is kept longer than a day, whatever it says; Graph's are valid for an hour or so.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// A token is renewed this long before its end, or after nine tenths of its life, whatever comes later.
const BEFORE_ITS_END: Duration = Duration::from_secs(300);

impl Token {
    /// A token that is valid for `lifetime` from now; nothing is taken for no time at all.
    pub(crate) fn new(secret: Secret, lifetime: Option<Duration>) -> Self {
        let lifetime = lifetime.unwrap_or_default().min(LONGEST);
        let usable = lifetime.saturating_sub(BEFORE_ITS_END).max(lifetime * 9 / 10);
        // The error holds parts of the token.
        let claims = jsonwebtoken::dangerous::insecure_decode::<Claims>(Secret::expose(&secret)).ok();
        Self { secret, until: Instant::now() + usable, claims: claims.map(|token| token.claims) }
    }

    /// The token itself.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Whether it can still be used.
    pub(crate) fn is_fresh(&self) -> bool {
        Instant::now() < self.until
    }

    /// The application permissions in it, by name; nothing if it cannot be read.
    pub fn roles(&self) -> Option<&[String]> {
        self.claims.as_ref().map(|claims| claims.roles.as_slice())
    }

    /// The tenant that it is for; nothing if it cannot be read.
    pub fn tenant(&self) -> Option<Uuid> {
        self.claims.as_ref()?.tid.as_deref().and_then(guid)
    }
}
