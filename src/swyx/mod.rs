//! The SwyxServer gateway: a small documented HTTP contract that a service beside SwyxServer implements, and its client.
//!
//! SwyxServer itself only talks to its own clients. The synchronisation needs little of it: the users, their statuses, who is in a call,
//! and setting a status. This is a small HTTP and JSON interface that operators of a SwyxServer can provide next to it.
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::http::{Limits, Request, Response, SendFuture, Transport};
//! use swyx_teams::secret::Secret;
//! use swyx_teams::settings::SwyxStatus;
//! use swyx_teams::swyx::Gateway;
//!
//! /// Replaces `swyx_teams::http::Https`: a gateway that can set one status.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     fn send(&self, _: Request) -> SendFuture<'_> {
//!         Box::pin(async { Ok(Response::new(br#"{"version": 1, "statuses": ["Away"]}"#.to_vec())) })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let address = "https://swyx.example.com:9180".parse()?;
//! let gateway = Gateway::new(&address, Secret::new("the token"), Arc::new(Canned), Limits::default());
//! assert_eq!(gateway.capabilities().await?, [SwyxStatus::Away]);
//! # Ok(())
//! # }
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `client` | the calls: capabilities, users, statuses, setting one, the stream of events |
//! | `events` | the event stream, and when it is dead |
//! | `skipped` | records that violate the contract |
//! | `sse` | the text format of that stream |
//! | `wire` | the shapes of the contract; its descriptions are those of the OpenAPI document |
//! | `contract` | the contract as an OpenAPI document |
//! | `user` | users and statuses, as the rest of the program uses them |
//! | `cursor` | a position in the sequence of all changes |
//! | `error` | why a call failed |

mod client;
mod contract;
mod cursor;
mod error;
mod events;
mod skipped;
mod sse;
mod user;
mod wire;

pub use client::Gateway;
pub use contract::contract;
pub use cursor::Cursor;
pub use error::GatewayError;
pub use events::{Events, GatewayEvent, SILENCE};
pub use skipped::SkippedRecords;
pub use user::{Statuses, SwyxUser, UserStatus};
