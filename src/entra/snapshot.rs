//! The observed state of a tenant in Entra ID and Microsoft Graph: plain data with the time of the
//! observation.
//!
//! Each part is independent: a part that could not be read says why ([`Unseen`]), so that no rule mistakes
//! missing data for a good state. Rules use only this data; their "now" is [`Snapshot::seen_at`]. It contains
//! no secret and no token.
//!
//! ```
//! use swyx_teams::entra::snapshot::{Cause, SignIn, Snapshot, Unseen};
//!
//! let why = Unseen::new(Cause::NotAsked, "nothing was requested");
//! let mut tenant = Snapshot::unseen("2026-03-01T12:00:00Z".parse()?, &why);
//! tenant.sign_in = Ok(SignIn::Accepted { roles: Some(vec!["Presence.Read.All".to_owned()]) });
//! assert_eq!(tenant.roles(), Ok(&["Presence.Read.All".to_owned()][..]));
//! assert_eq!(tenant.registration(), Err(why));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod certificate;
pub mod objects;
mod policy;
mod status;

use jiff::Timestamp;
use uuid::Uuid;

use crate::entra::aadsts::Kind;
use crate::secret::SecretFault;
use crate::settings::Thumbprint;

pub use certificate::CertificateSeen;
pub use policy::SecretPolicy;
pub use status::{DisabledReason, RegistrationStatus};

/// A tenant as the application's own sign-in shows it, and the registration if an administrator signed in
/// too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// When it was observed: by the `Date` of Microsoft's answers, otherwise by this machine's clock.
    pub seen_at: Timestamp,
    /// Seconds that this machine's clock is ahead of Microsoft's, negative if it is behind; `None` if no
    /// answer had a `Date`.
    pub clock_ahead: Option<i64>,
    /// The fault of the client secret after it was fetched; `None` if it looks right or was not fetched.
    pub secret_fault: Option<SecretFault>,
    /// The thumbprint of the certificate that the settings name, or why it is unknown.
    pub certificate: Seen<Thumbprint>,
    /// The application's sign-in.
    pub sign_in: Seen<SignIn>,
    /// Whether the directory's users can be read.
    pub directory: Seen<Read>,
    /// Whether presences can be read.
    pub presence: Seen<Read>,
    /// The application's registration and grants, which only an administrator can read.
    pub registration: Seen<Registration>,
    /// The deletion of the application, if an administrator found it among the deleted ones.
    pub deletion: Option<Deletion>,
    /// When the certificate of the automation application ends, if that application signed in.
    pub automation_key_ends: Seen<Timestamp>,
}

/// The deletion of an application, which can be restored for 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deletion {
    /// When it was deleted, if known.
    pub at: Option<Timestamp>,
}

/// A part of a tenant, or why it could not be read.
pub type Seen<T> = Result<T, Unseen>;

/// Why a part could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unseen {
    /// The reason as displayed to users: lower case, no full stop, no secret.
    pub reason: String,
    /// The cause.
    pub cause: Cause,
}

/// The cause for a part that could not be read. Ordered by importance for the exit code: the last one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// It was not requested.
    NotAsked,
    /// Something that is reported separately, for example a refused sign-in.
    Follows,
    /// An answer that is not a finding: 403 for the administrator, 5xx after the retries, or not from Graph.
    Answer,
    /// No answer in time.
    Silence,
    /// The settings or the command line are insufficient: no credential, or an untrusted key.
    Use,
}

impl Cause {
    /// Whether it is a failure with its own exit code. Parts that were not requested, or are reported
    /// elsewhere, are not failures.
    pub fn is_failure(self) -> bool {
        match self {
            Self::NotAsked | Self::Follows => false,
            Self::Answer | Self::Silence | Self::Use => true,
        }
    }
}

/// How Entra ID answered the application's sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignIn {
    /// It returned a token.
    Accepted {
        /// The names of the application permissions in the token; `None` if the token cannot be decoded,
        /// which Microsoft does not guarantee. A token without permissions is `Some` of an empty list.
        roles: Option<Vec<String>>,
    },
    /// It refused the sign-in.
    Refused(Refusal),
}

/// A refusal by Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The number of its AADSTS code, if the answer had one.
    pub code: Option<u32>,
    /// The value of its `error`, if it had one, for example `invalid_client`.
    pub error: Option<String>,
    /// The kind of refusal.
    pub kind: Kind,
    /// The id of the call (`trace_id`), which Microsoft's support uses to find it.
    pub request: Option<Uuid>,
}

/// How Graph answered a read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Read {
    /// It was allowed, with the user it was tried on.
    Allowed(Tried),
    /// It was refused: the HTTP status, 401 or 403, and Graph's code, if the answer had one.
    Refused(u16, Option<String>),
}

/// The user that a read was tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tried {
    /// A user of the tenant.
    RealUser,
    /// A made-up id. It is inferred that any answer except a refusal shows the permission: Microsoft does not
    /// document the answer.
    MadeUpUser,
    /// A made-up id, because no user of the tenant was found.
    NoUserFound,
}

/// The application's registration and grants. Source of the members:
/// <https://learn.microsoft.com/graph/api/resources/application> and <https://learn.microsoft.com/graph/api/resources/serviceprincipal>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration {
    /// `signInAudience`, for example `AzureADMyOrg`.
    pub audience: String,
    /// Application permissions on Microsoft Graph that the registration declares (`requiredResourceAccess`, type `Role`), by name.
    pub declared: Vec<String>,
    /// Delegated permissions on Microsoft Graph that it declares (type `Scope`), by name.
    pub declared_delegated: Vec<String>,
    /// Application permissions on Microsoft Graph that an administrator granted, by name.
    pub granted: Vec<String>,
    /// Delegated permissions that were granted, by name. Reading them needs a separate permission.
    pub granted_delegated: Seen<Vec<String>>,
    /// The client secrets, in the order of the answer.
    pub secrets: Vec<SecretSeen>,
    /// The certificates, in the order of the answer. They are read from 14.20 on.
    pub certificates: Vec<CertificateSeen>,
    /// Whether public client flows are allowed (`isFallbackPublicClient`).
    pub public_client: bool,
    /// Redirect addresses of public clients.
    pub public_redirects: usize,
    /// Whether the application has a service principal in the tenant.
    pub has_principal: bool,
    /// Whether the service principal is allowed to sign in (`accountEnabled`); true without one.
    pub enabled: bool,
    /// Whether the registration itself is disabled.
    pub status: RegistrationStatus,
    /// What the tenant's policies say about new client secrets. Reading them needs a separate permission.
    pub secret_policy: Seen<SecretPolicy>,
}

/// One client secret of the registration. Entra ID never shows its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretSeen {
    /// The portal's Secret ID.
    pub key_id: Uuid,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// When it was created, or becomes valid; `None` if the answer does not say.
    pub begins: Option<Timestamp>,
    /// When it expires.
    pub ends: Timestamp,
    /// Whether its first three characters (`hint`) match the secret that the settings name; `None` if either
    /// is unknown.
    pub may_be_ours: Option<bool>,
}

impl Refusal {
    /// Creates a refusal without the value of `error` and the id of the call.
    pub fn new(code: Option<u32>, kind: Kind) -> Self {
        Self { code, error: None, kind, request: None }
    }
}

impl Deletion {
    /// Creates it from the time.
    pub fn new(at: Option<Timestamp>) -> Self {
        Self { at }
    }
}

impl Registration {
    /// Creates a registration that is allowed to sign in, and has no permissions and no secrets.
    pub fn new(audience: impl Into<String>) -> Self {
        Self {
            audience: audience.into(),
            declared: Vec::new(),
            declared_delegated: Vec::new(),
            granted: Vec::new(),
            granted_delegated: Ok(Vec::new()),
            secrets: Vec::new(),
            certificates: Vec::new(),
            public_client: false,
            public_redirects: 0,
            has_principal: true,
            enabled: true,
            status: RegistrationStatus::default(),
            secret_policy: Ok(SecretPolicy::default()),
        }
    }
}

impl SecretSeen {
    /// Creates a secret without a name, of which only the expiry date is known.
    pub fn new(key_id: Uuid, ends: Timestamp) -> Self {
        Self { key_id, name: None, begins: None, ends, may_be_ours: None }
    }
}

impl Unseen {
    /// Creates it from the cause and the reason.
    pub fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause }
    }

    /// The sign-in was refused, which another rule reports.
    pub fn refused() -> Self {
        Self::new(Cause::Follows, "the sign-in was refused")
    }
}

impl Snapshot {
    /// A tenant that could not be read at all, for one reason. Set the fields of the parts that were read.
    pub fn unseen(seen_at: Timestamp, why: &Unseen) -> Self {
        Self {
            seen_at,
            clock_ahead: None,
            secret_fault: None,
            certificate: Err(why.clone()),
            sign_in: Err(why.clone()),
            directory: Err(why.clone()),
            presence: Err(why.clone()),
            registration: Err(why.clone()),
            deletion: None,
            automation_key_ends: Err(why.clone()),
        }
    }

    /// The application permissions in the application's own token. If the token cannot be decoded, the
    /// granted permissions.
    ///
    /// # Errors
    /// [`Unseen`] if there is no token, or it cannot be decoded.
    pub fn roles(&self) -> Seen<&[String]> {
        match &self.sign_in {
            Err(unseen) => match &self.registration {
                // Nobody tried, because SwyxServer has the key of the certificate.
                Ok(registration) if !unseen.cause.is_failure() => Ok(&registration.granted),
                _ => Err(unseen.clone()),
            },
            Ok(SignIn::Refused(_)) => Err(Unseen::refused()),
            // The grants are decisive; the token only repeats them.
            Ok(SignIn::Accepted { roles: None }) => match &self.registration {
                Ok(registration) => Ok(&registration.granted),
                Err(_) => Err(Unseen::new(
                    Cause::Follows,
                    "the token cannot be decoded, so its permissions are unknown; add --as-admin to read them",
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
