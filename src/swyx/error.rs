//! Why a call to the gateway gave no usable result: variants by the required reaction of the administrator or the synchronisation.
//!
//! No error contains a body, a header or an address beyond the host: a system in between may have put our own token into them.

use std::time::Duration;

use crate::http::{HttpError, SafeToken};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// There was no usable answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The event stream sends nothing, not even a sign of life.
    #[error("{host}: the event stream sent nothing for {} s", .limit.as_secs())]
    Silent {
        /// The host of the gateway.
        host: String,
        /// The waiting time.
        limit: Duration,
    },
    /// The token is rejected (401).
    #[error("{host}: gateway token rejected (HTTP 401); check `swyx.gateway_token`")]
    Unauthorized {
        /// The host of the gateway.
        host: String,
    },
    /// The token cannot be sent.
    #[error("`swyx.gateway_token` contains invalid characters; copy the whole token and nothing else")]
    NotAToken,
    /// The user does not exist (404): read the list of users again.
    #[error("{host}: the user no longer exists in SwyxServer (HTTP 404)")]
    UnknownUser {
        /// The host of the gateway.
        host: String,
    },
    /// The cursor is unknown (410): read everything again.
    #[error("{host}: the cursor is no longer known (HTTP 410); everything is read again")]
    UnknownCursor {
        /// The host of the gateway.
        host: String,
    },
    /// The status cannot be set (422): read the capabilities again.
    #[error("{host}: this status cannot be set (HTTP 422)")]
    CannotBeSet {
        /// The host of the gateway.
        host: String,
    },
    /// The status cannot be set for this user at the moment (409): others may be.
    #[error("{host}: this status cannot be set for the user at the moment (HTTP 409)")]
    Conflict {
        /// The host of the gateway.
        host: String,
    },
    /// The gateway answers with a status that the contract does not have for this call.
    #[error(
        "{host}: request rejected (HTTP {status}); does the gateway implement another version of the contract?"
    )]
    Refused {
        /// The host of the gateway.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// It implements another version of the contract.
    #[error("{host}: unsupported contract version {version}; swyx-teams supports version 1")]
    Version {
        /// The host of the gateway.
        host: String,
        /// Its version.
        version: u64,
    },
    /// Another program answered, or the gateway violates the contract.
    #[error(
        "{host}: HTTP {status}, but not an answer of a SwyxServer gateway{kind}; is `swyx.gateway` its address, and is there a proxy in between?"
    )]
    NotAGateway {
        /// The host of the gateway.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The media type of the answer, as ` (text/html)`.
        kind: SafeToken,
    },
    /// A list does not end.
    #[error("{host}: the pages of a list repeat or do not end")]
    EndlessPages {
        /// The host of the gateway.
        host: String,
    },
}

impl GatewayError {
    /// Turns a failed request into a gateway error: a gateway of the contract never redirects.
    pub(super) fn of(error: HttpError) -> Self {
        match error {
            HttpError::Redirected { host, status } => {
                Self::NotAGateway { host, status, kind: SafeToken::default() }
            }
            error => Self::Http(error),
        }
    }

    /// The pause that the gateway asks for, if any.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.requested_pause(),
            _ => None,
        }
    }

    /// Whether the answer timed out, as opposed to an unusable answer.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Http(error) => error.is_silence(),
            Self::Silent { .. } => true,
            _ => false,
        }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => error.is_transient(),
            Self::Silent { .. } => true,
            _ => false,
        }
    }
}
