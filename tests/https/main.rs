//! The program against real sockets on this machine: certificates that do not verify, redirects, proxies, and files that nobody
//! trusts. What counts is the exit code, the words, and what reached the other side.
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

mod answers;
mod certificates;
mod proxies;
mod replies;
mod server;
mod streams;
mod trust;
