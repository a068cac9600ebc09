//! What was seen of a tenant in Entra ID and Microsoft Graph: plain data, with the time at which it was seen.
//!
//! Each part stands for itself: what could not be examined says why ([`Unseen`]), so that no rule takes silence for health. Rules
//! judge this data and nothing else; "now" is for them [`Snapshot::seen_at`]. Nothing in here is a secret or a token.

pub mod objects;

use jiff::Timestamp;
use uuid::Uuid;

use crate::entra::aadsts::Kind;
use crate::secret::SecretFault;

/// A tenant as the application's own sign-in shows it, and, where an administrator signed in too, the registration.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was seen: by the `Date` of Microsoft's answers where they have one, else by this machine's clock.
    pub seen_at: Timestamp,
    /// Seconds that this machine's clock is ahead of Microsoft's, negative if it is behind; nothing if no answer had a `Date`.
    pub clock_ahead: Option<i64>,
    /// What the client secret looks like, once fetched from where it is kept; nothing if it looks right, or was not fetched.
    pub secret_fault: Option<SecretFault>,
    /// The application's sign-in.
    pub sign_in: Seen<SignIn>,
    /// Whether the directory's users can be read.
    pub directory: Seen<Read>,
    /// Whether presences can be read.
    pub presence: Seen<Read>,
    /// The application's registration and grants, which only an administrator can read.
    pub registration: Seen<Registration>,
}

/// A part of a tenant, or why it was not seen.
pub type Seen<T> = Result<T, Unseen>;

/// Why a part was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The reason, as a person reads it: lower case, no full stop, no secret.
    pub reason: String,
    /// What kept it from being seen.
    pub cause: Cause,
}

/// What kept a part from being seen. Ordered by how much it matters for the exit code: the last wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// Nobody asked for it.
    NotAsked,
    /// Something that is reported by itself, as a refused sign-in.
    Follows,
    /// An answer that is no finding: 403 for the administrator, 5xx after the retries, not Graph.
    Answer,
    /// No answer in time.
    Silence,
    /// The settings or the call are not enough: no credential, a key that is not trusted.
    Use,
}

impl Cause {
    /// Whether something went wrong that is worth an exit code of its own, as against what nobody asked for or is reported elsewhere.
    pub fn is_failure(self) -> bool {
        match self {
            Self::NotAsked | Self::Follows => false,
            Self::Answer | Self::Silence | Self::Use => true,
        }
    }
}

/// How Entra ID answered the application's sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It gave a token.
    Accepted {
        /// The application permissions in the token, by name; nothing if the token cannot be read, which Microsoft reserves the
        /// right to. A token without any is `Some` of an empty list.
        roles: Option<Vec<String>>,
    },
    /// It refused.
    Refused(Refusal),
}

/// A refusal of Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The number of its AADSTS code, if the answer had one.
    pub code: Option<u32>,
    /// What it comes to.
    pub kind: Kind,
    /// The id of the call (`trace_id`), by which Microsoft's support finds it.
    pub request: Option<Uuid>,
}

/// How Graph answered a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// It was allowed; what it was tried on.
    Allowed(Tried),
    /// It was refused: the HTTP status, 401 or 403, and Graph's code, if the answer had one.
    Refused(u16, Option<String>),
}

/// What a read was tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// A user of the tenant.
    RealUser,
    /// A made-up id. That any answer but a refusal shows the permission is inferred: no page says what Graph answers then.
    MadeUpUser,
    /// As a made-up id: a user of the tenant was asked for, but none was found.
    NobodyFound,
}

/// The application's registration and grants. Source of the members:
/// <https://learn.microsoft.com/graph/api/resources/application> and <https://learn.microsoft.com/graph/api/resources/serviceprincipal>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// `signInAudience`, as `AzureADMyOrg`.
    pub audience: String,
    /// Application permissions on Microsoft Graph that the registration declares (`requiredResourceAccess`, type `Role`), by name.
    pub declared: Vec<String>,
    /// Delegated permissions on Microsoft Graph that it declares (type `Scope`), by name.
    pub declared_delegated: Vec<String>,
    /// Application permissions on Microsoft Graph that an administrator granted, by name.
    pub granted: Vec<String>,
    /// Delegated permissions that were granted, by name. Reading them takes a permission of its own.
    pub granted_delegated: Seen<Vec<String>>,
    /// The client secrets, in the order of the answer.
    pub secrets: Vec<SecretSeen>,
    /// Whether public client flows are allowed (`isFallbackPublicClient`).
    pub public_client: bool,
    /// Redirect addresses of public clients.
    pub public_redirects: usize,
    /// Whether the service principal may sign in (`accountEnabled`).
    pub enabled: bool,
}

/// One client secret of the registration, of which Entra ID never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSeen {
    /// The portal's Secret ID.
    pub key_id: Uuid,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// When it was made, or begins to be valid; nothing if the answer does not say.
    pub begins: Option<Timestamp>,
    /// When it ends.
    pub ends: Timestamp,
    /// Whether its first three characters (`hint`) are those of the secret that the settings name; nothing if either is not known.
    pub may_be_ours: Option<bool>,
}

impl Unseen {
    /// Why, and what kept it.
    pub fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause }
    }

    /// The sign-in was refused, which has a rule of its own.
    pub fn refused() -> Self {
        Self::new(Cause::Follows, "the sign-in was refused")
    }
}

impl Snapshot {
    /// A tenant of which nothing was seen, for one reason.
    pub fn unseen(seen_at: Timestamp, why: &Unseen) -> Self {
        Self {
            seen_at,
            clock_ahead: None,
            secret_fault: None,
            sign_in: Err(why.clone()),
            directory: Err(why.clone()),
            presence: Err(why.clone()),
            registration: Err(why.clone()),
        }
    }

    /// The application permissions in the application's own token; of a token that cannot be read, those that were granted.
    ///
    /// # Errors
    /// [`Unseen`] if there is no token, or it cannot be read.
    pub fn roles(&self) -> Seen<&[String]> {
        match &self.sign_in {
            Err(unseen) => Err(unseen.clone()),
            Ok(SignIn::Refused(_)) => Err(Unseen::refused()),
            // What was granted is what counts; the token only repeats it.
            Ok(SignIn::Accepted { roles: None }) => match &self.registration {
                Ok(registration) => Ok(&registration.granted),
                Err(_) => Err(Unseen::new(
                    Cause::Follows,
                    "the token cannot be read, so no more is proven than the reads show; --as-admin shows all",
                )),
            },
            Ok(SignIn::Accepted { roles: Some(roles) }) => Ok(roles),
        }
    }

    /// The registration and its grants.
    ///
    /// # Errors
    /// [`Unseen`] if no administrator read them.
    pub fn registration(&self) -> Seen<&Registration> {
        self.registration.as_ref().map_err(Clone::clone)
    }
}
