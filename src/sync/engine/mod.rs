//! The engine: `step(event, now) -> commands`.
//!
//! It compares what is with what should be, so whatever got lost is repaired by the next comparison. Of each user only the newest state
//! counts: a queue holds users, not statuses, and what is sent is decided when it is sent. At most one request is under way for each
//! user and side.
//!
//! What keeps the two directions from echoing each other: to Teams only a call is carried, which the gateway tells apart from a status that
//! was set; and from Teams nothing is learnt that this program's own session may have caused.

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
