//! `serve` as a process: where it listens, what its buttons do against an emulated tenant, and that nothing secret leaves it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a test fails by them, and uses a part of what is shared"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../online/emulated.rs"]
mod emulated;

mod actions;
mod browser;
#[cfg(unix)]
mod descendants;
mod listening;
