//! Counters and measurements of the synchronisation. Nothing here names a user.

use std::time::Duration;

/// Upper bounds of the delay buckets, in milliseconds; longer delays are in the last bucket. 3 and 5 s are the vendor's promises
/// (<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>).
pub const BOUNDS_MS: [u64; 10] = [100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000];

/// The delays of changes from one side to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delays {
    /// The number of delays per bucket, with a last bucket for longer ones.
    pub counts: [u64; BOUNDS_MS.len() + 1],
    /// The sum.
    pub sum: Duration,
    /// The last delay.
    pub last: Duration,
}

impl Delays {
    /// Adds a delay.
    pub(super) fn add(&mut self, delay: Duration) {
        let place = BOUNDS_MS.iter().position(|bound| delay.as_millis() <= u128::from(*bound));
        if let Some(count) = self.counts.get_mut(place.unwrap_or(BOUNDS_MS.len())) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(delay);
        self.last = delay;
    }

    /// The number of delays.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The bound of a percentile; `None` without delays, or if it is above the longest bound.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.count() * percent).div_ceil(100);
        let mut so_far = 0;
        let mut bounds = BOUNDS_MS.iter().zip(&self.counts);
        let found = bounds.find(|(_, count)| {
            so_far += **count;
            so_far >= wanted
        });
        found.filter(|_| wanted > 0).map(|(bound, _)| Duration::from_millis(*bound))
    }
}

/// The figures. The first part only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figures {
    /// Answered readings of many presences.
    pub readings: u64,
    /// Presences in these answers.
    pub presences: u64,
    /// Presences that changed.
    pub changes_in_teams: u64,
    /// Presences with an unknown availability or activity.
    pub unknown: u64,
    /// Presences without a valid id, availability or activity; they change nothing.
    pub unreadable: u64,
    /// Calls that started or ended in Swyx.
    pub changes_in_swyx: u64,
    /// Statuses set in Swyx.
    pub statuses_set: u64,
    /// "In a call" set in Teams.
    pub sessions_set: u64,
    /// "In a call" renewed.
    pub sessions_renewed: u64,
    /// "In a call" cleared.
    pub sessions_cleared: u64,
    /// Rejected requests, for Teams and Swyx together.
    pub refused: u64,
    /// Requests that Graph throttled (429).
    pub throttled: u64,
    /// Requests without an answer, or with a server error.
    pub failed: u64,
    /// From Teams to Swyx: the upper limit, from the reading before the one that showed a change to the gateway's answer.
    pub to_swyx: Delays,
    /// From Swyx to Teams: from the report of a call to Graph's answer.
    pub to_teams: Delays,

    /// Synchronised users.
    pub users: usize,
    /// Calls in Swyx that are visible in Teams.
    pub open_sessions: usize,
    /// Pending writes.
    pub waiting: usize,
    /// The age of the oldest presence. Users who were never read count from when they became known, and before the first list of users, the
    /// time since the start counts. `None` only in a view that was never updated.
    pub oldest_reading: Option<Duration>,
    /// Users whose last presence was unreadable.
    pub unreadable_users: usize,
    /// Users whose id Graph rejects (400): they are not read for now.
    pub left_out: usize,
    /// The actual interval between two readings of one user, the slowest lately; `None` before the second reading.
    pub interval_kept: Option<Duration>,
    /// Presence requests in the last 30 seconds, and the limit.
    pub budget: (usize, usize),
    /// Users that the gateway's last complete list of statuses did not contain, although it contained them before; while they are many,
    /// their last statuses count.
    pub absent: usize,
    /// Whether Graph gives no usable answers.
    pub graph_is_out: bool,
    /// Whether Graph gives no answer at all: nothing answered since the outage began.
    pub graph_is_silent: bool,
    /// Whether the gateway gives no usable answers.
    pub gateway_is_out: bool,
    /// Whether the gateway gives no answer at all.
    pub gateway_is_silent: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_counted_in_buckets() {
        let mut delays = Delays::default();
        assert_eq!(delays.percentile(99), None);
        for ms in [50, 100, 101, 4_000, 70_000] {
            delays.add(Duration::from_millis(ms));
        }
        assert_eq!(delays.counts, [2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(delays.percentile(50), Some(Duration::from_millis(250)));
        assert_eq!(delays.percentile(80), Some(Duration::from_secs(5)));
        assert_eq!(delays.percentile(99), None);
        assert_eq!((delays.count(), delays.last), (5, Duration::from_secs(70)));
    }
}
