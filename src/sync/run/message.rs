//! What the helpers of a run tell it.

use super::super::engine::{Event, Link};
use super::view::Headcount;

/// A message from a helper.
pub(super) enum Message {
    Event(Event),
    Roster(Roster),
    /// The list of Swyx users changed.
    UsersChanged,
    /// Something goes wrong, or works again if there is no text.
    Problem(&'static str, Option<String>),
}

/// The users who are synchronised.
pub(super) struct Roster {
    pub(super) links: Vec<Link>,
    pub(super) headcount: Headcount,
}
