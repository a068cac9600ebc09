//! The emulated SwyxServer: its users, their statuses, and the listeners for changes.
//!
//! Plain data, compact enough for 100,000 users, without a clock and without HTTP.

use std::collections::HashMap;

use serde::Serialize;
use tokio::sync::watch;

use super::changes::{Change, Changes};
use super::status::Status;

/// A user of SwyxServer.
#[derive(Clone, Debug)]
pub(in crate::emulator) struct SwyxUser {
    /// The id, which never changes.
    pub(in crate::emulator) id: Box<str>,
    /// The displayed name.
    pub(in crate::emulator) name: Box<str>,
    /// The e-mail address, as an administrator typed it.
    pub(in crate::emulator) email: Option<Box<str>>,
    /// Whether the account is enabled.
    pub(in crate::emulator) enabled: bool,
}

/// The state of a user's clients and telephones.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    set: Status,
    in_call: bool,
    /// The number of the last change; 0 before the first.
    sequence: u64,
}

impl Line {
    /// The visible status.
    fn shown(self) -> Status {
        if self.in_call { Status::Speaking } else { self.set }
    }
}

/// A user's status in the format of the protocol.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserStatus<'a> {
    pub(super) id: &'a str,
    pub(super) status: Status,
    pub(super) in_call: bool,
    pub(super) sequence: u64,
}

/// The emulated SwyxServer with its gateway.
pub(in crate::emulator) struct SwyxServer {
    /// All users so far, in the order of their creation; `None` for a removed one.
    users: Vec<Option<SwyxUser>>,
    lines: Vec<Line>,
    by_id: HashMap<Box<str>, u32>,
    by_email: HashMap<Box<str>, u32>,
    /// The statuses that the gateway can set.
    pub(super) settable: Vec<Status>,
    /// The last changes.
    pub(super) changes: Changes,
    /// Notifies of every change; its value is how often all event streams were closed.
    cuts: watch::Sender<u64>,
}

impl SwyxServer {
    /// Without users.
    pub(in crate::emulator) fn new(settable: Vec<Status>) -> Self {
        Self {
            users: Vec::new(),
            lines: Vec::new(),
            by_id: HashMap::new(),
            by_email: HashMap::new(),
            settable,
            changes: Changes::begin(),
            cuts: watch::Sender::new(0),
        }
    }

    /// Adds a user, who is Available and not in a call; no effect if the id exists.
    pub(in crate::emulator) fn add(&mut self, user: SwyxUser) -> bool {
        if self.by_id.contains_key(&user.id) {
            return false;
        }
        let place = u32::try_from(self.users.len()).unwrap_or(u32::MAX);
        self.by_id.insert(user.id.clone(), place);
        if let Some(email) = &user.email {
            // If two users share an address, the first one is found.
            self.by_email.entry(email.to_lowercase().into()).or_insert(place);
        }
        self.users.push(Some(user));
        self.lines.push(Line::default());
        true
    }

    /// Removes the user at that position.
    pub(in crate::emulator) fn remove(&mut self, place: u32) {
        let Some(user) = self.users.get_mut(place as usize).and_then(Option::take) else { return };
        self.by_id.remove(&user.id);
        let Some(email) = user.email.map(|email| email.to_lowercase()) else { return };
        if self.by_email.get(email.as_str()) == Some(&place) {
            self.by_email.remove(email.as_str());
            let has_it = |user: &SwyxUser| user.email.as_ref().is_some_and(|own| own.to_lowercase() == email);
            let next = self.users.iter().position(|user| user.as_ref().is_some_and(has_it));
            if let Some(next) = next.and_then(|next| u32::try_from(next).ok()) {
                self.by_email.insert(email.into(), next);
            }
        }
    }

    /// Notifies listeners that the list of users changed.
    pub(in crate::emulator) fn tell_users(&mut self) {
        self.changes.add(Change::Users);
        self.cuts.send_modify(|_| ());
    }

    /// The position of the user with that id.
    pub(in crate::emulator) fn place(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The position of the first user with that e-mail address, ignoring case.
    pub(in crate::emulator) fn by_email(&self, email: &str) -> Option<u32> {
        self.by_email.get(email.to_lowercase().as_str()).copied()
    }

    /// The user at that position, if not removed.
    pub(in crate::emulator) fn user(&self, place: u32) -> Option<&SwyxUser> {
        self.users.get(place as usize)?.as_ref()
    }

    /// The number of positions, including removed users.
    pub(in crate::emulator) fn places(&self) -> u32 {
        u32::try_from(self.users.len()).unwrap_or(u32::MAX)
    }

    /// The status that was set for the user, and whether the user is in a call.
    pub(in crate::emulator) fn line(&self, place: u32) -> Option<(Status, bool)> {
        self.user(place)?;
        self.lines.get(place as usize).map(|line| (line.set, line.in_call))
    }

    /// The visible status.
    pub(super) fn status(&self, place: u32) -> Option<UserStatus<'_>> {
        let (user, line) = (self.user(place)?, self.lines.get(place as usize)?);
        Some(UserStatus {
            id: &user.id,
            status: line.shown(),
            in_call: line.in_call,
            sequence: line.sequence,
        })
    }

    /// Sets the status that is visible outside a call. Returns whether it changed.
    pub(in crate::emulator) fn set(&mut self, place: u32, status: Status) -> bool {
        let is_new = self.line(place).is_some_and(|(set, _)| set != status);
        self.change(place, |line| line.set = status);
        is_new
    }

    /// Starts a call, or ends the last one. Returns whether the state changed.
    pub(in crate::emulator) fn call(&mut self, place: u32, in_call: bool) -> bool {
        let is_new = self.line(place).is_some_and(|(_, now)| now != in_call);
        self.change(place, |line| line.in_call = in_call);
        is_new
    }

    /// Changes a user's state, and notifies listeners if the change is visible.
    fn change(&mut self, place: u32, change: impl FnOnce(&mut Line)) {
        let Some(line) = self.lines.get_mut(place as usize) else { return };
        let before = (line.shown(), line.in_call);
        change(line);
        let after = (line.shown(), line.in_call);
        if before != after {
            let (status, in_call) = after;
            line.sequence = self.changes.add(Change::Status { place, status, in_call });
            self.cuts.send_modify(|_| ());
        }
    }

    /// Closes all event streams.
    pub(in crate::emulator) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Restarts the gateway: earlier cursors become unknown and numbers start again. SwyxServer itself continues, so no status changes.
    pub(in crate::emulator) fn restart(&mut self) {
        self.changes = Changes::begin();
        self.lines.iter_mut().for_each(|line| line.sequence = 0);
        self.cut();
    }

    /// Subscribes to every change from now on.
    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.cuts.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> SwyxServer {
        let mut server = SwyxServer::new(Status::SETTABLE.to_vec());
        for (id, email) in [("1", Some("a@b.example")), ("2", Some("A@B.example")), ("3", None)] {
            let email = email.map(Box::from);
            assert!(server.add(SwyxUser { id: id.into(), name: "Someone".into(), email, enabled: true }));
        }
        server
    }

    #[test]
    fn call_hides_the_set_status_and_only_visible_changes_are_sent() {
        let mut server = server();
        let seen = |server: &SwyxServer| {
            let status = server.status(0).expect("a status");
            (status.status, status.in_call, status.sequence)
        };
        assert_eq!(seen(&server), (Status::Available, false, 0));
        assert!(server.call(0, true) && !server.call(0, true));
        assert_eq!(seen(&server), (Status::Speaking, true, 1));
        assert!(server.set(0, Status::Away));
        assert_eq!(seen(&server), (Status::Speaking, true, 1));
        server.call(0, false);
        assert_eq!(seen(&server), (Status::Away, false, 2));
        server.set(0, Status::Speaking);
        assert_eq!(seen(&server), (Status::Speaking, false, 3));
        assert!(!server.set(0, Status::Speaking));
        assert_eq!(server.changes.last(), 3);
    }

    #[test]
    fn lookup_by_email_returns_the_first_remaining_user() {
        let mut server = server();
        assert_eq!(server.by_email("a@B.EXAMPLE"), Some(0));
        server.remove(0);
        assert_eq!((server.by_email("a@b.example"), server.place("1")), (Some(1), None));
        assert!(server.user(0).is_none() && server.status(0).is_none());
    }

    #[test]
    fn server_restart_drops_cursors_and_keeps_statuses() {
        let mut server = server();
        server.call(2, true);
        let before = server.changes.cursor(1);
        server.restart();
        assert_eq!(server.changes.number(&before), None);
        let status = server.status(2).expect("a status");
        assert_eq!((status.status, status.sequence), (Status::Speaking, 0));
    }
}
