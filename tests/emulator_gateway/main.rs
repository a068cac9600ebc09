//! The emulated gateway to SwyxServer as a client sees it: in memory, with virtual time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by them"
)]

mod client;
mod events;
mod reads;
mod writes;
