//! Why a request has no usable answer.
//!
//! No error contains a body, a header or more of an address than the host: something in between may have
//! copied our own request, including the secret, into any of them.

use std::time::Duration;

use super::answer::RequestId;
use super::transport::TransportError;

/// A request without a usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// There was no trustworthy answer.
    #[error("{host}: {why}")]
    Transport {
        /// The host of the request.
        host: String,
        /// What went wrong.
        #[source]
        why: TransportError,
    },
    /// No answer within the limit.
    #[error("{host}: no answer within {} s", .limit.as_secs_f64().ceil())]
    TimedOut {
        /// The host of the request.
        host: String,
        /// The time limit.
        limit: Duration,
    },
    /// A redirect. It is not followed, because the secret would be sent along.
    #[error(
        "{host}: unexpected redirect (HTTP {status}), not followed so that no secret is sent to another host"
    )]
    Redirected {
        /// The host of the request.
        host: String,
        /// 300 to 399.
        status: u16,
    },
    /// The service asked to wait longer, or more often, than time allows.
    #[error("{host}: too many requests (HTTP 429){}", asked_to_wait(.wait))]
    Throttled {
        /// The host of the request.
        host: String,
        /// The pause that the last answer requests; 0 if it requests none.
        wait: Duration,
    },
    /// A persistent fault of the service.
    #[error("{host}: service unavailable (HTTP {status}{request}){}", asked_to_wait(.wait))]
    Unavailable {
        /// The host of the request.
        host: String,
        /// 500 to 599.
        status: u16,
        /// The pause that the answer requests; 0 if it requests none.
        wait: Duration,
        /// The id that Microsoft uses to find the call.
        request: RequestId,
    },
}

fn asked_to_wait(wait: &Duration) -> String {
    if wait.is_zero() { String::new() } else { format!("; asked to wait {} s", wait.as_secs_f64().ceil()) }
}

impl HttpError {
    /// Whether there was no answer at all.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::TimedOut { .. } => true,
            Self::Transport { why, .. } => {
                matches!(why, TransportError::Unreachable(_) | TransportError::NoConnection(_))
            }
            _ => false,
        }
    }

    /// Whether the same request may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Throttled { .. } | Self::Unavailable { .. } => true,
            Self::Transport { why, .. } => matches!(
                why,
                TransportError::Unreachable(_)
                    | TransportError::NoConnection(_)
                    | TransportError::NotHttp
                    | TransportError::TooManyFiles(_)
            ),
            Self::Redirected { .. } => false,
        }
    }

    /// The pause that the answer requests, if any.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Throttled { wait, .. } | Self::Unavailable { wait, .. } => {
                Some(*wait).filter(|wait| !wait.is_zero())
            }
            _ => None,
        }
    }
}
