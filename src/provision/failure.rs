//! Why provisioning stopped, and what to do. Completed changes stay, and the next run continues from there.

use super::store::StoreError;
use crate::entra::GraphError;
use crate::entra::snapshot::{Cause, Unseen};
use crate::settings::keys;

/// Why provisioning stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The tenant could not be probed.
    #[error("{}", .0.reason)]
    Unseen(Unseen),
    /// Entra ID or Graph gave no usable answer.
    #[error(transparent)]
    Graph(GraphError),
    /// The administrator has no permission for it.
    #[error(
        "administrator not permitted (HTTP 403): {what}; this needs at least {role}, and the sign-in needs Application.ReadWrite.All and AppRoleAssignment.ReadWrite.All"
    )]
    Forbidden {
        /// The attempted change.
        what: &'static str,
        /// The required role.
        role: &'static str,
    },
    /// Something did not happen within the time limit.
    #[error("timeout (--timeout): {0}; completed changes stay; run the same command again to continue")]
    TooLate(String),
    /// A policy of the tenant limits the lifetime of secrets.
    #[error(
        "a policy of the tenant (application management policy) does not allow a client secret that is valid for {days} days; set a shorter lifetime and an earlier renewal, for example `swyx-teams set {renew} 7 {key} 30`, or ask the policy's administrator for the limit",
        renew = keys::RENEW_BEFORE_DAYS, key = keys::SECRET_LIFETIME_DAYS
    )]
    LifetimeCapped {
        /// The requested lifetime.
        days: u16,
    },
    /// A policy of the tenant forbids secrets.
    #[error(
        "a policy of the tenant (application management policy) forbids new client secrets; ask the policy's administrator to exempt this application. SwyxWare up to 14.10 only accepts a client secret; 14.20 and later also accept a certificate"
    )]
    SecretsForbidden,
    /// Graph rejects another secret.
    #[error(
        "{error}; the application has {count} client secrets: if that is too many, remove unused ones in the Entra portal"
    )]
    NotAdded {
        /// The refusal.
        #[source]
        error: GraphError,
        /// The number of secrets.
        count: usize,
    },
    /// The new secret is rejected.
    #[error("the new client secret does not work: {0}; it was removed, and nothing else was changed")]
    Unproven(String),
    /// The stored secret is not the new one, or does not work.
    #[error("{0}")]
    NotStored(String),
    /// The settings, or the secret, could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure {
    /// What prevented provisioning from continuing.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Unseen(unseen) => unseen.cause,
            Self::Graph(GraphError::Administrator(_)) | Self::Store(_) | Self::NotStored(_) => Cause::Use,
            Self::Graph(error) if error.is_silence() => Cause::Silence,
            Self::TooLate(_) => Cause::Silence,
            Self::Graph(_)
            | Self::Forbidden { .. }
            | Self::LifetimeCapped { .. }
            | Self::SecretsForbidden
            | Self::NotAdded { .. }
            | Self::Unproven(_) => Cause::Answer,
        }
    }

    /// The error for a refused change.
    pub(super) fn of(error: GraphError, what: &'static str, role: &'static str) -> Self {
        match error.refusal() {
            Some(403) if !error.is_too_early() => Self::Forbidden { what, role },
            _ => Self::Graph(error),
        }
    }
}
