//! The client and the emulator in one process, in memory, on a clock that is paused: whatever goes wrong on the way, the client never
//! takes a tenant for what it is not, and never asks earlier than it was told to.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]

mod device;
mod faults;
#[path = "../common/memory.rs"]
mod in_memory;
mod memory;
