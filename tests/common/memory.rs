//! A transport that leads to an emulator in memory, event streams too.

use swyx_teams::emulator::{Body, Emulator};
use swyx_teams::http::{
    ChunkFuture, Chunks, OpenFuture, Request, Response, SendFuture, Transport, TransportError,
};

/// Leads to an emulator in memory.
pub struct Memory(pub Emulator);

const CUT: TransportError = TransportError::Unreachable("the connection was closed before an answer arrived");

impl Transport for Memory {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            let (head, body) = self.0.answer(request).await.into_parts();
            let body = body.bytes().await.map_err(|_| CUT)?;
            Ok(Response::from_parts(head, body))
        })
    }

    fn open(&self, request: Request) -> OpenFuture<'_> {
        Box::pin(async move {
            Ok(self.0.answer(request).await.map(|body| Box::new(Streamed(body)) as Box<dyn Chunks>))
        })
    }
}

struct Streamed(Body);

impl Chunks for Streamed {
    fn next(&mut self) -> ChunkFuture<'_> {
        Box::pin(async move { self.0.next().await.map_err(|_| CUT) })
    }
}
