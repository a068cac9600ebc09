//! Drives the engine of one tenant: carries out its commands, passes on outcomes and the gateway's reports, and provides the time.
//!
//! ```text
//! listen (events and changes of the gateway) ──┐
//! roster (the lists of users) ─────────────────┼──▶ run ──▶ engine ──▶ commands, each a task of its own
//! controls (settings, stop) ──────────────────┘
//! ```

mod driver;
mod error;
mod execute;
mod handle;
mod listen;
mod message;
mod roster;
mod site;
mod view;

pub use driver::run;
pub use handle::{Controller, RunChannel, ViewReader, channel};
pub use site::{Control, NoopObserver, Observer, Site};
pub use view::{Headcount, View};
