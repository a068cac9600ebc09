//! A body that fails before its first byte, so that no answer arrives; and the reasons why any body fails.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::Frame;

/// Why the connection closes, and the body that closes it: on a socket, the connection ends without an answer; in memory, reading the
/// body fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Dropped {
    /// The request, which has no effect.
    #[error("the request was dropped")]
    Request,
    /// The reply to a request that took effect.
    #[error("the reply was dropped")]
    Reply,
    /// A stream of events, before its end.
    #[error("the stream was cut")]
    Stream,
}

impl Dropped {
    /// The name of the fault.
    pub(super) fn fault(self) -> &'static str {
        match self {
            Self::Request => "drop-request",
            Self::Reply => "drop-reply",
            Self::Stream => "cut-events",
        }
    }
}

impl HttpBody for Dropped {
    type Data = Bytes;
    type Error = Self;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self>>> {
        Poll::Ready(Some(Err(*self)))
    }
}
