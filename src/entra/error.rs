//! Why a call to Entra ID or Microsoft Graph gave no answer that can be used: variants by what the administrator has to do.
//!
//! Nothing in here holds a body, a header or an address beyond the host: whoever sits in between may have put our own request, and
//! with it the secret, into any of them.

use std::fmt;
use std::time::Duration;

use super::aadsts::{self, Kind};
use crate::http::{HttpError, RequestId, SafeToken};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There was no answer, or none that can be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Entra ID knows us and says no.
    #[error("sign-in refused: {0}")]
    SignIn(SignInRefusal),
    /// Graph says no: the status from 400 to 499, and the code of its error.
    #[error("{host}: refused with HTTP {status}{code}{request}")]
    Refused {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// Graph's word for it, as `Authorization_RequestDenied`.
        code: SafeToken,
        /// What its prose says.
        sense: RefusalReason,
        /// The id under which Microsoft can find the call.
        request: RequestId,
    },
    /// Somebody else answered: a proxy, a portal, a page.
    #[error(
        "{host}: HTTP {status}, but not an answer of {service}{kind}; is a proxy or a portal in between?"
    )]
    NotMicrosoft {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// Who should have answered.
        service: Service,
        /// What came instead, as ` (text/html)`.
        kind: SafeToken,
    },
    /// A page of a list is said to be on another host. Not followed: the token would go along.
    #[error("{host}: the next page is said to be on another host, which is not followed")]
    PageElsewhere {
        /// The host that was asked.
        host: String,
    },
    /// A list does not end.
    #[error("{host}: the pages of a list go round in a circle, or do not end")]
    EndlessPages {
        /// The host that was asked.
        host: String,
    },
    /// The administrator cannot sign in like this.
    #[error("{0}")]
    Administrator(&'static str),
    /// The administrator did not sign in in time.
    #[error("{0}")]
    TooLate(&'static str),
}

/// Whose answer is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What a refusal of Graph says in prose only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// Nothing that is known here.
    Plain,
    /// What the call refers to is not there yet, or not everywhere.
    TooEarly,
    /// What was to be made is there.
    AlreadyThere,
}

/// A refusal of the token endpoint. Source of its members: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRefusal {
    /// The first of `error_codes`.
    pub code: Option<u32>,
    /// `error`, as `invalid_client`.
    pub error: SafeToken,
    /// What it comes to.
    pub kind: Kind,
    /// `trace_id`, under which Microsoft can find the call.
    pub request: RequestId,
}

impl SignInRefusal {
    /// What a code and the word of `error` say.
    pub(super) fn new(code: Option<u32>, error: &str, request: RequestId) -> Self {
        Self { code, error: SafeToken::of(error), kind: aadsts::kind(code, error), request }
    }
}

impl fmt::Display for SignInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "AADSTS{code}")?,
            None => f.write_str("no AADSTS code")?,
        }
        write!(f, "{}", self.error)?;
        if let Some(code) = self.code.and_then(aadsts::find) {
            write!(f, ": {}", code.meaning)?;
        }
        write!(f, "{}", self.request)
    }
}

impl GraphError {
    /// Whether there was no answer in time, as opposed to one that is of no use.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Http(error) => error.is_silence(),
            Self::TooLate(_) => true,
            _ => false,
        }
    }

    /// Whether Graph refused because something that the call needs is not there yet, or not everywhere.
    pub fn is_too_early(&self) -> bool {
        matches!(
            self,
            Self::Refused { status: 404, .. } | Self::Refused { sense: RefusalReason::TooEarly, .. }
        )
    }

    /// Whether Graph refused because what was to be made is there.
    pub fn is_already_there(&self) -> bool {
        matches!(
            self,
            Self::Refused { status: 409, .. } | Self::Refused { sense: RefusalReason::AlreadyThere, .. }
        )
    }

    /// The HTTP status of a refusal by Graph.
    pub fn refusal(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_transient())
    }

    /// The pause that the answer asks for, if it does.
    pub fn requested_pause(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.requested_pause(),
            _ => None,
        }
    }
}
