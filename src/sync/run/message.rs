//! Messages to a run from its helper tasks.

use super::super::engine::{Event, Link};
use super::view::Headcount;
use crate::swyx::GatewayError;

/// A message from a helper task.
pub(super) enum Message {
    Event(Event),
    Roster(Roster),
    /// The list of Swyx users changed.
    UsersChanged,
    /// A problem, or its end if there is no reason.
    Problem(&'static str, Option<Reason>),
}

/// Why there is a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) text: String,
    /// Nothing answered.
    pub(super) is_silence: bool,
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, is_silence: false }
    }
}

impl From<&GatewayError> for Reason {
    fn from(error: &GatewayError) -> Self {
        Self { text: error.to_string(), is_silence: error.is_silence() }
    }
}

/// The synchronised users.
pub(super) struct Roster {
    pub(super) links: Vec<Link>,
    pub(super) headcount: Headcount,
}
