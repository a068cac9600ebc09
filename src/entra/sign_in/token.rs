//! An access token and its claims.
//!
//! Microsoft asks clients not to rely on the format of Graph's tokens. So the claims are only reported, and
//! never grant anything. A token that cannot be decoded is as usable as any other. Source:
//! <https://learn.microsoft.com/entra/identity-platform/access-tokens>.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

use crate::secret::Secret;
use crate::text::parse_guid;

/// An access token for Microsoft Graph.
#[derive(Clone, Debug)]
pub struct Token {
    secret: Secret,
    /// When it is no longer used: a little before it expires.
    until: Instant,
    claims: Option<Claims>,
}

/// The claims that are read. Source:
/// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.
#[derive(Clone, Debug, Deserialize)]
struct Claims {
    /// Application permissions; missing if none is granted.
    #[serde(default)]
    roles: Vec<String>,
    /// The tenant.
    tid: Option<String>,
}

/// No token is kept longer than a day. Graph's tokens are valid for about an hour.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// A token is renewed this long before it expires, or after nine tenths of its lifetime, whichever is later.
const RENEWAL_MARGIN: Duration = Duration::from_secs(300);

impl Token {
    /// Creates a token that is valid for `lifetime` from now; `None` means no time at all.
    pub(crate) fn new(secret: Secret, lifetime: Option<Duration>) -> Self {
        let lifetime = lifetime.unwrap_or_default().min(MAX_LIFETIME);
        let usable = lifetime.saturating_sub(RENEWAL_MARGIN).max(lifetime * 9 / 10);
        // The error contains parts of the token, so it is dropped.
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

    /// The names of the application permissions in it; `None` if it cannot be decoded.
    pub fn roles(&self) -> Option<&[String]> {
        self.claims.as_ref().map(|claims| claims.roles.as_slice())
    }

    /// The tenant that it is for; `None` if it cannot be decoded.
    pub fn tenant(&self) -> Option<Uuid> {
        self.claims.as_ref()?.tid.as_deref().and_then(parse_guid)
    }
}
