//! Why provisioning stopped, in the words of what to do. What was done before stays, and the next run goes on from there.

use super::keep::KeepError;
use crate::entra::GraphError;
use crate::entra::snapshot::{Cause, Unseen};
use crate::settings::keys;

/// Why provisioning stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The tenant could not be looked at.
    #[error("{}", .0.reason)]
    Unseen(Unseen),
    /// Entra ID or Graph gave no answer that can be used.
    #[error("{0}")]
    Graph(GraphError),
    /// The administrator may not do it.
    #[error(
        "the administrator may not do this (HTTP 403): {what}; the least role that may is {role}, and the sign-in needs Application.ReadWrite.All and AppRoleAssignment.ReadWrite.All"
    )]
    Forbidden {
        /// What was tried.
        what: &'static str,
        /// The role that it takes.
        role: &'static str,
    },
    /// Something did not come about within the time limit.
    #[error(
        "not within the time limit (--timeout): {0}; what was done stays, and the same command goes on from here"
    )]
    TooLate(String),
    /// A policy of the tenant limits how long secrets live.
    #[error(
        "a policy of the tenant (application management policy) does not allow a client secret that is valid for {days} days; set less, and renew before that, as swyx-teams set {renew} 7 {key} 30, or ask whoever keeps the policy for its limit",
        renew = keys::RENEW_BEFORE_DAYS, key = keys::SECRET_LIFETIME_DAYS
    )]
    LifetimeCapped {
        /// What was asked for.
        days: u16,
    },
    /// A policy of the tenant forbids secrets.
    #[error(
        "a policy of the tenant (application management policy) forbids new client secrets; ask whoever keeps it to exempt this application. SwyxWare up to 14.10 takes nothing but a client secret; 14.20 and later take a certificate"
    )]
    SecretsForbidden,
    /// Graph does not take another secret.
    #[error(
        "{error}; the application has {count} client secrets: if that is too many, remove in the Entra portal those that are no longer used"
    )]
    NotAdded {
        /// The refusal.
        error: GraphError,
        /// How many secrets there are.
        count: usize,
    },
    /// The secret that was made is not accepted.
    #[error("the new client secret does not work: {0}; it was removed again, and nothing else was changed")]
    Unproven(String),
    /// The secret that is kept is not the one that was made, or does not work.
    #[error("{0}")]
    NotKept(String),
    /// The settings, or the secret, could not be written.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

impl Failure {
    /// What kept it from going on.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Unseen(unseen) => unseen.cause,
            Self::Graph(GraphError::Administrator(_)) | Self::Keep(_) | Self::NotKept(_) => Cause::Use,
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

    /// What a refused change comes to.
    pub(super) fn of(error: GraphError, what: &'static str, role: &'static str) -> Self {
        match error.refusal() {
            Some(403) if !error.is_too_early() => Self::Forbidden { what, role },
            _ => Self::Graph(error),
        }
    }
}
