//! The input and output of the engine.

use std::time::Duration;

use uuid::Uuid;

use super::super::mapping::Pair;
use super::super::moment::Moment;
use super::super::reader::Slot;
use super::options::Options;
use crate::settings::SwyxStatus;
use crate::swyx::UserStatus;

/// A Swyx user and the same person in Teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The gateway's id.
    pub swyx: Box<str>,
    /// The object id in Entra ID.
    pub teams: Uuid,
}

/// An event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The users from now on. Users that are not in the list any more keep their status, but their session is cleared.
    Users(Vec<Link>),
    /// The gateway can set these statuses.
    Settable(Vec<SwyxStatus>),
    /// The gateway sent all statuses, on a new connection: it may have restarted since the last ones.
    AllStatuses(Vec<UserStatus>),
    /// The gateway sent the statuses that changed: an answer to a request, possibly empty, or one as an event.
    Statuses(Vec<UserStatus>),
    /// The outcome of a command.
    Answered(Command, Outcome),
    /// The settings changed.
    Options(Options),
    /// The machine slept, or its clock was set: sessions may have ended in the meantime.
    Slept,
    /// Time passed.
    Tick,
    /// Stop: clear the sessions, and start nothing else.
    Stop,
}

/// A command. It is returned together with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Command {
    /// When it was issued.
    pub given: Moment,
    /// The action.
    pub action: Action,
}

/// The action; users are given by their position in the engine, see [`super::Engine::link`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Read the presence of these users, at most 650.
    Read(Vec<Slot>),
    /// Show "In a call" in Teams (Busy/InACall), for as long as a session lasts.
    Set(Slot, Duration),
    /// Extend a session that is already visible.
    Renew(Slot, Duration),
    /// Clear "In a call".
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
    /// Completed.
    Done,
    /// There was no session to clear.
    NoSession,
    /// Completed, and this is the current status in Swyx.
    Status(UserStatus),
    /// Failed.
    Failed(E),
}

/// One presence of an answer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The user.
    pub user: Slot,
    /// The presence in Graph.
    pub pair: Pair,
    /// Its version.
    pub version: Version,
}

impl Reading {
    /// The presence of a user.
    pub fn new(user: Slot, pair: Pair, version: Version) -> Self {
        Self { user, pair, version }
    }
}

/// Graph's `sequenceNumber` of a presence, "lexicographically sortable", up to its 24th byte: the greater one is newer. All zeros if
/// Graph sends none. Source: <https://learn.microsoft.com/graph/api/resources/presence>.
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

/// Why an action failed, by its consequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The other side asks for a pause of this duration.
    Wait(Duration),
    /// No answer, or a server error; the action may have been carried out.
    Outage,
    /// Rejected: it was not carried out, and an early retry would not help.
    Refused,
    /// This status cannot be set for this user (409, 422); other statuses may be.
    StatusRefused,
    /// Graph rejected a list of users as a whole (400): one id in it may be the cause.
    ListRefused,
}
