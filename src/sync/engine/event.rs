//! What goes into the engine, and what comes out.

use std::time::Duration;

use uuid::Uuid;

use super::super::mapping::Pair;
use super::super::moment::Moment;
use super::super::reader::Slot;
use super::options::Options;
use crate::settings::SwyxStatus;
use crate::swyx::UserStatus;

/// A Swyx user, and the same person in Teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The gateway's id.
    pub swyx: Box<str>,
    /// The object id in Entra ID.
    pub teams: Uuid,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// These are the users from now on; those who are not among them any more are left as they are, but for a session, which is cleared.
    Users(Vec<Link>),
    /// The gateway can set these statuses.
    Settable(Vec<SwyxStatus>),
    /// The gateway sent all statuses, on a new connection: it may have restarted since the last ones.
    AllStatuses(Vec<UserStatus>),
    /// The gateway sent the statuses that changed: on request, where there may be none, or one as an event.
    Statuses(Vec<UserStatus>),
    /// What became of a command.
    Answered(Command, Outcome),
    /// The settings changed.
    Options(Options),
    /// The machine slept, or its clock was set: sessions may have ended meanwhile.
    Slept,
    /// Time went by.
    Tick,
    /// It is to end: sessions are cleared, and nothing else is begun.
    Stop,
}

/// Something to do. It is given back with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// When it was given.
    pub given: Moment,
    /// What is to be done.
    pub action: Action,
}

/// What is to be done; users by their place in the engine, see [`super::Engine::link`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the presence of these users, at most 650.
    Read(Vec<Slot>),
    /// Show "In a call" in Teams (Busy/InACall), for as long as a session lasts.
    Set(Slot, Duration),
    /// As before, where it is shown already.
    Renew(Slot, Duration),
    /// Take "In a call" back.
    Clear(Slot),
    /// Set the status in Swyx.
    SetStatus(Slot, SwyxStatus),
}

impl Action {
    /// The users it is for.
    pub fn users(&self) -> &[Slot] {
        match self {
            Self::Read(users) => users,
            Self::Set(user, _) | Self::Renew(user, _) | Self::Clear(user) | Self::SetStatus(user, _) => {
                std::slice::from_ref(user)
            }
        }
    }
}

/// The result of a command: with readings of type `R`, and errors of type `E`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome<R = Vec<Reading>, E = Failure> {
    /// The presences that Graph returned, in any order; users missing from the answer stay unchanged.
    Read(R),
    /// It was done; also where there was no session to be cleared.
    Done,
    /// It was done, and this is the status in Swyx now.
    Status(UserStatus),
    /// It was not done.
    Failed(E),
}

/// One presence that was read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whose.
    pub user: Slot,
    /// What Graph shows.
    pub pair: Pair,
    /// How new it is.
    pub version: Version,
}

/// Graph's `sequenceNumber` of a presence, "lexicographically sortable", up to its 24th byte: of two the greater is newer. All
/// zeros where Graph tells none. Source: <https://learn.microsoft.com/graph/api/resources/presence>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u8; 24]);

impl Version {
    /// The version of that text.
    pub fn of(text: &str) -> Self {
        let mut version = Self::default();
        version.0.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
        version
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = self.0.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        f.write_str(&String::from_utf8_lossy(self.0.get(..end).unwrap_or_default()))
    }
}

/// Why something was not done, by what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The other side asks to send nothing for so long.
    Wait(Duration),
    /// Nobody answered, or there is a fault on the other side; it may have been done.
    Outage,
    /// Refused: it was not done, and trying again soon would not help.
    Refused,
}
