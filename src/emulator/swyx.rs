//! The emulated users' telephones and SwyxIt! clients, controlled by the owner of the emulator.

use super::gateway::Status;
use super::people::{call, of_teams_user};
use super::{Emulator, swyx_users};

/// Why an event in SwyxServer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwyxError {
    /// SwyxServer has no such user.
    #[error("no such user of SwyxServer")]
    User,
    /// The text is not a status.
    #[error("unknown SwyxWare status: expected Available, Away, DoNotDisturb, Speaking or LoggedOff")]
    Status,
    /// The id of a new user is empty, has more than 200 characters, or belongs to another user.
    #[error("invalid id for a new user: expected 1 to 200 characters that no other user has")]
    Id,
}

/// The state of a user in SwyxServer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwyxSeen {
    /// The visible status: `Available`, `Away`, `DoNotDisturb`, `Speaking` or `LoggedOff`.
    pub status: &'static str,
    /// Whether the user is in a call in SwyxServer; then `status` is `Speaking`.
    pub in_call: bool,
    /// The status set last, by the user or through the gateway; visible while the user is not in a call.
    pub set: &'static str,
}

/// A user is given by the id or e-mail address in SwyxServer, or by the object id or sign-in name in Entra ID, if that or the mail
/// address is an e-mail address in SwyxServer.
impl Emulator {
    /// Starts a call in SwyxServer or ends the last one; no effect if that is already the state.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use swyx_teams::emulator::{Emulator, Options};
    ///
    /// let emulator = Emulator::new(Options::default())?;
    /// emulator.set_swyx_status("1001", "Away")?;
    /// emulator.call("anna.albrecht@contoso.example", true)?;
    /// let seen = emulator.swyx_status("1001").ok_or("nobody")?;
    /// assert_eq!((seen.status, seen.in_call, seen.set), ("Speaking", true, "Away"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SwyxError::User`].
    pub fn call(&self, user: &str, in_call: bool) -> Result<(), SwyxError> {
        let place = self.swyx_place(user).ok_or(SwyxError::User)?;
        call(&self.shared, place, in_call);
        Ok(())
    }

    /// The user sets a status in SwyxIt!, or logs off with `LoggedOff`; a later setting replaces it.
    ///
    /// # Errors
    /// [`SwyxError::User`] and [`SwyxError::Status`].
    pub fn set_swyx_status(&self, user: &str, status: &str) -> Result<(), SwyxError> {
        let status = status.parse::<Status>().map_err(|_| SwyxError::Status)?;
        let place = self.swyx_place(user).ok_or(SwyxError::User)?;
        let mut swyx = self.shared.swyx_mut();
        if swyx.set(place, status) {
            let id = swyx.user(place).map(|user| &*user.id);
            self.shared.write_journal(id, "swyx-by-hand", Some(status.name()));
        }
        Ok(())
    }

    /// The current state of a user in SwyxServer; `None` for an unknown user.
    pub fn swyx_status(&self, user: &str) -> Option<SwyxSeen> {
        let place = self.swyx_place(user)?;
        let (set, in_call) = self.shared.swyx().line(place)?;
        let status = if in_call { Status::Speaking } else { set };
        Some(SwyxSeen { status: status.name(), in_call, set: set.name() })
    }

    /// Adds a user to SwyxServer: Available, not in a call, and enabled.
    ///
    /// # Errors
    /// [`SwyxError::Id`].
    pub fn add_swyx_user(&self, id: &str, name: &str, email: Option<&str>) -> Result<(), SwyxError> {
        let user = swyx_users::user(id, name, email, true).ok_or(SwyxError::Id)?;
        let mut swyx = self.shared.swyx_mut();
        if !swyx.add(user) {
            return Err(SwyxError::Id);
        }
        swyx.tell_users();
        Ok(())
    }

    /// Removes a user from SwyxServer.
    ///
    /// # Errors
    /// [`SwyxError::User`].
    pub fn remove_swyx_user(&self, user: &str) -> Result<(), SwyxError> {
        let place = self.swyx_place(user).ok_or(SwyxError::User)?;
        let mut swyx = self.shared.swyx_mut();
        swyx.remove(place);
        swyx.tell_users();
        Ok(())
    }

    /// The users of SwyxServer: the id and the e-mail address of each.
    pub fn swyx_users(&self) -> Vec<(String, Option<String>)> {
        let swyx = self.shared.swyx();
        let users = (0..swyx.places()).filter_map(|place| swyx.user(place));
        users.map(|user| (user.id.to_string(), user.email.as_deref().map(str::to_owned))).collect()
    }

    /// Closes all open event streams of the gateway. Nothing is lost: they can be resumed.
    pub fn cut_events(&self) {
        self.shared.swyx().cut();
    }

    /// Restarts the gateway: streams close, earlier cursors become unknown, and the sequence numbers start again. SwyxServer itself
    /// continues: calls and statuses stay.
    pub fn restart_gateway(&self) {
        self.shared.swyx_mut().restart();
    }

    pub(super) fn swyx_place(&self, user: &str) -> Option<u32> {
        let directory = self.shared.read();
        let swyx = self.shared.swyx();
        swyx.place(user).or_else(|| swyx.by_email(user)).or_else(|| {
            let by_id = user.parse().ok().and_then(|id| directory.users.by_id(id));
            let (_, user) = by_id.or_else(|| directory.users.by_name(user))?;
            of_teams_user(&swyx, user)
        })
    }
}
