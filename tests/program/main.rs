//! The program as its users meet it, as a process.
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

/// Names a test that only Unix can run. On Windows it is listed as ignored, with the reason.
macro_rules! only_on_unix {
    ($name:ident, $reason:literal) => {
        #[cfg(windows)]
        #[test]
        #[ignore = $reason]
        fn $name() {
            panic!($reason);
        }
    };
}

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/mod.rs"]
mod common;

mod canary;
mod check_online;
mod cli;
mod emulate;
mod emulated;
mod files;
mod fixtures;
mod generated;
mod generations;
mod https;
mod leaks;
mod provisioning;
mod saving;
mod serve;
mod service;
mod setup;
mod sync;
mod users;
