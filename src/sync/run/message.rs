//! Messages to a run from its helper tasks.

use super::super::engine::{Event, Link};
use super::view::Headcount;

/// A message from a helper task.
pub(super) enum Message {
    Event(Event),
    Roster(Roster),
    /// The list of Swyx users changed.
    UsersChanged,
    /// A problem, or its end if there is no text.
    Problem(&'static str, Option<String>),
}

/// The synchronised users.
pub(super) struct Roster {
    pub(super) links: Vec<Link>,
    pub(super) headcount: Headcount,
}
