//! Why a call to the gateway gave nothing that can be used: variants by what the administrator, or the synchronisation, has to do.
//!
//! Nothing in here holds a body, a header or an address beyond the host: whoever sits in between may have put our own token into them.

use std::time::Duration;

use crate::http::{HttpError, SafeToken};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// There was no answer, or none that can be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The stream of events does not even say that it lives.
    #[error("{host}: nothing came over the stream of events for {} s", .limit.as_secs())]
    Silent {
        /// The host that was asked.
        host: String,
        /// How long it was waited for.
        limit: Duration,
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
        kind: SafeToken,
    },
    /// A list does not end.
    #[error("{host}: the pages of a list go round in a circle, or do not end")]
    EndlessPages {
        /// The host that was asked.
        host: String,
    },
}

impl GatewayError {
    /// What a failure to send means for the gateway: no gateway of the contract redirects.
    pub(super) fn of(error: HttpError) -> Self {
        match error {
            HttpError::Redirected { host, status } => {
                Self::NotAGateway { host, status, kind: SafeToken::default() }
            }
            error => Self::Http(error),
        }
    }

    /// The pause that the gateway asks for, if it does.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.requested_pause(),
            _ => None,
        }
    }

    /// Whether there was no answer in time, as opposed to one that is of no use.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Http(error) => error.is_silence(),
            Self::Silent { .. } => true,
            _ => false,
        }
    }

    /// Whether the same call may succeed a little later, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => error.is_transient(),
            Self::Silent { .. } => true,
            _ => false,
        }
    }
}
