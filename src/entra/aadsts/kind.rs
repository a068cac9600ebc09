//! The kinds of refusals, by what the administrator has to do.

/// What a refusal comes to, by what the administrator has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The tenant is not there, or its id is none.
    TenantNotFound,
    /// The tenant lives in another cloud, or the Graph that was asked for is another cloud's.
    WrongCloud,
    /// The application is not there.
    ApplicationNotFound,
    /// The secret, or another credential, is not one of the application's.
    SecretRejected,
    /// The secret is past its end.
    SecretExpired,
    /// The application may not sign in: switched off, or a policy forbids it.
    SignInDisabled,
    /// The permission was not consented to.
    NotConsented,
    /// The administrator's own sign-in failed, or is not finished.
    Administrator,
    /// Entra ID is busy; it goes away by itself.
    Transient,
    /// The request was not understood: a fault of this program, or of something between it and Entra ID.
    Request,
    /// Not in this table.
    Unknown,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::TenantNotFound,
        Self::WrongCloud,
        Self::ApplicationNotFound,
        Self::SecretRejected,
        Self::SecretExpired,
        Self::SignInDisabled,
        Self::NotConsented,
        Self::Administrator,
        Self::Transient,
        Self::Request,
        Self::Unknown,
    ];

    /// Why Entra ID says so, as a sentence.
    pub fn why(self) -> &'static str {
        match self {
            Self::TenantNotFound => {
                "Every sign-in names its tenant, and the one that was named cannot be used."
            }
            Self::WrongCloud => {
                "Microsoft's clouds are apart: a tenant, its application and its Graph are found only in their own."
            }
            Self::ApplicationNotFound => {
                "The sign-in goes to one tenant, and the application has to be registered or consented to there."
            }
            Self::SecretRejected => {
                "The application has to prove what it is, and the proof was not accepted."
            }
            Self::SecretExpired => "Client secrets have an end, and Entra ID refuses them from then on.",
            Self::SignInDisabled => {
                "Id and credential may be right: an administrator's switch or policy keeps the application out."
            }
            Self::NotConsented => "What an application may do is decided by an administrator's consent.",
            Self::Administrator => {
                "It is a person's sign-in that failed; the application's own sign-in has nothing to do with it."
            }
            Self::Transient => "It is a fault on Microsoft's side, or a limit that was reached.",
            Self::Request => "Entra ID did not get the request that it expects.",
            Self::Unknown => "Entra ID gave no reason that is known here.",
        }
    }
}
