//! Why a call to the gateway gave nothing: variants by what the administrator has to do. Nothing in here holds a body, a header or a user.

use std::time::Duration;

use crate::graph::GraphError;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Nobody answered, or with a wish to wait, or out of order.
    #[error(transparent)]
    Call(#[from] GraphError),
    /// The connection of the event stream broke off, or was silent for too long.
    #[error("{host}: the events of the gateway broke off: {why}")]
    BrokenOff {
        /// The host that was asked.
        host: String,
        /// What happened.
        why: &'static str,
    },
    /// The token is not the gateway's.
    #[error(
        "{host}: the gateway does not accept the token (HTTP {status}); is `swyx.gateway_token` its own?"
    )]
    Token {
        /// The host that was asked.
        host: String,
        /// 401 or 403.
        status: u16,
    },
    /// The gateway does not know from where to go on: it was started anew, or it is too long ago.
    #[error("{host}: the gateway does not know any more what was told last")]
    UnknownCursor {
        /// The host that was asked.
        host: String,
    },
    /// The gateway refuses.
    #[error("{host}: the gateway refuses with HTTP {status}")]
    Refused {
        /// The host that was asked.
        host: String,
        /// 400 to 499; 404 for a user that it does not know, 422 for a status that cannot be set.
        status: u16,
    },
    /// What answers there speaks something else.
    #[error(
        "{host}: HTTP {status}, but not an answer of the gateway's contract: {why}; does `swyx.gateway` lead to it?"
    )]
    NotTheContract {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl GatewayError {
    /// The pause that the gateway asks for.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Call(GraphError::Throttled { wait, .. } | GraphError::Unavailable { wait, .. }) => {
                Some(*wait).filter(|wait| !wait.is_zero())
            }
            _ => None,
        }
    }

    /// Whether nobody answered in time, as against an answer that is of no use.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Call(error) if error.is_silence())
    }
}
