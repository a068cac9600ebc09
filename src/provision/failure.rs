//! Why provisioning stopped, and what to do. Completed changes stay, and the next run continues from there.

use super::obstacle::Obstacle;
use super::store::StoreError;
use crate::entra::GraphError;
use crate::entra::sign_in::INACTIVE_ROLE;
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
        "administrator not permitted (HTTP 403): {what}; this needs at least {role}, and the sign-in needs Application.ReadWrite.All and AppRoleAssignment.ReadWrite.All. {INACTIVE_ROLE}. The automation application has only its own permissions: sign in as an administrator with --browser or --device-code"
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
        "a policy of the tenant (application management policy) does not allow a client secret that is valid for {days} days; {}",
        suggest_lifetime(*.days)
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
    /// The automation application can own only an application that exists.
    #[error(
        "the application of SwyxWare does not exist yet; run `swyx-teams apply` without --automation first"
    )]
    NoTarget,
    /// A policy of the tenant does not allow the certificate: the policy, and what to do.
    #[error("a policy of the tenant (application management policy) {0}")]
    CertificateRefused(&'static str),
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
    /// The tenant does not allow it, which was known beforehand.
    #[error(transparent)]
    Refused(#[from] Obstacle),
    /// The stored secret is not the new one, or does not work.
    #[error("{0}")]
    NotStored(String),
    /// The settings, or the secret, could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What to do about a refused lifetime. The refusal does not contain the limit of the policy.
fn suggest_lifetime(refused: u16) -> String {
    /// Lifetimes in days that are usual limits, each with its renewal in days before the expiry.
    const USUAL: [(u16, u16); 3] = [(30, 7), (7, 2), (2, 1)];
    let ask = "ask the policy's administrator for the limit";
    match USUAL.into_iter().find(|(lifetime, _)| *lifetime < refused) {
        Some((lifetime, renewal)) => format!(
            "set a shorter lifetime and an earlier renewal, for example `swyx-teams set {} {renewal} {} {lifetime}`, or {ask}",
            keys::RENEW_BEFORE_DAYS,
            keys::SECRET_LIFETIME_DAYS
        ),
        None => ask.to_owned(),
    }
}

impl Failure {
    /// What prevented provisioning from continuing.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Unseen(unseen) => unseen.cause,
            Self::Graph(GraphError::Administrator(_))
            | Self::Store(_)
            | Self::NotStored(_)
            | Self::NoTarget
            | Self::Refused(_) => Cause::Use,
            Self::Graph(error) if error.is_silence() => Cause::Silence,
            Self::TooLate(_) => Cause::Silence,
            Self::Graph(_)
            | Self::Forbidden { .. }
            | Self::LifetimeCapped { .. }
            | Self::SecretsForbidden
            | Self::CertificateRefused(_)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_lifetime_is_shorter_than_the_refused_one() {
        for (refused, suggested) in [(180, "30"), (31, "30"), (30, "7"), (8, "7"), (7, "2"), (3, "2")] {
            let message = Failure::LifetimeCapped { days: refused }.to_string();
            assert!(message.contains(&format!("secret_lifetime_days {suggested}`")), "{message}");
        }
        let message = Failure::LifetimeCapped { days: 2 }.to_string();
        assert!(message.ends_with("2 days; ask the policy's administrator for the limit"), "{message}");
    }
}
