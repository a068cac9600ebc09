//! The deadline for all waiting.

use std::time::Duration;

use tokio::time::Instant;

/// A point in time by which everything must be done. It uses the runtime's clock, which tests can pause.
///
/// ```
/// use std::time::Duration;
/// use swyx_teams::http::Deadline;
///
/// let deadline = Deadline::after(Duration::from_secs(60));
/// assert!(deadline.leaves(Duration::from_secs(50)) && !deadline.leaves(Duration::from_secs(60)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// The point in time after `time` from now, at most 30 years.
    pub fn after(time: Duration) -> Self {
        const MAX: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
        Self(Instant::now() + time.min(MAX))
    }

    /// The remaining time; zero after the deadline.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether there is time left after a pause.
    pub fn leaves(self, pause: Duration) -> bool {
        pause < self.remaining()
    }
}
