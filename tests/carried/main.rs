//! The whole synchronisation of one tenant against the emulator in memory, in virtual time: what a person does on one side shows on the
//! other.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]

mod both_ways;
#[path = "../common/memory.rs"]
mod memory;
mod place;
mod trouble;
