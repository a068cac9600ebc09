//! The presence of one user as a value: what was set, and what others see at a given time.
//!
//! A user has a session of the emulated Teams client and one for each application that set a presence. Rules:
//! <https://learn.microsoft.com/en-us/graph/cloud-communications-manage-presence-state>. Nothing here reads a clock. A user without a
//! written presence takes 16 bytes.

mod all;
pub(in crate::emulator) mod lifetime;
mod words;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::emulator::state::ManualStatus;
use crate::emulator::time::later;

pub(in crate::emulator) use all::Presences;
pub(in crate::emulator) use words::{Activity, Availability, Status};

/// After this time without a new call, an application's Available becomes AvailableInactive, and after the same time again Away.
const TIMEOUT: Duration = Duration::from_mins(5);
/// The default lifetime of a preferred Busy or DoNotDisturb.
const SHORT_PREFERENCE: Duration = Duration::from_hours(24);
/// The default lifetime of any other preferred presence.
const LONG_PREFERENCE: Duration = Duration::from_hours(7 * 24);

/// One user's presence.
#[derive(Clone, Debug, Default)]
pub(in crate::emulator) struct Presence {
    client: Option<Status>,
    written: Option<Box<Written>>,
}

/// The state that calls have created.
#[derive(Clone, Debug, Default)]
struct Written {
    sessions: Vec<Session>,
    preferred: Option<Preferred>,
    message: Option<(Value, Timestamp)>,
    count: u32,
    last: Timestamp,
}

#[derive(Clone, Debug)]
struct Session {
    id: Uuid,
    status: Status,
    set: Timestamp,
    expires: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Preferred {
    status: Status,
    expires: Timestamp,
}

/// The session does not exist or has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) struct NoSession;

impl Presence {
    /// The Teams client changes its presence; `None` means not signed in to Teams.
    pub(in crate::emulator) fn set_client(&mut self, client: Option<Status>, now: Timestamp) {
        self.client = client;
        self.write(now);
    }

    /// Starts or changes an application's session; `life` counts from now.
    pub(in crate::emulator) fn set(&mut self, id: Uuid, status: Status, life: Duration, now: Timestamp) {
        let sessions = &mut self.write(now).sessions;
        sessions.retain(|session| session.id != id);
        sessions.push(Session { id, status, set: now, expires: later(now, life) });
    }

    /// Ends an application's session.
    ///
    /// # Errors
    /// [`NoSession`] if there is none.
    pub(in crate::emulator) fn clear(&mut self, id: Uuid, now: Timestamp) -> Result<(), NoSession> {
        if !self.sessions(now).any(|session| session.id == id) {
            return Err(NoSession);
        }
        self.write(now).sessions.retain(|session| session.id != id);
        Ok(())
    }

    /// The user sets a preferred presence; without `life` for one day for Busy and DoNotDisturb, seven for the rest.
    pub(in crate::emulator) fn prefer(&mut self, status: Status, life: Option<Duration>, now: Timestamp) {
        let usual = match status.availability {
            Availability::Busy | Availability::DoNotDisturb => SHORT_PREFERENCE,
            _ => LONG_PREFERENCE,
        };
        let expires = later(now, life.unwrap_or(usual));
        self.write(now).preferred = Some(Preferred { status, expires });
    }

    /// The user clears the preferred presence. No effect if there is none.
    pub(in crate::emulator) fn clear_preferred(&mut self, now: Timestamp) {
        self.write(now).preferred = None;
    }

    /// Sets the status message until it expires; `None` removes it.
    pub(in crate::emulator) fn set_message(
        &mut self,
        message: Option<Value>,
        expires: Timestamp,
        now: Timestamp,
    ) {
        self.write(now).message = message.map(|message| (message, expires));
    }

    /// The status message.
    pub(in crate::emulator) fn message(&self, now: Timestamp) -> Option<&Value> {
        let (message, expires) = self.written.as_ref()?.message.as_ref()?;
        (now < *expires).then_some(message)
    }

    /// The visible presence.
    pub(in crate::emulator) fn status(&self, rule: ManualStatus, now: Timestamp) -> Status {
        let strongest = self.sessions(now).map(|session| (session.shown(now), Some(session.set)));
        let strongest = self.client.map(|client| (client, None)).into_iter().chain(strongest);
        // Among equal sessions, the last one set is visible; that is inferred.
        let Some((strongest, _)) = strongest.max_by_key(|(status, set)| (status.strength(), *set)) else {
            return Status::OFFLINE;
        };
        match self.preferred(now) {
            Some(preferred) if !self.gives_way(preferred, rule, now) => preferred,
            _ => strongest,
        }
    }

    /// The number of applications' sessions.
    pub(in crate::emulator) fn open_sessions(&self, now: Timestamp) -> usize {
        self.sessions(now).count()
    }

    /// A text stamp that sorts after all earlier ones of this user.
    pub(in crate::emulator) fn sequence(&self, now: Timestamp) -> String {
        let Some(written) = &self.written else { return format!("A{:015}{:06}", 0, 0) };
        let turns = written.sessions.iter().flat_map(Session::turns);
        let turns = turns.chain(written.preferred.iter().map(|preferred| preferred.expires));
        let turns = turns.chain(written.message.iter().map(|(_, expires)| *expires));
        let last = turns.filter(|turn| *turn <= now).chain([written.last]).max().unwrap_or(written.last);
        format!("A{:015}{:06}", last.as_millisecond().max(0), written.count)
    }

    fn preferred(&self, now: Timestamp) -> Option<Status> {
        let preferred = self.written.as_ref()?.preferred?;
        (now < preferred.expires).then_some(preferred.status)
    }

    fn gives_way(&self, preferred: Status, rule: ManualStatus, now: Timestamp) -> bool {
        rule == ManualStatus::Vendor
            && matches!(preferred.activity, Activity::Available | Activity::Busy)
            && self.sessions(now).any(|session| session.status == Status::IN_A_CALL)
    }

    /// The applications' sessions that have not expired; it is inferred that an expired one counts as cleared.
    fn sessions(&self, now: Timestamp) -> impl Iterator<Item = &Session> {
        let all = self.written.iter().flat_map(|written| &written.sessions);
        all.filter(move |session| now < session.expires)
    }

    fn write(&mut self, now: Timestamp) -> &mut Written {
        let written = self.written.get_or_insert_default();
        written.sessions.retain(|session| now < session.expires);
        written.count = written.count.wrapping_add(1);
        written.last = now;
        written
    }
}

impl Session {
    /// The presence after its time of inactivity; only Available fades.
    fn shown(&self, now: Timestamp) -> Status {
        if self.status != Status::AVAILABLE || now < later(self.set, TIMEOUT) {
            self.status
        } else if now < later(self.set, TIMEOUT * 2) {
            Status::INACTIVE
        } else {
            Status::AWAY
        }
    }

    /// The times at which the visible presence changes by itself.
    fn turns(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let fades = self.status == Status::AVAILABLE;
        let fading =
            [later(self.set, TIMEOUT), later(self.set, TIMEOUT * 2)].into_iter().filter(move |_| fades);
        let expires = self.expires;
        fading.filter(move |turn| *turn < expires).chain([expires])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn status(text: &str) -> Status {
        text.parse().expect("a status")
    }

    fn of_client(client: Option<Status>) -> Presence {
        let mut presence = Presence::default();
        presence.set_client(client, Timestamp::UNIX_EPOCH);
        presence
    }

    fn minute(minutes: u64) -> Timestamp {
        later(Timestamp::UNIX_EPOCH, Duration::from_mins(minutes + 1_000_000))
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    fn seen(presence: &Presence, at: u64) -> String {
        let Status { availability, activity } = presence.status(ManualStatus::Graph, minute(at));
        format!("{}/{}", availability.name(), activity.name())
    }

    #[test]
    fn stronger_session_wins() {
        let cases = [
            (None, "Available/Available", "Available/Available"),
            (Some("Busy/Busy"), "Available/Available", "Busy/Busy"),
            (Some("Busy/Busy"), "Away/Away", "Busy/Busy"),
            (Some("Available/Available"), "Away/Away", "Available/Available"),
            (Some("Available/Available"), "Busy/InACall", "Busy/InACall"),
            (Some("Away/Away"), "Available/Available", "Available/Available"),
            (Some("Busy/InAMeeting"), "DoNotDisturb/Presenting", "DoNotDisturb/Presenting"),
            (Some("DoNotDisturb/DoNotDisturb"), "Busy/InACall", "DoNotDisturb/DoNotDisturb"),
            (Some("Busy/Busy"), "Busy/InACall", "Busy/InACall"),
        ];
        for (client, set, expected) in cases {
            let mut presence = of_client(client.map(status));
            presence.set(APP, status(set), minutes(5), minute(0));
            assert_eq!(seen(&presence, 1), expected, "{client:?} and {set}");
            presence.set(OTHER, status("Away/Away"), minutes(60), minute(1));
            assert_eq!(seen(&presence, 2), expected, "{client:?} and {set} and another");
        }
    }

    #[test]
    fn available_becomes_inactive_and_sessions_expire() {
        let mut presence = Presence::default();
        presence.set(APP, Status::AVAILABLE, minutes(60), minute(0));
        let cases = [
            (4, "Available/Available"),
            (5, "Available/AvailableInactive"),
            (9, "Available/AvailableInactive"),
        ];
        for (at, expected) in
            cases.into_iter().chain([(10, "Away/Away"), (59, "Away/Away"), (60, "Offline/Offline")])
        {
            assert_eq!(seen(&presence, at), expected, "{at}");
        }
        presence.set(APP, Status::AVAILABLE, minutes(60), minute(4));
        assert_eq!(seen(&presence, 8), "Available/Available", "kept alive");
        presence.set(APP, Status::IN_A_CALL, minutes(30), minute(8));
        assert_eq!(
            (seen(&presence, 37), seen(&presence, 38)),
            ("Busy/InACall".into(), "Offline/Offline".into())
        );
        presence.set_client(Some(Status::AVAILABLE), minute(40));
        assert_eq!(seen(&presence, 4000), "Available/Available", "the client does not fade");
    }

    #[test]
    fn session_can_be_cleared_only_once() {
        let mut presence = Presence::default();
        assert_eq!(presence.clear(APP, minute(0)), Err(NoSession));
        presence.set(APP, Status::IN_A_CALL, minutes(5), minute(0));
        assert_eq!(presence.clear(OTHER, minute(1)), Err(NoSession));
        assert_eq!(presence.clear(APP, minute(1)), Ok(()));
        assert_eq!(seen(&presence, 1), "Offline/Offline");
        assert_eq!(presence.clear(APP, minute(1)), Err(NoSession));
        presence.set(APP, Status::IN_A_CALL, minutes(5), minute(2));
        assert_eq!(presence.clear(APP, minute(7)), Err(NoSession), "it has expired");
    }

    #[test]
    fn preferred_presence_needs_a_session_and_overrides_it() {
        let mut presence = Presence::default();
        presence.prefer(status("Away/Away"), None, minute(0));
        assert_eq!(seen(&presence, 1), "Offline/Offline");
        presence.set(APP, status("DoNotDisturb/Presenting"), minutes(60), minute(1));
        assert_eq!(seen(&presence, 2), "Away/Away");
        presence.clear_preferred(minute(3));
        assert_eq!(seen(&presence, 3), "DoNotDisturb/Presenting");
    }

    #[test]
    fn preferred_presence_expires() {
        let day = 24 * 60;
        for (preferred, life, end) in [
            ("Busy/Busy", None, day),
            ("DoNotDisturb/DoNotDisturb", None, day),
            ("BeRightBack/BeRightBack", None, 7 * day),
            ("Offline/OffWork", None, 7 * day),
            ("Busy/Busy", Some(minutes(8)), 8),
        ] {
            let mut presence = of_client(Some(Status::AVAILABLE));
            presence.prefer(status(preferred), life, minute(0));
            assert_eq!(seen(&presence, end - 1), preferred);
            assert_eq!(seen(&presence, end), "Available/Available");
        }
    }

    #[test]
    fn vendor_rule_shows_a_call_despite_available_or_busy() {
        let cases = [
            ("Available/Available", "Available/Available", "Busy/InACall"),
            ("Busy/Busy", "Busy/Busy", "Busy/InACall"),
            ("Away/Away", "Away/Away", "Away/Away"),
            ("Offline/OffWork", "Offline/OffWork", "Offline/OffWork"),
            ("DoNotDisturb/DoNotDisturb", "DoNotDisturb/DoNotDisturb", "DoNotDisturb/DoNotDisturb"),
        ];
        for (preferred, graph, vendor) in cases {
            let mut presence = of_client(Some(Status::AVAILABLE));
            presence.prefer(status(preferred), None, minute(0));
            presence.set(APP, Status::IN_A_CALL, minutes(5), minute(0));
            assert_eq!(presence.status(ManualStatus::Graph, minute(1)), status(graph));
            assert_eq!(presence.status(ManualStatus::Vendor, minute(1)), status(vendor));
        }
    }

    #[test]
    fn sequence_number_increases_with_visible_changes() {
        let mut presence = of_client(None);
        let mut stamps = vec![presence.sequence(minute(0))];
        presence.set(APP, Status::AVAILABLE, minutes(60), minute(0));
        stamps.push(presence.sequence(minute(0)));
        presence.set(APP, Status::AVAILABLE, minutes(60), minute(0));
        stamps.extend([0, 5, 10, 60].map(|at| presence.sequence(minute(at))));
        presence.set_message(Some(Value::Null), minute(70), minute(61));
        stamps.push(presence.sequence(minute(61)));
        stamps.push(presence.sequence(minute(70)));
        assert!(stamps.is_sorted_by(|earlier, later| earlier < later), "{stamps:?}");
        assert_eq!(presence.sequence(minute(70)), presence.sequence(minute(9999)));
    }

    #[test]
    fn default_presence_fits_in_16_bytes() {
        assert!(size_of::<Presence>() <= 16);
    }
}
