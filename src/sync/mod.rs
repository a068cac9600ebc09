//! The synchronisation: forwards the statuses of Teams to Swyx, and calls in Swyx to Teams.
//!
//! ```text
//! Teams, Swyx ──events──▶ Engine ──commands──▶ Teams, Swyx
//! ```
//!
//! The engine makes all decisions but has no side effects: no socket, no clock, no waiting. Its driver carries out the commands and
//! reports the outcomes. So tests can simulate hours in seconds, with every possible fault.
//!
//! ```
//! use swyx_teams::sync::Delays;
//!
//! let delays = Delays::default();
//! assert_eq!((delays.count(), delays.percentile(99)), (0, None));
//! ```
//!
//! [`engine`] and [`run`](mod@run) have examples of their own.
//!
//! | file | what it is |
//! |---|---|
//! | `mapping` | what a presence means in Swyx: the vendor's table, and the settings' overrides |
//! | `engine` | the decisions, from the observed events |
//! | `reader` | which presences are read next |
//! | `budget` | how many requests Graph allows |
//! | `health` | what is sent during an outage |
//! | `run` | drives the engine of one tenant |
//! | `figures` | counters and measurements |
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
