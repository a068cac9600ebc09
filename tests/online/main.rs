//! `check --online` against the emulator, over real sockets: each state of a tenant gives its rule, each fault its words and its exit
//! code, and no request is made that need not be.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]

#[path = "../common/mod.rs"]
mod common;

mod admin;
mod emulated;
mod faults;
mod many;
mod scenarios;
