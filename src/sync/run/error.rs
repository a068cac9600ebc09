//! Why a request to Graph or the gateway failed.

use std::time::Duration;

use super::super::engine::Failure;
use super::message::Reason;
use crate::entra::GraphError;
use crate::http::HttpError;
use crate::swyx::GatewayError;

/// A failed request: its consequences for the engine, and its reason for the log.
pub(super) struct RequestError {
    pub(super) failure: Failure,
    pub(super) reason: Reason,
    /// What must be read again because of it.
    pub(super) reread: Option<Reread>,
}

/// What a failure shows to be outdated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reread {
    /// The gateway's capabilities.
    Capabilities,
    /// The lists of users.
    Users,
}

impl RequestError {
    /// The pause that the other side asks for.
    pub(super) fn wait(&self) -> Duration {
        match self.failure {
            Failure::Wait(wait) => wait,
            Failure::Outage | Failure::Refused | Failure::StatusRefused | Failure::ListRefused => {
                Duration::ZERO
            }
        }
    }

    /// The error for an answer whose presences are all unreadable.
    pub(super) fn unreadable_answer() -> Self {
        let text = "Microsoft Graph answered, but no presence is in the documented format".to_owned();
        Self { failure: Failure::Outage, reason: text.into(), reread: None }
    }
}

impl From<GraphError> for RequestError {
    fn from(error: GraphError) -> Self {
        let failure = match &error {
            GraphError::Http(HttpError::Throttled { wait, .. }) => Failure::Wait(*wait),
            GraphError::Http(HttpError::Unavailable { wait, .. }) if !wait.is_zero() => Failure::Wait(*wait),
            // A rejected token concerns the application, not one user.
            GraphError::Refused { status: 401, .. } => Failure::Outage,
            GraphError::Refused { .. } => Failure::Refused,
            _ => Failure::Outage,
        };
        let hint = match &error {
            GraphError::SignIn(_) | GraphError::Refused { status: 401 | 403, .. } => {
                "; run `swyx-teams check --online` for the cause"
            }
            _ => "",
        };
        let reason = Reason { text: format!("{error}{hint}"), is_silence: error.is_silence() };
        Self { failure, reason, reread: None }
    }
}

impl From<GatewayError> for RequestError {
    fn from(error: GatewayError) -> Self {
        let failure = match (&error, error.requested_pause()) {
            (_, Some(wait)) => Failure::Wait(wait),
            (GatewayError::Http(HttpError::Throttled { .. }), None) => Failure::Wait(Duration::ZERO),
            (GatewayError::UnknownUser { .. } | GatewayError::Refused { .. }, None) => Failure::Refused,
            (GatewayError::CannotBeSet { .. } | GatewayError::Conflict { .. }, None) => {
                Failure::StatusRefused
            }
            _ => Failure::Outage,
        };
        let reread = match &error {
            GatewayError::UnknownUser { .. } => Some(Reread::Users),
            GatewayError::CannotBeSet { .. } | GatewayError::Conflict { .. } => Some(Reread::Capabilities),
            _ => None,
        };
        Self { failure, reason: Reason::from(&error), reread }
    }
}
