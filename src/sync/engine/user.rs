//! One user: the observed state, the sent requests, and what follows for each side.

use std::time::Duration;

use super::super::budget::Kind;
use super::super::mapping::{Meaning, Pair, SessionRank, Settable, nearest};
use super::super::moment::Moment;
use super::backoff::Backoff;
use super::event::{Link, Reading, Version};
use super::held::HeldStatuses;
use crate::settings::SwyxStatus;
use crate::swyx::UserStatus;

/// How long a reading may still show a session after it was cleared, because Graph's stores replicate. Undocumented; clients may lag by
/// minutes.
pub(super) const ECHO: Duration = Duration::from_secs(10);
/// After this many older readings in a row, the readings are no longer treated as stale.
const MAX_STALE: u8 = 3;

/// A user.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) link: Link,
    /// Since when the user is synchronised.
    pub(super) known: Moment,
    /// The user has left; only a session must still be cleared.
    pub(super) leaves: bool,

    /// The last presence in Teams that this program did not cause.
    pub(super) pair: Option<Pair>,
    /// When the user's presence was last requested in turn.
    pub(super) requested_at: Moment,
    /// When the last processed answer was requested.
    pub(super) read: Moment,
    version: Version,
    /// The number of consecutive readings that were older.
    stale: u8,
    /// When the presence last changed; the start, if never.
    pub(super) changed: Moment,

    /// Whether the user is in a call in Swyx; unknown at first.
    pub(super) in_call: Option<bool>,
    /// The call began before the gateway first reported the user.
    is_earlier_call: bool,
    /// The status in Swyx.
    shown: Option<SwyxStatus>,
    sequence: u64,

    /// The status for Swyx, from the presence.
    pub(super) wanted: SwyxStatus,
    /// It must still be set.
    is_pending: bool,
    /// Teams, or the mapping, changed since the first reading.
    pub(super) has_changed: bool,
    /// The first reading was before a call that has ended, so the next one decides.
    is_outdated: bool,
    /// Writes to Swyx.
    pub(super) to_swyx: Backoff,
    /// Statuses that cannot be set for this user.
    pub(super) held: HeldStatuses,
    /// Since when the required status may have been due: the reading before the one that showed it.
    pub(super) due_since: Moment,

    pub(super) session: Session,
    /// Writes to Teams.
    pub(super) to_teams: Backoff,
    /// The queue of the user.
    pub(super) queued_for: Option<Due>,
    /// Until then, a reading may show a session that was cleared, or one of an earlier run that was not visible at first.
    echo_until: Moment,
    /// Since when the call to show, or to clear, is known.
    pub(super) heard: Moment,
    /// The user is in the gateway's last snapshot.
    pub(super) is_in_snapshot: bool,
    /// The reader has the user in one of its rings.
    pub(super) is_in_ring: bool,
    /// Until when the user is not read, because Graph rejects the id.
    pub(super) left_out_until: Option<Moment>,
    /// The last presence was unreadable.
    pub(super) is_unreadable: bool,
    /// The moment of the next check of the user.
    pub(super) timer: Option<Moment>,
}

/// This program's presence session in Teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// None.
    None,
    /// An earlier run may have left a session, which ends by then. It was tried to clear it, and the outcome is unknown.
    Perhaps { until: Moment, is_seen: bool, is_tried: bool },
    /// Set, or possibly set; confirmed if Graph accepted it.
    Open { until: Moment, renew: Moment, is_seen: bool, is_confirmed: bool },
}

impl Session {
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// The action for Teams, by urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Clear the session of a call that ended.
    Clear,
    /// Show a call that began.
    Set,
    /// Show a call that began before the gateway first reported the user.
    CatchUp,
    Renew,
    /// Find out whether the call in the first reading is a session of an earlier run.
    Trial,
}

impl Due {
    /// All of them, the most urgent first.
    pub(super) const ORDER: [Self; 5] = [Self::Clear, Self::Set, Self::CatchUp, Self::Renew, Self::Trial];

    /// Changes are urgent. What is due for many users at once can wait.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Clear | Self::Set => Kind::Write,
            Self::CatchUp | Self::Renew | Self::Trial => Kind::Deferrable,
        }
    }
}

/// The state of the whole engine that a decision for one user needs.
#[derive(Clone, Copy)]
pub(super) struct Circumstances {
    /// Calls are forwarded to Teams: mode 2, and not stopping.
    pub(super) carries: bool,
    /// Calls are not forwarded to Teams: mode 1, and not stopping.
    pub(super) only_reads: bool,
    /// The gateway reported recently, so its report of calls counts.
    pub(super) is_heard: bool,
    pub(super) settable: Settable,
    pub(super) now: Moment,
}

impl User {
    pub(super) fn new(link: Link, session: Session, now: Moment) -> Self {
        Self {
            link,
            known: now,
            leaves: false,
            pair: None,
            requested_at: Moment::START,
            read: Moment::START,
            version: Version::default(),
            stale: 0,
            changed: Moment::START,
            in_call: None,
            is_earlier_call: false,
            shown: None,
            sequence: 0,
            wanted: SwyxStatus::None,
            is_pending: false,
            has_changed: false,
            is_outdated: false,
            to_swyx: Backoff::default(),
            held: HeldStatuses::default(),
            due_since: Moment::START,
            session,
            to_teams: Backoff::default(),
            queued_for: None,
            echo_until: Moment::START,
            heard: Moment::START,
            is_in_snapshot: false,
            is_in_ring: true,
            left_out_until: None,
            is_unreadable: false,
            timer: None,
        }
    }

    /// Comes back as this Swyx user, whose status the gateway has not reported yet.
    pub(super) fn return_as(&mut self, link: Link, now: Moment) {
        (self.link, self.known, self.leaves, self.left_out_until) = (link, now, false, None);
        self.is_pending = self.wanted != SwyxStatus::None;
        self.has_changed = true;
        self.clear_presence();
    }

    /// The gateway no longer reports this user, so it is unknown whether there is a call.
    pub(super) fn clear_presence(&mut self) {
        (self.in_call, self.shown, self.sequence) = (None, None, 0);
    }

    /// A reading, requested at `requested_at`. Returns whether it may cause an action.
    pub(super) fn read(
        &mut self,
        reading: Reading,
        meaning: Meaning,
        requested_at: Moment,
        around: Circumstances,
    ) -> bool {
        // An answer overtaken by a later one is ignored.
        if requested_at < self.read || self.is_stale(reading.version) {
            return false;
        }
        let before = std::mem::replace(&mut self.read, requested_at);
        if self.may_be_echo(meaning.rank, requested_at, around.now) {
            return self.note_echo();
        }
        let is_lost = self.note_absence(meaning, around.now);
        let is_same = self.pair == Some(reading.pair);
        let was_outdated = std::mem::take(&mut self.is_outdated);
        if is_same && !was_outdated {
            return is_lost;
        }
        let is_first = self.pair.replace(reading.pair).is_none();
        if !is_first && !is_same {
            self.changed = around.now;
        }
        // Unknown values change nothing.
        let is_change = meaning.status != self.wanted;
        if !meaning.is_unknown && (is_first || was_outdated || is_change) {
            self.due_since = before;
            self.has_changed = !is_first && is_change;
            self.want(meaning.status, around.settable);
        }
        true
    }

    /// Whether the reading comes from a store that lags behind an earlier reading. If Graph restarts its counting, all later readings
    /// show it.
    fn is_stale(&mut self, version: Version) -> bool {
        let is_stale = version != Version::default() && version < self.version && self.stale < MAX_STALE;
        if is_stale {
            self.stale += 1;
        } else {
            (self.version, self.stale) = (version, 0);
        }
        is_stale
    }

    /// Whether a reading may show this program's session.
    fn may_be_echo(&self, rank: SessionRank, requested_at: Moment, now: Moment) -> bool {
        let looks_own = matches!(rank, SessionRank::AsSet | SessionRank::AsBusy);
        match self.session {
            Session::Open { .. } => looks_own,
            Session::Perhaps { until, is_seen, .. } => {
                let was_absent = self.echo_until != Moment::START && requested_at >= self.echo_until;
                rank == SessionRank::AsSet && now < until && (is_seen || !was_absent)
            }
            Session::None => looks_own && requested_at < self.echo_until,
        }
    }

    /// A reading that may show the own session is ignored, but a session of an earlier run must be cleared.
    fn note_echo(&mut self) -> bool {
        match &mut self.session {
            Session::Perhaps { is_seen, .. } => !std::mem::replace(is_seen, true),
            Session::Open { is_seen, .. } => {
                *is_seen = true;
                false
            }
            Session::None => false,
        }
    }

    /// The session should be visible, but is not. If it was visible before, it was lost or is hidden by a manual setting. It is then set
    /// again, once for each time it was visible, which does no harm. An earlier run left none, unless it becomes visible soon: its last
    /// request may still have been on its way, or not in every store.
    fn note_absence(&mut self, meaning: Meaning, now: Moment) -> bool {
        match &mut self.session {
            Session::Open { renew, is_seen, .. } if *is_seen && meaning.rank == SessionRank::Below => {
                (*is_seen, *renew) = (false, now);
                true
            }
            Session::Perhaps { is_seen: false, .. } if meaning.rank == SessionRank::Below => {
                if self.echo_until == Moment::START {
                    self.echo_until = now + ECHO;
                }
                false
            }
            Session::None | Session::Perhaps { .. } | Session::Open { .. } => false,
        }
    }

    /// The presence now means another status in Swyx.
    pub(super) fn want(&mut self, status: SwyxStatus, settable: Settable) {
        self.wanted = status;
        self.is_pending = status != SwyxStatus::None;
        self.settle(settable);
    }

    /// Nothing is pending if Swyx already shows the status. During a call, Swyx shows the call, and the status behind it is unknown.
    ///
    /// The first reading does not show that Teams changed. So it does not replace a status that a user can set by hand: Away or Do not
    /// disturb.
    pub(super) fn settle(&mut self, settable: Settable) {
        let is_shown = self.shown == Some(nearest(self.wanted, settable));
        let is_by_hand = matches!(self.shown, Some(SwyxStatus::Away | SwyxStatus::DoNotDisturb));
        let stays = is_shown || is_by_hand && !self.has_changed;
        if stays && self.in_call == Some(false) && !self.to_swyx.is_under_way {
            self.is_pending = false;
        }
    }

    /// The gateway reported this user before, but not in its last snapshot.
    pub(super) fn is_absent(&self) -> bool {
        self.in_call.is_some() && !self.is_in_snapshot
    }

    /// Applies the gateway's report on this user if it is newer than the known one. Returns whether a call started or ended.
    pub(super) fn apply_change(&mut self, seen: &UserStatus, around: Circumstances) -> bool {
        let is_news = self.in_call.is_none() || seen.sequence > self.sequence;
        is_news && self.apply_snapshot(seen, around)
    }

    /// Like `apply`, without comparing sequence numbers: the gateway may have restarted.
    pub(super) fn apply_snapshot(&mut self, seen: &UserStatus, around: Circumstances) -> bool {
        let before = self.in_call.replace(seen.in_call);
        (self.sequence, self.shown, self.is_in_snapshot) = (seen.sequence, seen.status, true);
        if before == Some(true) && !seen.in_call && self.is_pending && !self.has_changed {
            (self.is_pending, self.is_outdated) = (false, true);
        }
        self.settle(around.settable);
        let changes = before != Some(seen.in_call);
        if changes {
            (self.heard, self.is_earlier_call) = (around.now, before.is_none());
        }
        changes
    }

    /// The status to set in Swyx now.
    pub(super) fn due_in_swyx(&self, around: Circumstances) -> Option<SwyxStatus> {
        self.missing_in_swyx(around).filter(|status| self.held.free_at(*status) <= around.now)
    }

    /// The status to set in Swyx, now or after a pause.
    fn missing_in_swyx(&self, around: Circumstances) -> Option<SwyxStatus> {
        let status = nearest(self.wanted, around.settable);
        // What Swyx shows after a call decides whether the first reading counts.
        let is_known = if self.has_changed { self.in_call.is_some() } else { self.in_call == Some(false) };
        let is_due = self.is_pending && !self.leaves && is_known;
        (is_due && status != SwyxStatus::None).then_some(status)
    }

    /// The status was set.
    pub(super) fn status_was_set(&mut self, set: SwyxStatus, settable: Settable) {
        if self.in_call == Some(false) {
            self.shown = Some(set);
        }
        if nearest(self.wanted, settable) == set {
            self.is_pending = false;
        }
        self.held.release(set);
    }

    /// It is unknown whether the status was set, so the current status is unknown until the gateway reports it.
    pub(super) fn status_may_be_set(&mut self) {
        self.shown = None;
    }

    /// The action for Teams.
    pub(super) fn due_in_teams(&self, around: Circumstances) -> Option<Due> {
        let Circumstances { carries, only_reads, is_heard, now, .. } = around;
        let shows = carries && !self.leaves && self.in_call == Some(true);
        match self.session {
            Session::Open { .. } if !shows => Some(Due::Clear),
            Session::Open { renew, .. } if is_heard && now >= renew => Some(Due::Renew),
            Session::Open { .. } => None,
            Session::None | Session::Perhaps { .. } if shows && is_heard => {
                Some(if self.is_earlier_call { Due::CatchUp } else { Due::Set })
            }
            Session::Perhaps { is_seen: true, .. }
                if only_reads || carries && self.in_call == Some(false) =>
            {
                // A call that the first reading did not show is a change.
                Some(if self.pair.is_none() { Due::Trial } else { Due::Clear })
            }
            Session::None | Session::Perhaps { .. } => None,
        }
    }

    /// When an action may become due by time alone.
    pub(super) fn next(&self, around: Circumstances) -> Moment {
        let session = match self.session {
            Session::Open { renew, .. } if renew > around.now => renew,
            Session::Open { until, .. } => until,
            Session::None | Session::Perhaps { .. } => Moment::NEVER,
        };
        let is_due = self.due_in_teams(around).is_some();
        let to_teams = if is_due { self.to_teams.not_before } else { Moment::NEVER };
        let missing = self.missing_in_swyx(around);
        let to_swyx = missing.map(|status| self.held.free_at(status).max(self.to_swyx.not_before));
        let to_swyx = to_swyx.unwrap_or(Moment::NEVER);
        let all = [session, to_teams, to_swyx, self.left_out_until.unwrap_or(Moment::NEVER)];
        all.into_iter().filter(|moment| *moment > around.now).min().unwrap_or(Moment::NEVER)
    }

    /// What Teams shows from now on is not a session of an earlier run. Readings on their way are from before.
    pub(super) fn end_doubt(&mut self, now: Moment) {
        (self.session, self.echo_until) = (Session::None, now);
    }

    /// It is unknown whether a session of an earlier run was cleared.
    pub(super) fn note_trial(&mut self) {
        if let Session::Perhaps { is_tried, .. } = &mut self.session {
            *is_tried = true;
        }
    }

    /// The session must be set again at the next opportunity because its state is unknown.
    pub(super) fn renew_at(&mut self, now: Moment) {
        if let Session::Open { renew, .. } = &mut self.session {
            *renew = now;
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// Graph accepted the session.
    pub(super) fn is_confirmed(&self) -> bool {
        matches!(self.session, Session::Open { is_confirmed: true, .. })
    }

    /// Graph accepts the session. Returns whether it is the first time.
    pub(super) fn confirm(&mut self) -> bool {
        match &mut self.session {
            Session::Open { is_confirmed, .. } => !std::mem::replace(is_confirmed, true),
            Session::None | Session::Perhaps { .. } => false,
        }
    }

    /// The user has left, and no request is pending.
    pub(super) fn is_gone(&self) -> bool {
        let is_under_way = self.to_teams.is_under_way || self.to_swyx.is_under_way;
        self.leaves && !self.is_in_ring && !is_under_way && !self.is_open()
    }

    /// A session that was not renewed in time is over.
    pub(super) fn lapse(&mut self, now: Moment) {
        match self.session {
            Session::Open { until, .. } if now >= until && !self.to_teams.is_under_way => {
                self.session_ended(now)
            }
            Session::Perhaps { until, .. } if now >= until => self.session = Session::None,
            Session::None | Session::Perhaps { .. } | Session::Open { .. } => {}
        }
    }

    /// The session was cleared, or expired.
    pub(super) fn session_ended(&mut self, now: Moment) {
        self.session = Session::None;
        self.echo_until = now + ECHO;
    }
}
