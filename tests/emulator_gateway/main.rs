//! The emulated gateway to SwyxServer as a client sees it: in memory, with virtual time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by them"
)]

#[path = "../common/mod.rs"]
mod common;

mod calls;
mod client;
mod events;
mod faults;
mod graph;
mod load;
mod program;
mod reads;
mod writes;
