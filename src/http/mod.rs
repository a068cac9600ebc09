//! Requests and answers over HTTPS, for Entra ID, Microsoft Graph and the SwyxServer gateway.
//!
//! ```text
//! Client, Gateway ──▶ Sender ──▶ Transport (Https, or a router in memory)
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::http::{Limits, Request, Response, SendFuture, Sender, Transport};
//!
//! /// Replaces `swyx_teams::http::Https`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     fn send(&self, _: Request) -> SendFuture<'_> {
//!         Box::pin(async { Ok(Response::new(b"{}".to_vec())) })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sender = Sender::new(Arc::new(Canned), Limits::default());
//! let request = http::Request::get("https://graph.microsoft.com/v1.0/organization").body(Vec::new())?;
//! assert_eq!(sender.send(&request).await?.body(), b"{}");
//! # Ok(())
//! # }
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `transport` | the interface: one request in, one answer out |
//! | `https` | the production transport |
//! | `send` | sending with time limits, `Retry-After`, back-off, a retry budget and ids for support |
//! | `error` | why a request has no answer |
//! | `deadline` | the deadline for all waiting |
//! | `answer` | parts of an answer that are safe to show |

mod answer;
mod deadline;
mod error;
mod https;
mod send;
mod transport;

pub use answer::{RequestId, SafeToken};
pub(crate) use answer::{content_type, media_type, request_id};
pub use deadline::Deadline;
pub use error::HttpError;
pub use https::{Https, SetupError};
pub use send::{Limits, PauseObserver, Sender};
pub(crate) use send::{bearer, host, requested_pause};
pub use transport::{
    ChunkFuture, Chunks, OpenFuture, Request, Response, SendFuture, Streamed, Transport, TransportError,
};
