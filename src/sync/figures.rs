//! What the synchronisation did and how it is, in numbers. Nothing here names a user.

use std::time::Duration;

/// Upper bounds of the delays that are counted, in milliseconds; whatever is longer counts as the rest. 3 and 5 s are the vendor's
/// promises (<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>).
pub const BOUNDS_MS: [u64; 10] = [100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000];

/// How long changes took from one side to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// How many were at most as long as each bound and longer than the one before, and those longer than all.
    pub counts: [u64; BOUNDS_MS.len() + 1],
    /// All together.
    pub sum: Duration,
    /// The last one.
    pub last: Duration,
}

impl Delays {
    /// Counts one.
    pub(super) fn add(&mut self, delay: Duration) {
        let place = BOUNDS_MS.iter().position(|bound| delay.as_millis() <= u128::from(*bound));
        if let Some(count) = self.counts.get_mut(place.unwrap_or(BOUNDS_MS.len())) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(delay);
        self.last = delay;
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// A bound that so many of a hundred did not exceed; none if there were none, or it is longer than the longest bound.
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

/// The numbers. Those of the first part only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Readings of many presences that were answered.
    pub readings: u64,
    /// Presences that they showed.
    pub presences: u64,
    /// Presences that were different from the time before.
    pub changes_in_teams: u64,
    /// Presences with words that nobody knows.
    pub unknown: u64,
    /// Calls that began or ended in Swyx.
    pub changes_in_swyx: u64,
    /// Statuses set in Swyx.
    pub statuses_set: u64,
    /// "In a call" set in Teams.
    pub sessions_set: u64,
    /// "In a call" renewed.
    pub sessions_renewed: u64,
    /// "In a call" taken back.
    pub sessions_cleared: u64,
    /// Requests refused, of Teams and Swyx together.
    pub refused: u64,
    /// Requests that Graph put off (429).
    pub throttled: u64,
    /// Requests that nobody answered, or that were answered with a fault.
    pub failed: u64,
    /// From Teams to Swyx: at most as long as this, from the reading before the one that showed a change to the gateway's answer.
    pub to_swyx: Delays,
    /// From Swyx to Teams: from when a call was heard of to Graph's answer.
    pub to_teams: Delays,

    /// Users who are carried.
    pub users: usize,
    /// Calls in Swyx that are shown in Teams.
    pub open_sessions: usize,
    /// Writes that wait.
    pub waiting: usize,
    /// How old the oldest of the presences is; none before all were read.
    pub oldest_reading: Option<Duration>,
    /// The interval that is really kept between two readings of one user, of the slowest lately; none before the second reading.
    pub interval_kept: Option<Duration>,
    /// Presence requests of the last 30 seconds, of how many that may be.
    pub budget: (usize, usize),
    /// Whether Graph does not answer.
    pub graph_is_out: bool,
    /// Whether the gateway does not answer.
    pub gateway_is_out: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_counted_by_their_bounds() {
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
