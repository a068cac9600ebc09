//! Client, provisioning and synchronisation against scripted answers and an emulator in memory, in virtual time.
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
#[path = "../common/memory.rs"]
mod memory;

mod carried;
mod client;
mod gateway;
mod provision;
mod sync;
mod together;
