//! The interface for sending: a request goes in, an answer or an error comes out.
//!
//! In production this is [`super::Https`]; tests use an emulator's router, and with tokio's paused clock
//! waits take no time. A transport follows no redirect, repeats nothing, and does not check the status:
//! `send` does that.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A request with its complete body. It may contain a secret or a token, so it is never printed.
pub type Request = http::Request<Vec<u8>>;

/// An answer with its complete body.
pub type Response = http::Response<Vec<u8>>;

/// The future of a transport for a complete answer.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// An answer whose body is not read yet.
pub type Streamed = http::Response<Box<dyn Chunks>>;

/// The future of a transport for a started answer.
pub type OpenFuture<'a> = Pin<Box<dyn Future<Output = Result<Streamed, TransportError>> + Send + 'a>>;

/// The next piece of a body; `None` after the last.
pub type ChunkFuture<'a> = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, TransportError>> + Send + 'a>>;

/// A body that is read piece by piece.
pub trait Chunks: Send {
    /// Waits for the next piece, without a time limit. A cancelled wait loses no data.
    fn next(&mut self) -> ChunkFuture<'_>;
}

/// Sends one request to its address.
pub trait Transport: Send + Sync {
    /// Sends `request` and reads the complete answer.
    fn send(&self, request: Request) -> SendFuture<'_>;

    /// Sends `request` and returns the answer as soon as it starts, for a body that may continue for days. By
    /// default, the body is one piece.
    fn open(&self, request: Request) -> OpenFuture<'_> {
        let answer = self.send(request);
        Box::pin(async move { Ok(answer.await?.map(|body| Box::new(Whole(Some(body))) as Box<dyn Chunks>)) })
    }
}

/// A complete body.
struct Whole(Option<Vec<u8>>);

impl Chunks for Whole {
    fn next(&mut self) -> ChunkFuture<'_> {
        let body = self.0.take();
        Box::pin(async move { Ok(body) })
    }
}

/// Why there is no TLS.
pub(super) const NO_TLS: &str =
    "TLS cannot be set up; check that the system's certificates (ca-certificates) are installed";

/// Why there is no answer. A message contains at most the host of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The host is unreachable: unknown name, no route, refused, or the connection ended too early. A retry
    /// may help.
    #[error("{0}")]
    Unreachable(&'static str),
    /// No connection within the limit.
    #[error("no connection within {} s", .0.as_secs())]
    NoConnection(Duration),
    /// The certificate does not prove the identity of the host. Nothing was sent to it.
    #[error("the certificate {0}")]
    Certificate(&'static str),
    /// The answer is larger than any answer of Entra ID and Graph.
    #[error("the answer is larger than {}", crate::text::format_bytes(*.0))]
    TooLarge(usize),
    /// This process reached its limit of open files. Nothing was sent.
    #[error("{0}")]
    TooManyFiles(String),
    /// The proxy refused the request.
    #[error("the proxy (entra.proxy or HTTPS_PROXY) {0}")]
    Proxy(&'static str),
    /// The answer is not HTTP, or incomplete.
    #[error("the answer is not complete or not HTTP")]
    NotHttp,
    /// The system has no trusted certificates, or the TLS library cannot be initialised. Nothing was sent.
    #[error("{NO_TLS}")]
    NoTls,
}
