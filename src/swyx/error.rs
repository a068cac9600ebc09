//! Why a call to the gateway gave nothing that can be used: variants by what the administrator, or the synchronisation, has to do.
//!
//! Nothing in here holds a body, a header or an address beyond the host: whoever sits in between may have put our own token into them.

use std::time::Duration;

use crate::graph::{GraphError, TransportError, Word};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Nothing came back that can be trusted.
    #[error("{host}: {why}")]
    Transport {
        /// The host that was asked.
        host: String,
        /// What went wrong.
        why: TransportError,
    },
    /// No answer within the limit.
    #[error("{host}: no answer within {} s", .limit.as_secs_f64().ceil())]
    TimedOut {
        /// The host that was asked.
        host: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The stream of events does not even say that it lives.
    #[error("{host}: nothing came over the stream of events for {} s", .limit.as_secs())]
    Silent {
        /// The host that was asked.
        host: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Asked to wait (429).
    #[error("{host}: too many requests (HTTP 429){}", asked(.wait))]
    Throttled {
        /// The host that was asked.
        host: String,
        /// The pause that it asks for; 0 if it asks for none.
        wait: Duration,
    },
    /// A fault on the other side.
    #[error("{host}: out of order (HTTP {status}){}", asked(.wait))]
    Unavailable {
        /// The host that was asked.
        host: String,
        /// 500 to 599.
        status: u16,
        /// The pause that it asks for; 0 if it asks for none.
        wait: Duration,
    },
    /// The token is wrong (401).
    #[error("{host}: the token is not accepted (HTTP 401); is `swyx.gateway_token` the gateway's?")]
    Unauthorized {
        /// The host that was asked.
        host: String,
    },
    /// The token cannot be sent at all.
    #[error(
        "`swyx.gateway_token` holds characters that no token has; was it copied whole, and nothing else?"
    )]
    NotAToken,
    /// There is no such user (404): the list of users has to be read anew.
    #[error("{host}: there is no such user at SwyxServer any more (HTTP 404)")]
    UnknownUser {
        /// The host that was asked.
        host: String,
    },
    /// The cursor is not known (410): everything has to be read anew.
    #[error(
        "{host}: the place to go on from is not known any more (HTTP 410), so everything has to be read anew"
    )]
    UnknownCursor {
        /// The host that was asked.
        host: String,
    },
    /// The status cannot be set (422): the capabilities have to be read anew.
    #[error("{host}: this status cannot be set (HTTP 422)")]
    CannotBeSet {
        /// The host that was asked.
        host: String,
    },
    /// It says no, with a status that the contract does not have for this call.
    #[error("{host}: refused with HTTP {status}; is there another version of the gateway?")]
    Refused {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// It implements another version of the contract.
    #[error("{host}: speaks version {version} of the gateway's contract, and this program version 1")]
    Version {
        /// The host that was asked.
        host: String,
        /// Its version.
        version: u64,
    },
    /// Somebody else answered, or the gateway does not keep the contract.
    #[error(
        "{host}: HTTP {status}, but not an answer of a SwyxServer gateway{kind}; is `swyx.gateway` its address, and is a proxy in between?"
    )]
    NotAGateway {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The media type of what came, as ` (text/html)`.
        kind: Word,
    },
    /// A list does not end.
    #[error("{host}: the pages of a list go round in a circle, or do not end")]
    EndlessPages {
        /// The host that was asked.
        host: String,
    },
}

fn asked(wait: &Duration) -> String {
    if wait.is_zero() { String::new() } else { format!("; asked to wait {} s", wait.as_secs_f64().ceil()) }
}

impl GatewayError {
    /// What a failure to send comes to. The other failures of that kind come from Entra ID and Graph only.
    pub(super) fn of(error: GraphError, host: &str) -> Self {
        match error {
            GraphError::Transport { host, why } => Self::Transport { host, why },
            GraphError::TimedOut { host, limit } => Self::TimedOut { host, limit },
            GraphError::Throttled { host, wait } => Self::Throttled { host, wait },
            GraphError::Unavailable { host, status, wait, .. } => Self::Unavailable { host, status, wait },
            GraphError::Redirected { host, status } => {
                Self::NotAGateway { host, status, kind: Word::default() }
            }
            _ => Self::NotAGateway { host: host.to_owned(), status: 0, kind: Word::default() },
        }
    }

    /// The pause that the gateway asks for, if it does.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Throttled { wait, .. } | Self::Unavailable { wait, .. } => {
                Some(*wait).filter(|wait| !wait.is_zero())
            }
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later, with nobody doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::Silent { .. }
            | Self::Throttled { .. }
            | Self::Unavailable { .. } => true,
            Self::Transport { why, .. } => matches!(
                why,
                TransportError::Unreachable(_) | TransportError::NoConnection(_) | TransportError::NotHttp
            ),
            _ => false,
        }
    }
}
