//! The emulated users' Teams clients, controlled by the owner of the emulator.

use jiff::Timestamp;

use super::fault::fault;
use super::graph::presence::{Presence, Status};
use super::state::Directory;
use super::{Emulator, people};

/// Why a Teams client could not change its presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TeamsError {
    /// No user has that id or sign-in name.
    #[error("no such user")]
    User,
    /// The user has no Teams.
    #[error("the user has no Teams")]
    NoTeams,
    /// The text is not a valid pair.
    #[error("invalid pair: expected availability and activity as Teams shows them, such as Busy/InAMeeting")]
    Status,
}

impl Emulator {
    /// Sets the presence of a user's Teams client until it changes again; `None` signs the user out of Teams. At the start, only users
    /// whose presence is in the state are signed in to Teams.
    ///
    /// The pairs: `Available/Available`, `Available/OutOfOffice`, `Busy/Busy`, `Busy/InACall`, `Busy/InAConferenceCall`, `Busy/InAMeeting`,
    /// `DoNotDisturb/DoNotDisturb`, `DoNotDisturb/Presenting`, `DoNotDisturb/Focusing`, `BeRightBack/BeRightBack`, `Away/Away`,
    /// `Away/OutOfOffice`, `Offline/OffWork`, `PresenceUnknown/PresenceUnknown`. Most are those of
    /// <https://learn.microsoft.com/en-us/graph/cloud-communications-manage-presence-state>.
    ///
    /// `user` is an object id or a sign-in name, or the SwyxServer id or e-mail address of a user who shares one of the two.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use swyx_teams::emulator::{Emulator, Options};
    ///
    /// let emulator = Emulator::new(Options::default())?;
    /// emulator.set_teams_status("admin@contoso.example", Some("Busy/InAMeeting"))?;
    /// assert!(emulator.set_teams_status("admin@contoso.example", Some("Busy")).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TeamsError`] says why it failed.
    pub fn set_teams_status(&self, user: &str, status: Option<&str>) -> Result<(), TeamsError> {
        let client = status.map(str::parse::<Status>).transpose().map_err(|_| TeamsError::Status)?;
        self.change_presence(user, "teams", status, |presence, now| presence.set_client(client, now))
    }

    /// Sets a user's preferred presence in Teams; `None` returns it to the sessions. It lasts a day for Busy and DoNotDisturb, seven days
    /// for the others.
    ///
    /// The pairs are those of <https://learn.microsoft.com/en-us/graph/api/presence-setuserpreferredpresence>: `Available/Available`,
    /// `Busy/Busy`, `DoNotDisturb/DoNotDisturb`, `BeRightBack/BeRightBack`, `Away/Away`, `Offline/OffWork`.
    ///
    /// # Errors
    /// [`TeamsError`] says why it failed.
    pub fn prefer(&self, user: &str, status: Option<&str>) -> Result<(), TeamsError> {
        let pair = |text: &str| {
            let (availability, activity) = text.split_once('/')?;
            Status::preferable(availability, activity)
        };
        let preferred = status.map(|text| pair(text).ok_or(TeamsError::Status)).transpose()?;
        self.change_presence(user, "prefer", status, |presence, now| match preferred {
            Some(preferred) => presence.prefer(preferred, None, now),
            None => presence.clear_preferred(now),
        })
    }

    /// The current availability and activity of a user, independent of a lag: `("Busy", "InACall")`; `None` for an unknown user and for
    /// one without Teams.
    pub fn presence(&self, user: &str) -> Option<(String, String)> {
        let status = self.of_presence(user, |presence, directory, now| {
            presence.status(directory.switches.manual_status, now)
        })?;
        Some((status.availability.name().to_owned(), status.activity.name().to_owned()))
    }

    /// Whether any application has an active presence session for that user.
    pub fn has_session(&self, user: &str) -> bool {
        self.of_presence(user, |presence, _, now| presence.open_sessions(now) > 0).unwrap_or_default()
    }

    /// The number of active presence sessions of applications, for all users.
    pub fn open_sessions(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.read().presences.all().map(|presence| presence.open_sessions(now)).sum()
    }

    /// Checks that the user exists and has Teams.
    pub(super) fn teams_user(&self, user: &str) -> Result<(), TeamsError> {
        let directory = self.shared.read();
        let place = people::teams_place(&self.shared, &directory, user).ok_or(TeamsError::User)?;
        let user = directory.users.as_slice().get(place as usize);
        if user.is_some_and(|user| user.has_teams) { Ok(()) } else { Err(TeamsError::NoTeams) }
    }

    fn of_presence<T>(
        &self,
        user: &str,
        look: impl FnOnce(&Presence, &Directory, Timestamp) -> T,
    ) -> Option<T> {
        let directory = self.shared.read();
        let place = people::teams_place(&self.shared, &directory, user)?;
        directory.users.as_slice().get(place as usize).filter(|user| user.has_teams)?;
        let untouched = Presence::default();
        let presence = directory.presences.get(place).unwrap_or(&untouched);
        Some(look(presence, &directory, self.shared.clock.now()))
    }

    fn change_presence(
        &self,
        user: &str,
        what: &'static str,
        value: Option<&str>,
        change: impl FnOnce(&mut Presence, Timestamp),
    ) -> Result<(), TeamsError> {
        let mut directory = self.shared.write();
        let place = people::teams_place(&self.shared, &directory, user).ok_or(TeamsError::User)?;
        if !directory.users.as_slice().get(place as usize).is_some_and(|user| user.has_teams) {
            return Err(TeamsError::NoTeams);
        }
        let (lag, now) =
            (self.shared.faults().seconds(const { fault("presence-lag") }), self.shared.clock.now());
        change(directory.presences.change(place, lag, now), now);
        people::write_journal(&self.shared, directory.users.as_slice().get(place as usize), what, value);
        Ok(())
    }
}
