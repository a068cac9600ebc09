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

/// A body that comes in pieces, as an event stream does.
pub trait Chunks: Send {
    /// The next piece; none at the end.
    fn next(&mut self) -> Piece<'_>;
}

/// What comes next of a body.
pub type Piece<'a> = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, TransportError>> + Send + 'a>>;

/// An answer whose body is still to come.
pub type Opened<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Box<dyn Chunks>>, TransportError>> + Send + 'a>>;

/// What a transport gives back in time.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Carries one request to where it is addressed.
pub trait Transport: Send + Sync {
    /// Sends `request` and reads the whole answer.
    fn send(&self, request: Request) -> Answer<'_>;

    /// Sends `request` and gives the answer as soon as its head is there. A transport that knows no other way gives the whole body in one
    /// piece.
    fn open(&self, request: Request) -> Opened<'_> {
        Box::pin(async move {
            let response = self.send(request).await?;
            Ok(response.map(|body| Box::new(Whole(Some(body))) as Box<dyn Chunks>))
        })
    }
}

/// A body that is there already.
struct Whole(Option<Vec<u8>>);

impl Chunks for Whole {
    fn next(&mut self) -> Piece<'_> {
        let body = self.0.take();
        Box::pin(async move { Ok(body) })
    }
}

/// Why there is no answer. No message holds anything of the request but its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
