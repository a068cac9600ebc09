//! The emulated SwyxServer, as the gateway beside it shows it: `/swyx/v1/…`.
//!
//! Written from the contract's text alone, as a site would write its own service; it shares nothing with the client.

mod api;
mod people;
mod routes;
mod stream;

pub use api::SwyxSeen;
pub(super) use people::People;
pub(super) use routes::{handle, problem};
pub(super) use stream::{headers, stream};
