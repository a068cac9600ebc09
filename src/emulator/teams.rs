//! The emulated users' Teams clients, played by whoever holds the emulator.

use jiff::Timestamp;

use super::fault::fault;
use super::graph::presence::{Presence, Status};
use super::state::Directory;
use super::{Emulator, people};

/// Why no Teams client said anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TeamsError {
    /// Nobody has that id or sign-in name.
    #[error("no such user")]
    User,
    /// The user has no Teams.
    #[error("the user has no Teams")]
    NoTeams,
    /// The text is no pair.
    #[error("not a pair of availability and activity as Teams shows it, such as Busy/InAMeeting")]
    Status,
}

impl Emulator {
    /// What a user's Teams client says from now on, until it says something else, or `None` for a user who signs out of Teams. At the start
    /// nobody is signed in to Teams, but for those whose presence the state names.
    ///
    /// The pairs: `Available/Available`, `Available/OutOfOffice`, `Busy/Busy`, `Busy/InACall`, `Busy/InAConferenceCall`, `Busy/InAMeeting`,
    /// `DoNotDisturb/DoNotDisturb`, `DoNotDisturb/Presenting`, `DoNotDisturb/Focusing`, `BeRightBack/BeRightBack`, `Away/Away`,
    /// `Away/OutOfOffice`, `Offline/OffWork`, `PresenceUnknown/PresenceUnknown`. Most are those of
    /// <https://learn.microsoft.com/en-us/graph/cloud-communications-manage-presence-state>.
    ///
    /// `user` is an object id or a sign-in name, or the id or e-mail address at SwyxServer of somebody who has one of the two in common.
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
    /// [`TeamsError`] says why not.
    pub fn set_teams_status(&self, user: &str, status: Option<&str>) -> Result<(), TeamsError> {
        let client = status.map(str::parse::<Status>).transpose().map_err(|_| TeamsError::Status)?;
        self.change_presence(user, "teams", status, |presence, now| presence.set_client(client, now))
    }

    /// What a user sets by hand in Teams, a preferred presence, or `None` to leave it to the sessions again. It holds for a day with
    /// Busy and DoNotDisturb, for seven with the others.
    ///
    /// The pairs are those of <https://learn.microsoft.com/en-us/graph/api/presence-setuserpreferredpresence>: `Available/Available`,
    /// `Busy/Busy`, `DoNotDisturb/DoNotDisturb`, `BeRightBack/BeRightBack`, `Away/Away`, `Offline/OffWork`.
    ///
    /// # Errors
    /// [`TeamsError`] says why not.
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

    /// Availability and activity of a user as they are now, whatever a lag shows of them: `("Busy", "InACall")`; nothing for nobody and for somebody without Teams.
    pub fn presence(&self, user: &str) -> Option<(String, String)> {
        let status = self.of_presence(user, |presence, directory, now| {
            presence.status(directory.switches.manual_status, now)
        })?;
        Some((status.availability.name().to_owned(), status.activity.name().to_owned()))
    }

    /// Whether some application's presence session of that user lives.
    pub fn has_session(&self, user: &str) -> bool {
        self.of_presence(user, |presence, _, now| presence.open_sessions(now) > 0).unwrap_or_default()
    }

    /// How many applications' presence sessions live, of all users.
    pub fn open_sessions(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.read().presences.all().map(|presence| presence.open_sessions(now)).sum()
    }

    /// Whether there is such a user, who has Teams.
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
