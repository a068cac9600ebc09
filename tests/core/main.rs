//! What needs no feature: reading, checking and writing of files, the schema, and the plan of the source code.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

#[path = "../common/mod.rs"]
mod common;

mod aadsts;
mod agreement;
mod check;
mod circles;
mod diagnoses;
mod house;
mod online_rules;
mod roundtrip;
mod secrets_in_code;
mod wording;
