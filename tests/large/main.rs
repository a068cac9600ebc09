//! A hundred thousand users in virtual time: the engine against a model of an office, and the whole synchronisation against the emulator in
//! memory.
//!
//! Without more said, both are small and short. `USERS=100000 HOURS=24 cargo test --release --test large -- --nocapture` tries a whole
//! day, and ten minutes through the emulator.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them, and says what it measured"
)]

mod day;
#[path = "../common/memory.rs"]
mod memory;
mod model;
mod office;
#[path = "../online/carried/place.rs"]
#[allow(dead_code, reason = "the tests beside this one use the rest of it")]
mod place;
mod tenant;
mod watch;

/// A number that the environment gives, else the one that a short run takes.
pub fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}
