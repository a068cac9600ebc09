//! A transport that leads to an emulator in memory, event streams too.

use std::pin::Pin;

use axum::body::{Body, HttpBody};
use swyx_teams::http::{Answer, Chunk, Chunks, Opened, Request, Response, Transport, TransportError};
use tower::ServiceExt;

/// Leads to an emulator in memory.
pub struct Memory(pub axum::Router);

const CUT: TransportError = TransportError::Unreachable("the connection was closed before an answer arrived");

impl Memory {
    async fn asked(&self, request: Request) -> http::Response<Body> {
        self.0.clone().oneshot(request.map(Body::from)).await.expect("a router answers")
    }
}

impl Transport for Memory {
    fn send(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            let (head, body) = self.asked(request).await.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| CUT)?;
            Ok(Response::from_parts(head, body.to_vec()))
        })
    }

    fn open(&self, request: Request) -> Opened<'_> {
        Box::pin(async move {
            Ok(self.asked(request).await.map(|body| Box::new(Streamed(body)) as Box<dyn Chunks>))
        })
    }
}

struct Streamed(Body);

impl Chunks for Streamed {
    fn next(&mut self) -> Chunk<'_> {
        Box::pin(async move {
            let frame = std::future::poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)).await;
            match frame {
                None => Ok(None),
                Some(Ok(frame)) => Ok(frame.into_data().ok().map(|data| data.to_vec())),
                Some(Err(_)) => Err(CUT),
            }
        })
    }
}
