//! An emulated tenant: Entra ID and Microsoft Graph for trying and testing, without a network of Microsoft's.
//!
//! It shares no type with the rest of this crate: a mistake in both would otherwise look right.

#![allow(dead_code, reason = "what uses it follows")]

mod error;
mod graph;
mod permissions;
mod server;
mod state;
mod time;
mod token;
mod users;

pub use error::Part;
pub use state::{ManualStatus, UnknownIds};
