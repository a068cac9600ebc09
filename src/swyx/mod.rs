//! The SwyxServer gateway: a small documented HTTP contract that a service beside SwyxServer implements, and its client.
//!
//! SwyxServer itself speaks to its own clients only. What the synchronisation needs of it (who is there, what status each shows, who is
//! on a call, and the setting of a status) is a few lines of HTTP and JSON, so that whoever runs a SwyxServer can put them beside it.
//!
//! | file | what it is |
//! |---|---|
//! | `client` | the calls: capabilities, users, statuses, setting one, the stream of events |
//! | `events` | the stream of events, and when it is dead |
//! | `sse` | the text format of that stream |
//! | `wire` | the shapes of the contract; its descriptions are those of the OpenAPI document |
//! | `contract` | the contract as an OpenAPI document |
//! | `user` | users and statuses, as the rest of the program knows them |
//! | `cursor` | a place in the course of all changes |
//! | `error` | why a call gave nothing |

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
