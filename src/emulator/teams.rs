//! The emulated users' Teams clients, played by whoever holds the emulator.

use super::Emulator;
use super::graph::presence::Status;
use super::journal::What;

/// Why no Teams client said anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// `user` is an object id or a sign-in name.
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
        let text = status;
        let status = status.map(str::parse::<Status>).transpose().map_err(|_| TeamsError::Status)?;
        let mut directory = self.shared.write();
        let by_id = user.parse().ok().and_then(|id| directory.users.by_id(id));
        let (place, found) = by_id.or_else(|| directory.users.by_name(user)).ok_or(TeamsError::User)?;
        if !found.has_teams {
            return Err(TeamsError::NoTeams);
        }
        let id = found.id;
        directory.presences.entry(place).or_default().set_client(status, self.shared.clock.now());
        self.shared.journal.note(&id.to_string(), What::Teams, text);
        Ok(())
    }
}
