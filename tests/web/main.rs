//! The admin form as a page: what it shows, saves, refuses, keeps and never tells. Its guards have tests of their own.
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

mod conflict;
mod jobs;
mod live;
mod malformed;
mod page;
mod place;
mod read_only;
mod rows;
mod saving;
mod secrets;
#[cfg(unix)]
mod stopping;
mod untouched;
