//! A body that breaks off before its first byte: the answer that is never heard.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::Frame;

/// The body. On a socket the connection ends without an answer; in memory reading it fails.
pub(super) struct Dropped;

/// What reading it gives.
#[derive(Debug, thiserror::Error)]
#[error("the reply was dropped")]
pub(super) struct ReplyDropped;

impl HttpBody for Dropped {
    type Data = Bytes;
    type Error = ReplyDropped;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReplyDropped>>> {
        Poll::Ready(Some(Err(ReplyDropped)))
    }
}
