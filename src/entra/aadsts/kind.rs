//! The kinds of refusals, grouped by what the administrator must do.

/// The kind of a refusal, grouped by what the administrator must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The tenant does not exist, or its id is invalid.
    TenantNotFound,
    /// The tenant is in another cloud, or the requested Graph belongs to another cloud.
    WrongCloud,
    /// The application does not exist in the tenant.
    ApplicationNotFound,
    /// The application is registered, but has no service principal in the tenant.
    ServicePrincipalMissing,
    /// The secret does not belong to the application, or there is none.
    SecretRejected,
    /// The secret has expired.
    SecretExpired,
    /// The certificate, or another signed assertion, was not accepted.
    AssertionRejected,
    /// The application is not allowed to sign in: it is disabled, or a policy blocks it.
    SignInDisabled,
    /// The permission lacks consent.
    NotConsented,
    /// The administrator's own sign-in failed, or is not finished.
    Administrator,
    /// Entra ID is busy; retrying helps.
    Transient,
    /// The request was invalid: a bug in this program, or something between it and Entra ID changed it.
    Request,
    /// Not in this table, so nothing is known about the cause.
    Unknown,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::TenantNotFound,
        Self::WrongCloud,
        Self::ApplicationNotFound,
        Self::ServicePrincipalMissing,
        Self::SecretRejected,
        Self::SecretExpired,
        Self::AssertionRejected,
        Self::SignInDisabled,
        Self::NotConsented,
        Self::Administrator,
        Self::Transient,
        Self::Request,
        Self::Unknown,
    ];

    /// Explains the refusal in one sentence.
    pub fn why(self) -> &'static str {
        match self {
            Self::TenantNotFound => "Every sign-in names its tenant, and this tenant cannot be used.",
            Self::WrongCloud => {
                "Microsoft's clouds are separate: a tenant, its application and its Graph exist only in their own cloud."
            }
            Self::ApplicationNotFound => {
                "The sign-in goes to one tenant, and the application must be registered there or have consent there."
            }
            Self::ServicePrincipalMissing => {
                "An application signs in to a tenant as its service principal there. Since 31 March 2026, no sign-in works without one."
            }
            Self::SecretRejected => {
                "The application must prove its identity, and its secret was not accepted."
            }
            Self::SecretExpired => "Client secrets expire, and Entra ID rejects an expired secret.",
            Self::AssertionRejected => {
                "The application must prove its identity with a certificate, and its signed assertion was not accepted."
            }
            Self::SignInDisabled => {
                "The id and the credential may be correct, but an administrator has disabled the application or a policy blocks it."
            }
            Self::NotConsented => {
                "An application can use only permissions that an administrator has consented to."
            }
            Self::Administrator => {
                "The administrator's sign-in failed; the application's own sign-in is not affected."
            }
            Self::Transient => "Microsoft has a fault, or a limit was reached.",
            Self::Request => "Entra ID did not receive the request that it expects.",
            Self::Unknown => "Entra ID gave a reason that this program does not know.",
        }
    }
}
