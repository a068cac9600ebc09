//! The request budget: Graph's limit of presence requests, shared by reads and writes.
//!
//! Graph counts the presence requests of one application in one tenant: 1,500 in 30 s
//! (<https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>). The exact moment of counting is not documented,
//! but it is between the request and the answer. So a request occupies a slot from when it is sent until 30 s after its answer. Then no
//! window of 30 s contains more requests than the limit.
//!
//! Readings use what the writes leave, so that all requests together are evenly spread. Bursts would free their slots again in bursts, 30
//! s later, and delay writes and readings in between, repeatedly.
//!
//! Deferrable writes become due by the hundred at once, for example after a start. If all of them were sent at once, the limit would be
//! reached half a minute later, and a call would wait for seconds. So only a part of them is sent at once.

use std::collections::VecDeque;
use std::time::Duration;

use super::moment::Moment;

/// The window in which Graph counts.
pub(super) const WINDOW: Duration = Duration::from_secs(30);
/// A tenth of the limit is reserved for readings, however many writes wait: without readings, nothing is known to write. Deferrable writes
/// leave another tenth to the other writes.
const SHARE_OF_READINGS: u32 = 10;
/// A quarter of the limit may be deferrable writes that are sent at once. The rest of the limit is enough for 25 calls a second.
const SHARE_AT_ONCE: usize = 4;

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A reading of many presences.
    Read,
    /// Setting or clearing one presence.
    Write,
    /// A write that can wait some seconds, so that others need not.
    Deferrable,
}

/// The slots.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    limit: usize,
    /// Readings without an answer yet.
    readings: usize,
    /// Writes without an answer yet.
    writes: usize,
    /// Answered requests, in order; each slot becomes free at its moment.
    answered: VecDeque<(Moment, Kind)>,
    /// How many of those are readings.
    answered_readings: usize,
    /// Until when Graph asked for a pause.
    closed_until: Moment,
    /// When the requests sent so far would all be sent if they were evenly spread.
    even: Moment,
    last_reading: Moment,
    /// Deferrable writes that were sent earlier than evenly spread; each counts until its moment.
    ahead: VecDeque<Moment>,
}

impl Budget {
    /// A budget of `limit` requests in every 30 seconds.
    pub(super) fn new(limit: u16) -> Self {
        Self {
            limit: usize::from(limit.max(1)),
            readings: 0,
            writes: 0,
            answered: VecDeque::new(),
            answered_readings: 0,
            closed_until: Moment::START,
            even: Moment::START,
            last_reading: Moment::START,
            ahead: VecDeque::new(),
        }
    }

    /// Changes the limit; requests already sent stay counted.
    pub(super) fn set_limit(&mut self, limit: u16) {
        self.limit = usize::from(limit.max(1));
    }

    /// Takes a slot for a request that is sent now, if one is free.
    pub(super) fn take(&mut self, kind: Kind, now: Moment) -> bool {
        self.forget(now);
        let is_free = now >= self.closed_until && self.has_place(kind) && now >= self.paced(kind);
        if is_free {
            *self.under_way(kind) += 1;
            if kind == Kind::Deferrable && now < self.even {
                self.ahead.push_back(now + WINDOW);
            }
            self.even = (self.even + self.gap()).max(now);
            if kind == Kind::Read {
                self.last_reading = now;
            }
        }
        is_free
    }

    /// A request was answered or cancelled.
    pub(super) fn answered(&mut self, kind: Kind, now: Moment) {
        let under_way = self.under_way(kind);
        *under_way = under_way.saturating_sub(1);
        self.answered.push_back((now + WINDOW, kind));
        self.answered_readings += usize::from(kind == Kind::Read);
    }

    /// The request was not sent after all.
    pub(super) fn give_back(&mut self, kind: Kind) {
        let under_way = self.under_way(kind);
        *under_way = under_way.saturating_sub(1);
    }

    /// Graph asks for a pause.
    pub(super) fn close(&mut self, wait: Duration, now: Moment) {
        self.closed_until = self.closed_until.max(now + wait);
    }

    /// When a slot may become free: the moment to ask again. While requests under way occupy all slots, only an answer frees one.
    pub(super) fn next(&self, kind: Kind, now: Moment) -> Moment {
        let is_closed = now < self.closed_until;
        let first = self.answered.front().map_or(Moment::NEVER, |(free, _)| *free);
        let place = if is_closed || self.has_place(kind) { self.closed_until } else { first };
        place.max(self.paced(kind))
    }

    /// The occupied slots at this moment, and the limit.
    pub(super) fn used_of(&mut self, now: Moment) -> (usize, usize) {
        self.forget(now);
        (self.used(), self.limit)
    }

    fn under_way(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Read => &mut self.readings,
            Kind::Write | Kind::Deferrable => &mut self.writes,
        }
    }

    fn used(&self) -> usize {
        self.readings + self.writes + self.answered.len()
    }

    fn has_place(&self, kind: Kind) -> bool {
        self.used() + self.kept_from(kind) < self.limit
    }

    /// No request of this kind is sent before this moment.
    fn paced(&self, kind: Kind) -> Moment {
        match kind {
            Kind::Read => self.even.min(self.last_reading + self.gap() * SHARE_OF_READINGS),
            Kind::Deferrable if self.ahead.len() >= self.limit / SHARE_AT_ONCE => {
                self.ahead.front().map_or(self.even, |free| self.even.min(*free))
            }
            Kind::Write | Kind::Deferrable => Moment::START,
        }
    }

    /// The interval between evenly spread requests.
    fn gap(&self) -> Duration {
        WINDOW / u32::try_from(self.limit).unwrap_or(u32::MAX)
    }

    /// The slots that are reserved from requests of this kind.
    fn kept_from(&self, kind: Kind) -> usize {
        let share = self.limit / SHARE_OF_READINGS as usize;
        let for_readings = share.saturating_sub(self.readings + self.answered_readings);
        match kind {
            Kind::Read => 0,
            Kind::Write => for_readings,
            Kind::Deferrable => for_readings + share,
        }
    }

    fn forget(&mut self, now: Moment) {
        while let Some((_, kind)) = self.answered.front().filter(|(free, _)| *free <= now) {
            self.answered_readings -= usize::from(*kind == Kind::Read);
            self.answered.pop_front();
        }
        while self.ahead.front().is_some_and(|free| *free <= now) {
            self.ahead.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Moment {
        Moment::at(Duration::from_secs_f64(seconds))
    }

    /// Ten times more to send than the limit allows, for ten minutes; answers take up to two seconds. Graph may count a request at any
    /// moment of that time.
    #[test]
    fn any_30_seconds_stay_within_the_limit() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut budget = Budget::new(1_500);
        let mut counted = Vec::new();
        let mut open: Vec<(Moment, Kind)> = Vec::new();
        let mut readings = 0;
        for step in 0..60_000_u64 {
            let now = at(step as f64 / 100.0);
            open.sort_by_key(|(end, _)| *end);
            while let Some((_, kind)) = open.first().filter(|(end, _)| *end <= now).copied() {
                open.remove(0);
                budget.answered(kind, now);
            }
            for _ in 0..5 {
                let kind = if random.bool() { Kind::Write } else { Kind::Read };
                if budget.take(kind, now) {
                    let end = now + Duration::from_millis(random.u64(10..2_000));
                    let when = random
                        .u64(now.since_start().as_millis() as u64..=end.since_start().as_millis() as u64);
                    counted.push(when);
                    readings += usize::from(kind == Kind::Read);
                    open.push((end, kind));
                }
            }
        }
        counted.sort_unstable();
        let most = (0..counted.len()).map(|first| {
            let end = counted[first] + 30_000;
            counted[first..].partition_point(|when| *when < end)
        });
        let most = most.max().expect("some");
        assert!(most <= 1_500, "{most}");
        assert!(counted.len() > 25_000, "{} is too few: places are wasted", counted.len());
        // A tenth, less what the answers take.
        assert!(readings >= 2_800, "{readings} of {}", counted.len());
    }

    #[test]
    fn writes_leave_a_tenth_for_reads() {
        let mut budget = Budget::new(100);
        let taken = (0..200).filter(|_| budget.take(Kind::Write, at(0.0))).count();
        assert_eq!(taken, 90);
        // These are spread over the window.
        let taken = (0..300).filter(|tenth| budget.take(Kind::Read, at(f64::from(*tenth) / 10.0))).count();
        assert_eq!(taken, 10);
        (0..90).for_each(|_| budget.answered(Kind::Write, at(1.0)));
        assert!(!budget.take(Kind::Read, at(30.9)));
        assert_eq!((0..200).filter(|_| budget.take(Kind::Write, at(31.0))).count(), 90);
    }

    /// The number of readings per second while so many writes are sent, evenly, for a minute.
    fn readings_beside(writes: u32) -> Vec<usize> {
        let mut budget = Budget::new(1_500);
        let mut second = |second: u32| {
            let mut taken = 0;
            for ms in 0..1_000 {
                let now = at(f64::from(second) + f64::from(ms) / 1_000.0);
                let kinds = (ms * writes / 1_000 < (ms + 1) * writes / 1_000).then_some(Kind::Write);
                for kind in kinds.into_iter().chain([Kind::Read]) {
                    if budget.take(kind, now) {
                        taken += usize::from(kind == Kind::Read);
                        budget.answered(kind, now);
                    }
                }
            }
            taken
        };
        (0..60).map(&mut second).collect()
    }

    #[test]
    fn reads_use_the_rest_of_the_budget_evenly() {
        for (writes, left) in [(0, 50), (20, 30), (41, 9)] {
            let taken = readings_beside(writes);
            assert!(taken.iter().all(|taken| (left - 1..=left + 1).contains(taken)), "{writes}: {taken:?}");
        }
    }

    /// However many deferrable writes wait, 25 calls a second never do, nor do the readings of 5,000 users.
    #[test]
    fn deferrable_writes_use_the_rest_and_delay_no_others() {
        let mut budget = Budget::new(1_500);
        let mut open = VecDeque::new();
        let mut deferred = Vec::new();
        for ms in 0..90_000 {
            let now = at(f64::from(ms) / 1_000.0);
            while let Some((_, kind)) = open.pop_front_if(|(end, _): &mut (Moment, Kind)| *end <= now) {
                budget.answered(kind, now);
            }
            let urgent = (ms * 25 / 1_000 < (ms + 1) * 25 / 1_000).then_some(Kind::Write);
            let reading = (ms % 500 == 0).then_some(Kind::Read);
            for kind in urgent.into_iter().chain(reading) {
                assert!(budget.take(kind, now), "{kind:?} at {ms} ms");
                open.push_back((now + Duration::from_millis(200), kind));
            }
            while budget.take(Kind::Deferrable, now) {
                deferred.push(ms);
                open.push_back((now + Duration::from_millis(200), Kind::Write));
            }
        }
        assert_eq!(deferred.iter().filter(|ms| **ms < 1_000).count(), 375);
        // At least twelve a second over time.
        assert!(deferred.len() > 90 * 12, "{}", deferred.len());
    }

    #[test]
    fn pause_requested_by_graph_stops_reads_and_writes() {
        let mut budget = Budget::new(100);
        budget.close(Duration::from_millis(2_128), at(1.0));
        budget.close(Duration::from_millis(1), at(1.0));
        assert!(!budget.take(Kind::Read, at(3.127)) && !budget.take(Kind::Write, at(3.127)));
        assert_eq!(budget.next(Kind::Write, at(2.0)), at(3.128));
        assert!(budget.take(Kind::Write, at(3.128)));
    }
}
