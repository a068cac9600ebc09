//! The emulator's clock, and the time formats of Entra ID and Graph.
//!
//! It starts at the wall clock's time and then follows tokio's clock, so a paused runtime moves tokens, secrets, presences and limits
//! together.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The current time for the whole emulated tenant.
#[derive(Debug)]
pub(super) struct Clock {
    start: Timestamp,
    since: Instant,
    /// How many seconds it is ahead of the wall clock.
    skew: AtomicI64,
}

impl Clock {
    /// A clock that is `skew` seconds ahead of the wall clock (behind it, if negative).
    pub(super) fn new(skew: i64) -> Self {
        Self { start: Timestamp::now(), since: Instant::now(), skew: AtomicI64::new(skew) }
    }

    /// The time now.
    pub(super) fn now(&self) -> Timestamp {
        let now = later(self.start, self.since.elapsed());
        let skew = SignedDuration::from_secs(self.skew.load(Ordering::Relaxed));
        now.checked_add(skew).unwrap_or(now)
    }

    /// Sets how far it is ahead of the wall clock.
    pub(super) fn set_skew(&self, skew: i64) {
        self.skew.store(skew, Ordering::Relaxed);
    }

    /// How long it has run, independent of its skew.
    pub(super) fn elapsed(&self) -> std::time::Duration {
        self.since.elapsed()
    }
}

/// The time `by` after `time`, limited to the last possible time.
pub(super) fn later(time: Timestamp, by: std::time::Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

/// As in Graph's directory objects: UTC with 7 fraction digits, `2026-01-31T12:00:00.1234567Z`.
///
/// <https://learn.microsoft.com/en-us/graph/api/application-post-applications>
pub(super) fn graph(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string()
}

/// As in `innerError.date` of Graph: UTC without a zone, `2026-01-31T12:00:00`.
///
/// <https://learn.microsoft.com/en-us/graph/errors>
pub(super) fn inner_error(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// As in error bodies of Entra ID: `2026-01-31 12:00:00Z`.
///
/// <https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes>
pub(super) fn entra(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// As in the header `Date` (RFC 9110, section 5.6.7).
pub(super) fn http(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_the_format_of_each_service() {
        let time = "2026-01-31T12:00:00.123456789Z".parse().expect("a time");
        assert_eq!(graph(time), "2026-01-31T12:00:00.1234567Z");
        assert_eq!(graph("2026-01-31T00:00:00Z".parse().expect("a time")), "2026-01-31T00:00:00.0000000Z");
        assert_eq!(inner_error(time), "2026-01-31T12:00:00");
        assert_eq!(entra(time), "2026-01-31 12:00:00Z");
        assert_eq!(http(time), "Sat, 31 Jan 2026 12:00:00 GMT");
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_follows_virtual_time() {
        let clock = Clock::new(3600);
        let before = clock.now();
        tokio::time::advance(std::time::Duration::from_secs(90)).await;
        assert_eq!(clock.now().as_second() - before.as_second(), 90);
        assert!(before.as_second() - Timestamp::now().as_second() > 3500);
    }
}
