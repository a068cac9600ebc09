//! The engine: `step(event, now) -> commands`.
//!
//! It compares the actual with the required state, so the next comparison repairs anything that got lost. Only the newest state of each
//! user counts: a queue contains users, not statuses, and the content is decided when it is sent. At most one request is under way for
//! each user and side.
//!
//! Two rules prevent echoes. Only calls are forwarded to Teams, and the gateway distinguishes them from a status that was set. Nothing is
//! derived from a Teams presence that this program's own session may have caused.

mod answers;
mod event;
mod options;
mod roster;
mod send;
mod step;
mod user;
mod users;

pub use event::{Action, Command, Event, Failure, Link, Outcome, Reading, Version};
pub use options::Options;
pub use step::Engine;
