//! Time as the engine knows it: milliseconds since it began, by a clock that never goes back and is never set.

use std::time::Duration;

/// A moment. The engine reads no clock; whoever drives it says what time it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// The beginning.
    pub const START: Self = Self(0);
    /// Later than all that happens.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// The moment so long after the beginning.
    pub fn at(since_start: Duration) -> Self {
        Self::START + since_start
    }

    /// How long after the beginning it is.
    pub(crate) fn since_start(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// How long after `earlier` it is; nothing if it is not.
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
