//! `sync` and `status` as processes, beside an emulated site on a socket of this machine: how they start and refuse to, what they carry, print,
//! log and serve, what they make of settings that change, and how they end.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]
#![cfg(unix)]

#[path = "../leaks/canary.rs"]
#[allow(dead_code, missing_docs, reason = "the search is used here, and the shapes of secrets elsewhere")]
mod canary;
#[path = "../common/mod.rs"]
mod common;

mod running;
mod site;

mod dry_run;
mod ending;
mod reload;
mod seen;
mod start;
mod status;
