//! The client of Entra ID and Graph against scripted answers, in virtual time: what it sends, when it sends it again, what it makes
//! of answers that are none, and that nothing it says holds a secret or a token.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]

mod answers;
mod batches;
mod hostile;
mod script;
mod tokens;
mod users;
