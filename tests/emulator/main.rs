//! The emulated Entra ID, Microsoft Graph and gateway as a client sees them: in memory, in virtual time.
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

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/faults.rs"]
mod faults;

mod entra;
mod gateway;
mod graph;
