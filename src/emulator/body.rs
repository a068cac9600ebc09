//! The body of an answer in memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body as AxumBody, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

/// The body of an answer, see [`super::Emulator::answer`]. A stream of events has no end.
///
/// It is also an [`http_body::Body`], so a server in front of the emulator can forward it.
#[derive(Debug)]
pub struct Body(AxumBody);

/// Why the rest of a body does not arrive: a fault dropped the answer, or cut the stream.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BodyError(axum::Error);

impl Body {
    /// The body of an answer of the routes.
    pub(super) fn new(body: AxumBody) -> Self {
        Self(body)
    }

    /// Waits for the next piece; `None` after the last.
    ///
    /// # Errors
    /// [`BodyError`] if a fault dropped the rest.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, BodyError> {
        loop {
            let frame = std::future::poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)).await;
            let Some(frame) = frame else { return Ok(None) };
            // Trailers are no part of the body.
            if let Ok(data) = frame.map_err(BodyError)?.into_data() {
                return Ok(Some(data.to_vec()));
            }
        }
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// [`BodyError`] if a fault dropped the rest.
    pub async fn bytes(mut self) -> Result<Vec<u8>, BodyError> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend(piece);
        }
        Ok(all)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.0).poll_frame(context).map_err(BodyError)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
