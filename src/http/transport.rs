//! The seam below everything that is sent: a request goes in, an answer or the reason for none comes out.
//!
//! In production that is [`super::Https`]; tests put an emulator's router in its place, and with tokio's paused clock every wait
//! costs nothing. A transport follows no redirect, repeats nothing, and judges no status: that is the business of `send`.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A request with its whole body. It may hold a secret or a token, so nothing prints it.
pub type Request = http::Request<Vec<u8>>;

/// An answer with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// What a transport gives back in time.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// An answer whose body is still to come.
pub type Streamed = http::Response<Box<dyn Chunks>>;

/// What a transport gives back once an answer has begun.
pub type Opened<'a> = Pin<Box<dyn Future<Output = Result<Streamed, TransportError>> + Send + 'a>>;

/// The next piece of a body, nothing after the last.
pub type Chunk<'a> = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, TransportError>> + Send + 'a>>;

/// A body piece by piece, as it comes.
pub trait Chunks: Send {
    /// Waits for the next piece, without a limit of time. A wait that is given up loses nothing.
    fn next(&mut self) -> Chunk<'_>;
}

/// Carries one request to where it is addressed.
pub trait Transport: Send + Sync {
    /// Sends `request` and reads the whole answer.
    fn send(&self, request: Request) -> Answer<'_>;

    /// Sends `request` and gives the answer as soon as it begins, for a body that may go on for days. What reads whole answers only
    /// gives the body as one piece.
    fn open(&self, request: Request) -> Opened<'_> {
        let answer = self.send(request);
        Box::pin(async move { Ok(answer.await?.map(|body| Box::new(Whole(Some(body))) as Box<dyn Chunks>)) })
    }
}

/// A body that is there already.
struct Whole(Option<Vec<u8>>);

impl Chunks for Whole {
    fn next(&mut self) -> Chunk<'_> {
        let body = self.0.take();
        Box::pin(async move { Ok(body) })
    }
}

/// Why there is no answer. No message holds anything of the request but its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nobody is there: no such name, no route, refused, or the connection ended too early. Trying again may help.
    #[error("{0}")]
    Unreachable(&'static str),
    /// No connection within the limit.
    #[error("no connection within {} s", .0.as_secs())]
    NoConnection(Duration),
    /// Whoever answered could not prove to be the host that was asked for. Nothing was sent to it.
    #[error("the certificate {0}")]
    Certificate(&'static str),
    /// The answer is larger than any that Entra ID and Graph give.
    #[error("the answer is larger than {} MiB", .0 / (1024 * 1024))]
    TooLarge(usize),
    /// The proxy does not let the request through.
    #[error("the proxy on the way there (entra.proxy, or HTTPS_PROXY) {0}")]
    Proxy(&'static str),
    /// The answer is not HTTP, or broken.
    #[error("what came back is not a whole HTTP answer")]
    NotHttp,
}
