//! The engine's time: milliseconds since its start, by a monotonic clock.

use std::time::Duration;

/// A moment. The engine reads no clock; its driver passes the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// The start.
    pub const START: Self = Self(0);
    /// Later than all events.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// The moment at this time after the start.
    pub fn at(since_start: Duration) -> Self {
        Self::START + since_start
    }

    /// The time since the start.
    pub(crate) fn since_start(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// The time since `earlier`; zero if that is in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    fn add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
    }
}
