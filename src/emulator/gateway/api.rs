//! What tests and demonstrations do at the emulated SwyxServer, and in the emulated Teams beside it.

use super::people::{Person, STATUSES};
use crate::emulator::graph::presence::Status;
use crate::emulator::journal::What;
use crate::emulator::{Emulator, TeamsError};

/// A user as the emulated SwyxServer has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwyxSeen {
    /// What colleagues see: `Available`, `Away`, `DoNotDisturb` or `Speaking`.
    pub shown: &'static str,
    /// What was set, by hand or through the gateway.
    pub set: &'static str,
    /// Whether the user is in a call.
    pub in_call: bool,
}

impl Emulator {
    /// A call of a Swyx user begins, or ends. `user` is the Swyx id or e-mail address; nothing happens where there is no such user.
    pub fn call(&self, user: &str, begins: bool) {
        let mut people = self.shared.people();
        let Some(place) = people.place(user) else { return };
        people.call(place, begins);
        let id = people.person(place).map(|person| person.id.clone()).unwrap_or_default();
        self.shared.journal.note(&id, if begins { What::Call } else { What::Hangup }, None);
    }

    /// A Swyx user chooses a status by hand: `Available`, `Away`, `DoNotDisturb` or `Speaking`. Nothing happens where there is no such
    /// user or status.
    pub fn set_swyx_status(&self, user: &str, status: &str) {
        let mut people = self.shared.people();
        let number = STATUSES.iter().position(|known| *known == status).and_then(|at| u8::try_from(at).ok());
        let (Some(place), Some(number)) = (people.place(user), number) else { return };
        people.set(place, number);
        let id = people.person(place).map(|person| person.id.clone()).unwrap_or_default();
        self.shared.journal.note(&id, What::ByHand, Some(status));
    }

    /// What the emulated SwyxServer has of a user.
    pub fn swyx_status(&self, user: &str) -> Option<SwyxSeen> {
        let people = self.shared.people();
        let person = people.person(people.place(user)?)?;
        let set = STATUSES.get(usize::from(person.set)).copied().unwrap_or_default();
        Some(SwyxSeen { shown: person.shown(), set, in_call: person.in_call })
    }

    /// The Swyx users: id, e-mail address and object id in Teams, in order.
    pub fn swyx_users(&self) -> Vec<(String, Option<String>, Option<uuid::Uuid>)> {
        let all = |person: &Person| {
            (person.id.to_string(), person.email.as_deref().map(str::to_owned), person.teams)
        };
        self.shared.people().as_slice().iter().map(all).collect()
    }

    /// SwyxServer has one user more.
    pub fn add_swyx_user(&self, id: &str, name: &str, email: Option<&str>) {
        let teams = email.and_then(|email| Some(self.shared.read().users.by_name(email)?.1.id));
        self.shared.people().add(id, name, email, teams);
    }

    /// A Swyx user is activated or deactivated.
    pub fn enable_swyx_user(&self, user: &str, enabled: bool) {
        let mut people = self.shared.people();
        if let Some(place) = people.place(user) {
            people.enable(place, enabled);
        }
    }

    /// The gateway can set these statuses only, of `Available`, `Away`, `DoNotDisturb` and `Speaking`.
    pub fn set_settable(&self, statuses: &[&str]) {
        self.shared.people().settable =
            STATUSES.into_iter().filter(|status| statuses.contains(status)).collect();
    }

    /// The gateway is started anew: its cursors are of no use any more, and its event streams end.
    pub fn restart_gateway(&self) {
        self.shared.people().restart();
        self.cut_events();
    }

    /// All event streams end.
    pub fn cut_events(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// What Graph shows of a Teams user now, as `Busy/InACall`. `user` is an object id or a sign-in name.
    pub fn presence(&self, user: &str) -> Option<String> {
        let directory = self.shared.read();
        let by_id = user.parse().ok().and_then(|id| directory.users.place(id));
        let place = by_id.or_else(|| directory.users.by_name(user).map(|(place, _)| place))?;
        let now = self.shared.clock.now();
        let status = directory
            .presences
            .get(&place)
            .map(|presence| presence.status(directory.switches.manual_status, now));
        let Status { availability, activity } = status.unwrap_or(Status::OFFLINE);
        Some(format!("{}/{}", availability.name(), activity.name()))
    }

    /// How many users have a presence session of some application, whether it shows or not.
    pub fn open_sessions(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.read().presences.values().filter(|presence| presence.has_session(now)).count()
    }

    /// A Teams user sets a status by hand, as `Busy/Busy`, or takes it back. `user` is an object id or a sign-in name.
    ///
    /// # Errors
    /// [`TeamsError`] says why not.
    pub fn prefer(&self, user: &str, status: Option<&str>) -> Result<(), TeamsError> {
        let preferable = |text: &str| {
            let (availability, activity) = text.split_once('/')?;
            Status::preferable(availability, activity)
        };
        let status = match status {
            Some(text) => Some(preferable(text).ok_or(TeamsError::Status)?),
            None => None,
        };
        let mut directory = self.shared.write();
        let by_id = user.parse().ok().and_then(|id| directory.users.place(id));
        let place = by_id
            .or_else(|| directory.users.by_name(user).map(|(place, _)| place))
            .ok_or(TeamsError::User)?;
        let now = self.shared.clock.now();
        let presence = directory.presences.entry(place).or_default();
        match status {
            Some(status) => presence.prefer(status, None, now),
            None => presence.clear_preferred(now),
        }
        Ok(())
    }
}
