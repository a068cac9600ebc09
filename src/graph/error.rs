//! Why a call to Entra ID or Microsoft Graph gave no answer that can be used: variants by what the administrator has to do.
//!
//! Nothing in here holds a body, a header or an address beyond the host: whoever sits in between may have put our own request, and
//! with it the secret, into any of them.

use std::fmt;
use std::time::Duration;

use super::transport::TransportError;
use crate::aadsts::{self, Kind};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
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
    /// Sent elsewhere. Not followed: the secret would go along.
    #[error(
        "{host}: answered with a redirect (HTTP {status}), which is not followed, so that nothing secret is sent elsewhere"
    )]
    Redirected {
        /// The host that was asked.
        host: String,
        /// 300 to 399.
        status: u16,
    },
    /// Entra ID knows us and says no.
    #[error("sign-in refused: {0}")]
    SignIn(Refused),
    /// Graph says no: the status from 400 to 499, and the code of its error.
    #[error("{host}: refused with HTTP {status}{code}{request}")]
    Refused {
        /// The host that was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// Graph's word for it, as `Authorization_RequestDenied`.
        code: Word,
        /// What its prose says.
        sense: Sense,
        /// The id under which Microsoft can find the call.
        request: RequestId,
    },
    /// Asked to wait longer, or more often, than there is time for.
    #[error("{host}: too many requests (HTTP 429){}", asked(.wait))]
    Throttled {
        /// The host that was asked.
        host: String,
        /// The last wish for a pause; 0 if there was none.
        wait: Duration,
    },
    /// A fault on the other side that did not go away.
    #[error("{host}: out of order (HTTP {status}{request})")]
    Unavailable {
        /// The host that was asked.
        host: String,
        /// 500 to 599.
        status: u16,
        /// The pause that it asks for; 0 if it asks for none.
        wait: Duration,
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
        kind: Word,
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

fn asked(wait: &Duration) -> String {
    if wait.is_zero() { String::new() } else { format!("; asked to wait {} s", wait.as_secs_f64().ceil()) }
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
pub enum Sense {
    /// Nothing that is known here.
    Plain,
    /// What the call refers to is not there yet, or not everywhere.
    TooEarly,
    /// What was to be made is there.
    AlreadyThere,
}

/// A refusal of the token endpoint. Source of its members: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The first of `error_codes`.
    pub code: Option<u32>,
    /// `error`, as `invalid_client`.
    pub error: Word,
    /// What it comes to.
    pub kind: Kind,
    /// `trace_id`, under which Microsoft can find the call.
    pub request: RequestId,
}

impl Refused {
    /// What a code and the word of `error` say.
    pub(super) fn new(code: Option<u32>, error: &str, request: RequestId) -> Self {
        Self { code, error: Word::of(error), kind: aadsts::kind(code, error), request }
    }
}

impl fmt::Display for Refused {
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

/// A word of an answer that is safe to repeat: at most 60 letters and `_ . / -`. Anything else is left out: whoever is in between
/// may have put our own secret into it, and hardly any secret is without digits.
///
/// Shown in brackets behind a blank, or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(Option<String>);

impl Word {
    /// The word, if it is one.
    pub(super) fn of(text: &str) -> Self {
        const LONGEST: usize = 60;
        let fits = |b: u8| b.is_ascii_alphabetic() || b"_./-".contains(&b);
        let is_word = (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits);
        Self(is_word.then(|| text.to_owned()))
    }

    /// The word itself.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |word| write!(f, " ({word})"))
    }
}

/// The id of a call, by which Microsoft's support finds it: a GUID. Shown behind a comma, or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId(pub Option<uuid::Uuid>);

impl RequestId {
    /// The id, if the text is one.
    pub(super) fn of(text: Option<&str>) -> Self {
        Self(text.and_then(crate::settings::guid))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |id| write!(f, ", request {id}"))
    }
}

impl GraphError {
    /// Whether nobody answered in time, as against an answer that is of no use.
    pub fn is_silence(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::TooLate(_) => true,
            Self::Transport { why, .. } => {
                matches!(why, TransportError::Unreachable(_) | TransportError::NoConnection(_))
            }
            _ => false,
        }
    }

    /// Whether Graph refused because something that the call needs is not there yet, or not everywhere.
    pub fn is_too_early(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. } | Self::Refused { sense: Sense::TooEarly, .. })
    }

    /// Whether Graph refused because what was to be made is there.
    pub fn is_already_there(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. } | Self::Refused { sense: Sense::AlreadyThere, .. })
    }

    /// The HTTP status of a refusal by Graph.
    pub fn refusal(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Throttled { .. } | Self::Unavailable { .. } => true,
            Self::Transport { why, .. } => matches!(
                why,
                TransportError::Unreachable(_) | TransportError::NoConnection(_) | TransportError::NotHttp
            ),
            _ => false,
        }
    }
}
