//! One user: what was seen, what was done, and what follows for either side.

use std::time::Duration;

use super::super::mapping::{Meaning, Pair, SessionRank, Settable, nearest};
use super::super::moment::Moment;
use super::event::{Link, Reading, Version};
use crate::settings::SwyxStatus;
use crate::swyx::UserStatus;

/// After a session was cleared, so long a reading may still show it: Graph's own stores follow one another. Not documented; what its
/// clients show may be minutes old.
pub(super) const ECHO: Duration = Duration::from_secs(10);
/// After a refusal a user is tried again after this time, then after twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// But at the latest after this time.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// After so many older readings in a row, it is not the readings that are stale.
const MOST_STALE: u8 = 3;

/// A user.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) link: Link,
    /// Not among the users any more; only a session is still to be cleared.
    pub(super) leaves: bool,

    /// The last presence in Teams that is not this program's own doing.
    pub(super) pair: Option<Pair>,
    /// When the user's presence was last asked for.
    pub(super) asked: Moment,
    /// When the last answer was asked for.
    pub(super) read: Moment,
    version: Version,
    /// How many readings in a row were older than that.
    stale: u8,
    /// When the presence was last seen to change; the beginning, if never.
    pub(super) changed: Moment,

    /// Whether the user is in a call in Swyx; not known at first.
    pub(super) in_call: Option<bool>,
    /// The status that Swyx shows.
    shown: Option<SwyxStatus>,
    sequence: u64,

    /// What the presence means for Swyx.
    pub(super) wanted: SwyxStatus,
    /// It is still to be set there.
    is_pending: bool,
    /// Writes to Swyx.
    pub(super) to_swyx: Backoff,
    /// Since when the status that is wanted may have been due: the reading before the one that showed it.
    pub(super) due_since: Moment,

    pub(super) session: Session,
    /// Writes to Teams.
    pub(super) to_teams: Backoff,
    /// The queue that the user waits in.
    pub(super) queued_for: Option<Due>,
    /// Until then, a reading may show a session that was cleared, or one that an earlier run left and that was not there at first.
    echo_until: Moment,
    /// Since when the call is known that is to be shown, or not to be shown any more.
    pub(super) heard: Moment,
    /// The user is in the gateway's last snapshot.
    pub(super) is_in_snapshot: bool,
    /// The reader has the user in one of its rings.
    pub(super) is_in_ring: bool,
    /// The moment at which the user is to be looked at again.
    pub(super) timer: Option<Moment>,
}

/// When one side may be written to again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    /// Something was sent and not answered.
    pub(super) is_under_way: bool,
    /// The user is in a queue.
    pub(super) is_queued: bool,
    /// Nothing is sent before.
    pub(super) not_before: Moment,
    refusals: u8,
    has_failed: bool,
}

impl Backoff {
    pub(super) fn is_free(&self, now: Moment) -> bool {
        !self.is_under_way && now >= self.not_before
    }

    pub(super) fn succeeded(&mut self) {
        (self.refusals, self.has_failed, self.not_before) = (0, false, Moment::START);
    }

    /// Nobody answered, or with a fault: again after a few seconds, then after twice as long. Not longer: it is mostly not the user's
    /// fault, and so over for all at once.
    pub(super) fn failed(&mut self, first: Duration, now: Moment) {
        let has_failed = std::mem::replace(&mut self.has_failed, true);
        self.not_before = now + if has_failed { first * 2 } else { first };
    }

    pub(super) fn refused(&mut self, now: Moment) {
        let pause = FIRST_PAUSE * 2_u32.pow(u32::from(self.refusals.min(6)));
        self.refusals = self.refusals.saturating_add(1);
        self.not_before = now + pause.min(LONGEST_PAUSE);
    }
}

/// This program's presence session in Teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// None.
    None,
    /// An earlier run of this program may have left one, which ends by then.
    Perhaps { until: Moment, is_seen: bool },
    /// Set, or perhaps set.
    Open { until: Moment, renew: Moment, is_seen: bool },
}

impl Session {
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// What is to be done in Teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Clear,
    Set,
    Renew,
}

/// What one has to know of the whole to decide for one.
#[derive(Clone, Copy)]
pub(super) struct Circumstances {
    /// Calls are carried to Teams: mode 2, and no end in sight.
    pub(super) carries: bool,
    /// The gateway was heard of lately, so what it said of calls counts.
    pub(super) is_heard: bool,
    pub(super) settable: Settable,
    pub(super) now: Moment,
}

impl User {
    pub(super) fn new(link: Link, session: Session) -> Self {
        Self {
            link,
            leaves: false,
            pair: None,
            asked: Moment::START,
            read: Moment::START,
            version: Version::default(),
            stale: 0,
            changed: Moment::START,
            in_call: None,
            shown: None,
            sequence: 0,
            wanted: SwyxStatus::None,
            is_pending: false,
            to_swyx: Backoff::default(),
            due_since: Moment::START,
            session,
            to_teams: Backoff::default(),
            queued_for: None,
            echo_until: Moment::START,
            heard: Moment::START,
            is_in_snapshot: false,
            is_in_ring: true,
            timer: None,
        }
    }

    /// Comes back as this Swyx user, whose status the gateway has not reported yet.
    pub(super) fn return_as(&mut self, link: Link) {
        (self.link, self.leaves) = (link, false);
        self.is_pending = self.wanted != SwyxStatus::None;
        self.clear_presence();
    }

    /// The gateway does not report this user any more, so whether there is a call is unknown.
    pub(super) fn clear_presence(&mut self) {
        (self.in_call, self.shown, self.sequence) = (None, None, 0);
    }

    /// A reading, asked for at `asked`. Tells whether anything may follow from it.
    pub(super) fn read(
        &mut self,
        reading: Reading,
        meaning: Meaning,
        asked: Moment,
        around: Circumstances,
    ) -> bool {
        // An answer that was overtaken by a later one says nothing.
        if asked < self.read || self.is_stale(reading.version) {
            return false;
        }
        let before = std::mem::replace(&mut self.read, asked);
        if self.may_be_echo(meaning.rank, asked, around.now) {
            return self.note_echo();
        }
        let is_lost = self.note_absence(meaning, around.now);
        if self.pair == Some(reading.pair) {
            return is_lost;
        }
        let is_first = self.pair.replace(reading.pair).is_none();
        if !is_first {
            self.changed = around.now;
        }
        // Unknown words change nothing.
        if !meaning.is_unknown && (is_first || meaning.status != self.wanted) {
            self.due_since = before;
            self.want(meaning.status, around.settable);
        }
        true
    }

    /// Whether this was read from a store that lags behind another that was read before. Where Graph counts anew, that shows in all
    /// readings from then on.
    fn is_stale(&mut self, version: Version) -> bool {
        let is_stale = version != Version::default() && version < self.version && self.stale < MOST_STALE;
        if is_stale {
            self.stale += 1;
        } else {
            (self.version, self.stale) = (version, 0);
        }
        is_stale
    }

    /// Whether a reading may show the session of this program.
    fn may_be_echo(&self, rank: SessionRank, asked: Moment, now: Moment) -> bool {
        let looks_own = matches!(rank, SessionRank::AsSet | SessionRank::AsBusy);
        match self.session {
            Session::Open { .. } => looks_own,
            Session::Perhaps { until, is_seen } => {
                let was_absent = self.echo_until != Moment::START && asked >= self.echo_until;
                rank == SessionRank::AsSet && now < until && (is_seen || !was_absent)
            }
            Session::None => looks_own && asked < self.echo_until,
        }
    }

    /// Nothing is learnt from a reading that may be the own session; but one that an earlier run left is to be cleared.
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

    /// A session would be seen, and is not. If it was seen before, it was lost, or something set by hand is in front of it: it is set anew, once for
    /// each time that it was seen, which does no harm. And an earlier run left none, or it shows soon: its last request may still have been on
    /// its way, or not in every store.
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

    /// The presence means another status in Swyx from now on.
    pub(super) fn want(&mut self, status: SwyxStatus, settable: Settable) {
        self.wanted = status;
        self.is_pending = status != SwyxStatus::None;
        self.settle(settable);
    }

    /// Nothing is pending where Swyx shows it already. While the user is in a call, Swyx shows that, and nobody knows what is behind it.
    pub(super) fn settle(&mut self, settable: Settable) {
        let is_shown = self.shown == Some(nearest(self.wanted, settable));
        if is_shown && self.in_call == Some(false) && !self.to_swyx.is_under_way {
            self.is_pending = false;
        }
    }

    /// Applies the gateway's report on this user if it is newer than what is known. Returns whether a call began or ended.
    pub(super) fn apply_change(&mut self, seen: &UserStatus, around: Circumstances) -> bool {
        let is_news = self.in_call.is_none() || seen.sequence > self.sequence;
        is_news && self.apply_snapshot(seen, around)
    }

    /// The same, without comparing sequence numbers: the gateway may have restarted.
    pub(super) fn apply_snapshot(&mut self, seen: &UserStatus, around: Circumstances) -> bool {
        let before = self.in_call.replace(seen.in_call);
        (self.sequence, self.shown, self.is_in_snapshot) = (seen.sequence, seen.status, true);
        self.settle(around.settable);
        let changes = before != Some(seen.in_call);
        if changes {
            self.heard = around.now;
        }
        changes
    }

    /// The status to set in Swyx.
    pub(super) fn due_in_swyx(&self, around: Circumstances) -> Option<SwyxStatus> {
        let status = nearest(self.wanted, around.settable);
        let is_due = self.is_pending && !self.leaves && self.in_call.is_some();
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
    }

    /// Nobody knows whether the status was set, so nobody knows what is shown until the gateway says.
    pub(super) fn status_may_be_set(&mut self) {
        self.shown = None;
    }

    /// What is to be done in Teams.
    pub(super) fn due_in_teams(&self, around: Circumstances) -> Option<Due> {
        let Circumstances { carries, is_heard, now, .. } = around;
        let shows = carries && !self.leaves && self.in_call == Some(true);
        match self.session {
            Session::Open { .. } if !shows => Some(Due::Clear),
            Session::Open { renew, .. } if is_heard && now >= renew => Some(Due::Renew),
            Session::Open { .. } => None,
            Session::None | Session::Perhaps { .. } if shows && is_heard => Some(Due::Set),
            Session::Perhaps { is_seen: true, .. } if carries && self.in_call == Some(false) => {
                Some(Due::Clear)
            }
            Session::None | Session::Perhaps { .. } => None,
        }
    }

    /// When something may be due by time alone.
    pub(super) fn next(&self, around: Circumstances) -> Moment {
        let session = match self.session {
            Session::Open { renew, .. } if renew > around.now => renew,
            Session::Open { until, .. } => until,
            Session::None | Session::Perhaps { .. } => Moment::NEVER,
        };
        let refused = |side: Backoff, is_due: bool| if is_due { side.not_before } else { Moment::NEVER };
        let to_teams = refused(self.to_teams, self.due_in_teams(around).is_some());
        let to_swyx = refused(self.to_swyx, self.due_in_swyx(around).is_some());
        let all = [session, to_teams, to_swyx];
        all.into_iter().filter(|moment| *moment > around.now).min().unwrap_or(Moment::NEVER)
    }

    /// The session is to be set anew at the next opportunity: nobody knows whether it was.
    pub(super) fn renew_at(&mut self, now: Moment) {
        if let Session::Open { renew, .. } = &mut self.session {
            *renew = now;
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// Has left, and nothing more is to come.
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

    /// The session was cleared, or ended by itself.
    pub(super) fn session_ended(&mut self, now: Moment) {
        self.session = Session::None;
        self.echo_until = now + ECHO;
    }
}
