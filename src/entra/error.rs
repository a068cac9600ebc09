//! Why a call to Entra ID or Microsoft Graph failed. The variants are grouped by what the administrator must
//! do.
//!
//! No error contains a body, a header or more of an address than the host: a proxy may echo our own request,
//! including the secret, in any of them.

use std::fmt;
use std::time::Duration;

use super::aadsts::{self, Kind};
use crate::http::{HttpError, RequestId, SafeToken};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There was no usable answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Entra ID refused the sign-in.
    #[error("sign-in refused: {0}")]
    SignIn(SignInRefusal),
    /// Graph refused the call: the status from 400 to 499, and Graph's error code.
    #[error("{host}: refused with HTTP {status}{code}{request}")]
    Refused {
        /// The host of the request.
        host: String,
        /// The HTTP status.
        status: u16,
        /// Graph's error code, for example `Authorization_RequestDenied`.
        code: SafeToken,
        /// What its message says.
        reason: RefusalReason,
        /// The id that Microsoft uses to find the call.
        request: RequestId,
    },
    /// Another party answered: a proxy, a captive portal or a web page.
    #[error(
        "{host}: HTTP {status}, but not an answer from {service}{kind}; check for a proxy or a captive portal"
    )]
    NotMicrosoft {
        /// The host of the request.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The expected service.
        service: Service,
        /// The content type of the answer, for example ` (text/html)`.
        kind: SafeToken,
    },
    /// The next page of a list is on another host. It is not requested, because the token would be sent
    /// there.
    #[error("{host}: the next page of a list is on another host and was not requested")]
    PageElsewhere {
        /// The host of the request.
        host: String,
    },
    /// A list does not end.
    #[error("{host}: the pages of a list are circular or endless")]
    EndlessPages {
        /// The host of the request.
        host: String,
    },
    /// The administrator cannot sign in this way.
    #[error("{0}")]
    Administrator(&'static str),
    /// The administrator did not sign in in time.
    #[error("{0}")]
    TooLate(&'static str),
}

/// The service whose answer is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Service {
    /// The sign-in.
    Entra,
    /// The interface to directory and presence.
    Graph,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entra => "Entra ID",
            Self::Graph => "Microsoft Graph",
        })
    }
}

/// What a refusal by Graph says only in its message, not in its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// No known reason.
    Plain,
    /// The referenced object does not exist yet, or not on every server.
    TooEarly,
    /// The object to create already exists.
    AlreadyThere,
}

/// A refusal by the token endpoint. Source of its members:
/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInRefusal {
    /// The first of `error_codes`.
    pub code: Option<u32>,
    /// `error`, for example `invalid_client`.
    pub error: SafeToken,
    /// The kind of refusal.
    pub kind: Kind,
    /// `trace_id`, which Microsoft uses to find the call.
    pub request: RequestId,
}

impl SignInRefusal {
    /// Creates the refusal from a code and the value of `error`.
    pub(super) fn new(code: Option<u32>, error: &str, request: RequestId) -> Self {
        Self { code, error: SafeToken::of(error), kind: aadsts::classify(code, error), request }
    }
}

impl fmt::Display for SignInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "AADSTS{code}")?,
            None => f.write_str("no AADSTS code")?,
        }
        write!(f, "{}", self.error)?;
        match self.code.map(|number| (number, aadsts::find(number))) {
            Some((_, Some(code))) => {
                write!(f, ": {}", code.meaning)?;
                // No rule reports these with their cure.
                if matches!(code.kind, Kind::Administrator | Kind::AssertionRejected) {
                    write!(f, "; {}", code.cure)?;
                }
            }
            Some((number, None)) => {
                let word = self.error.as_str().unwrap_or_default();
                write!(f, ": {}", aadsts::describe_unknown(number, word))?;
            }
            None => {}
        }
        write!(f, "{}", self.request)
    }
}

impl GraphError {
    /// Whether there was no answer in time.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Http(error) => error.is_silence(),
            Self::TooLate(_) => true,
            _ => false,
        }
    }

    /// Whether Graph refused because an object that the call needs does not exist yet, or not on every
    /// server.
    pub fn is_too_early(&self) -> bool {
        matches!(
            self,
            Self::Refused { status: 404, .. } | Self::Refused { reason: RefusalReason::TooEarly, .. }
        )
    }

    /// Whether Graph refused because the object to create already exists.
    pub fn is_already_there(&self) -> bool {
        matches!(
            self,
            Self::Refused { status: 409, .. } | Self::Refused { reason: RefusalReason::AlreadyThere, .. }
        )
    }

    /// The HTTP status if Graph refused the call.
    pub fn refusal(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_transient())
    }

    /// The pause that the answer asks for, if any.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.requested_pause(),
            _ => None,
        }
    }
}
