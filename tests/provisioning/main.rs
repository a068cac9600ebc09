//! `plan`, `apply`, `rotate` and `destroy` as processes: what they print, what they change, with how many requests, and with which exit
//! code; and that nothing is lost or left over however they end.
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

mod gate;
mod running;
mod world;

mod adopted;
mod apply;
mod broken_off;
mod demo;
mod handed_over;
mod hostile;
mod killed;
mod places;
mod plan;
mod refused;
mod rotate;
mod setup;
mod together;
mod twins;
