//! Why a request gave no answer, or one that no caller can use.
//!
//! Nothing in here holds a body, a header or an address beyond the host: something in between may have copied our own request, and
//! with it the secret, into any of them.

use std::time::Duration;

use super::answer::RequestId;
use super::transport::TransportError;

/// A request without a usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// Nothing came back that can be trusted.
    #[error("{host}: {why}")]
    Transport {
        /// The host that was asked.
        host: String,
        /// What went wrong.
        #[source]
        why: TransportError,
    },
    /// No answer within the limit.
    #[error("{host}: no answer within {} s", .limit.as_secs_f64().ceil())]
    TimedOut {
        /// The host that was asked.
        host: String,
        /// The time limit.
        limit: Duration,
    },
    /// A redirect. It is not followed: the secret would go along.
    #[error(
        "{host}: answered with a redirect (HTTP {status}), which is not followed, so that nothing secret is sent elsewhere"
    )]
    Redirected {
        /// The host that was asked.
        host: String,
        /// 300 to 399.
        status: u16,
    },
    /// Asked to wait longer, or more often, than there is time for.
    #[error("{host}: too many requests (HTTP 429){}", asked_to_wait(.wait))]
    Throttled {
        /// The host that was asked.
        host: String,
        /// The pause that the last answer asks for; 0 if it asks for none.
        wait: Duration,
    },
    /// A fault on the other side that did not go away.
    #[error("{host}: out of order (HTTP {status}{request}){}", asked_to_wait(.wait))]
    Unavailable {
        /// The host that was asked.
        host: String,
        /// 500 to 599.
        status: u16,
        /// The pause that the answer asks for; 0 if it asks for none.
        wait: Duration,
        /// The id by which Microsoft can find the call.
        request: RequestId,
    },
}

fn asked_to_wait(wait: &Duration) -> String {
    if wait.is_zero() { String::new() } else { format!("; asked to wait {} s", wait.as_secs_f64().ceil()) }
}

impl HttpError {
    /// Whether there was no answer at all, as opposed to one that is of no use.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::TimedOut { .. } => true,
            Self::Transport { why, .. } => {
                matches!(why, TransportError::Unreachable(_) | TransportError::NoConnection(_))
            }
            _ => false,
        }
    }

    /// Whether the same request may succeed a little later, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Throttled { .. } | Self::Unavailable { .. } => true,
            Self::Transport { why, .. } => matches!(
                why,
                TransportError::Unreachable(_) | TransportError::NoConnection(_) | TransportError::NotHttp
            ),
            Self::Redirected { .. } => false,
        }
    }

    /// The pause that the answer asks for, if it does.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Throttled { wait, .. } | Self::Unavailable { wait, .. } => {
                Some(*wait).filter(|wait| !wait.is_zero())
            }
            _ => None,
        }
    }
}
