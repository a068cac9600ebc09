//! Requests and answers over HTTPS, for Entra ID, Microsoft Graph and the SwyxServer gateway.
//!
//! ```text
//! Client, Gateway ──▶ Sender ──▶ Transport (Https, or a router in memory)
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `transport` | the seam: one request in, one answer out |
//! | `https` | the transport of production |
//! | `send` | the one way to send: time limits, `Retry-After`, back-off, retry budget, ids for support |
//! | `error` | why a request gave no answer |
//! | `deadline` | the end of all waiting |
//! | `answer` | parts of an answer that are safe to repeat |

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
pub use send::{Limits, Sender};
pub(crate) use send::{bearer, host, requested_pause};
pub use transport::{Answer, Chunk, Chunks, Opened, Request, Response, Streamed, Transport, TransportError};
