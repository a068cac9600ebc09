//! The synchronisation: carries the statuses of Teams to Swyx, and calls in Swyx to Teams.
//!
//! ```text
//! Teams, Swyx ──events──▶ Engine ──commands──▶ Teams, Swyx
//! ```
//!
//! The engine decides everything and does nothing: no socket, no clock, no waiting. What drives it carries out its commands and tells
//! what became of them, so hours of it can be tried in seconds, with every fault that there is.
//!
//! | file | what it is |
//! |---|---|
//! | `mapping` | what a presence means in Swyx: the vendor's table, and the settings' overrides |
//! | `engine` | the decisions, from what was seen |
//! | `reader` | whose presence is read next |
//! | `budget` | how many requests Graph takes |
//! | `health` | what is sent while the other side is not there |
//! | `run` | drives the engine of one tenant |
//! | `figures` | what it did and how it is, in numbers |
//! | `moment` | time |

mod budget;
pub mod engine;
mod figures;
mod health;
mod mapping;
mod moment;
mod reader;
pub mod run;

pub use engine::{Engine, Options};
pub use figures::{BOUNDS_MS, Delays, Figures};
pub use mapping::Pair;
pub use moment::Moment;
pub use reader::{Slot, USERS_OF_A_REQUEST};
