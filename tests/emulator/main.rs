//! The emulated tenant as a client sees it: in memory with virtual time, and once on a socket.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by them"
)]

#[path = "../common/mod.rs"]
mod common;

mod client;
mod device;
mod discovery;
mod faults;
mod program;
mod refusals;
mod scenarios;
