//! The engine: `step(event, now) -> commands`.
//!
//! It compares the actual with the required state, so the next comparison repairs anything that got lost. Only the newest state of each
//! user counts: a queue contains users, not statuses, and the content is decided when it is sent. At most one request is under way for
//! each user and side.
//!
//! Two rules prevent echoes. Only calls are forwarded to Teams, and the gateway distinguishes them from a status that was set. Nothing is
//! derived from a Teams presence that this program's own session may have caused.
//!
//! ```
//! use std::time::Duration;
//! use swyx_teams::settings::Mode;
//! use swyx_teams::sync::engine::{Action, Engine, Event, Link, Options};
//! use swyx_teams::sync::Moment;
//!
//! let options = Options::new(Mode::FromTeams, Duration::from_secs(4), Duration::from_mins(10), 1_500);
//! let mut engine = Engine::new(options);
//! let link = Link { swyx: "1042".into(), teams: uuid::Uuid::from_u128(1) };
//! let commands = engine.step(Event::Users(vec![link]), Moment::at(Duration::from_secs(1)));
//! assert_eq!(commands.iter().map(|command| &command.action).collect::<Vec<_>>(), [&Action::Read(vec![0])]);
//! ```

mod absent;
mod answers;
mod backoff;
mod event;
mod held;
mod leftover;
mod options;
mod pending;
mod queues;
mod roster;
mod send;
mod step;
mod suspects;
mod user;
mod users;

pub use event::{Action, Command, Event, Failure, Link, Outcome, Reading, Version};
pub use options::Options;
pub use step::Engine;
