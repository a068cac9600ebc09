//! The client of the SwyxServer gateway against scripted answers, in virtual time: what it sends, what it makes of answers good and
//! bad, that lists end, that the stream of events is read whatever its pieces are, and that nothing it says holds the token.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by them"
)]

mod calls;
mod contract;
mod events;
mod hostile;
mod lists;
mod pieces;
mod refusals;
mod script;
