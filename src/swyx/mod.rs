//! The SwyxServer gateway: a small documented HTTP contract that a service beside SwyxServer implements, and its client.
//!
//! SwyxServer itself only talks to its own clients. The synchronisation needs little of it: the users, their statuses, who is in a call,
//! and setting a status. This is a small HTTP and JSON interface that operators of a SwyxServer can provide next to it.
//!
//! | file | what it is |
//! |---|---|
//! | `client` | the calls: capabilities, users, statuses, setting one, the stream of events |
//! | `events` | the event stream, and when it is dead |
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
mod sse;
mod user;
mod wire;

pub use client::Gateway;
pub use contract::contract;
pub use cursor::Cursor;
pub use error::GatewayError;
pub use events::{Events, GatewayEvent, SILENCE};
pub use user::{Statuses, SwyxUser, UserStatus};
