//! Whether the other side is there: while it is not, one request in each interval finds out, and nothing else is sent.
//!
//! An outage is told by three requests in a row that nobody answered, or that were answered with a fault. Nothing that failed is
//! sent again by itself: what is to be written is seen anew when the other side is back, so an outage leaves no queue behind.

use std::time::Duration;

use super::moment::Moment;
use super::reader::Slot;

/// So many failures in a row are an outage.
const OUTAGE: u32 = 3;

/// One side's state.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    failures: u32,
    next_try: Moment,
    /// For whom the last failure was: one user's failures say nothing of the others.
    last: Option<Slot>,
}

impl Health {
    /// Whether a request may be sent now. In an outage it may if the last one is long enough ago.
    pub(super) fn admits(&self, now: Moment) -> bool {
        !self.is_out() || now >= self.next_try
    }

    /// A request was sent; in an outage, the next one may be after `pause`.
    pub(super) fn sent(&mut self, pause: Duration, now: Moment) {
        if self.is_out() {
            self.next_try = now + pause;
        }
    }

    /// A request was answered as it should be.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A request was not answered, or with a fault. Where this is the beginning of an outage, the next one may be sent after `pause`.
    pub(super) fn failed(&mut self, user: Option<Slot>, pause: Duration, now: Moment) {
        if user.is_some() && std::mem::replace(&mut self.last, user) == user && self.failures > 0 {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures == OUTAGE {
            self.next_try = now + pause;
        }
    }

    /// Whether there is an outage.
    pub(super) fn is_out(&self) -> bool {
        self.failures >= OUTAGE
    }

    /// Whether the first request that was to find out did not find it over.
    pub(super) fn is_long(&self) -> bool {
        self.failures > OUTAGE
    }

    /// When to try again, in an outage.
    pub(super) fn next(&self) -> Moment {
        if self.is_out() { self.next_try } else { Moment::NEVER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_of_silence_costs_one_request_in_each_interval() {
        let (mut health, interval) = (Health::default(), Duration::from_secs(4));
        let mut sent = 0;
        for second in 0..1800 {
            let now = Moment::at(Duration::from_secs(second));
            for _ in 0..38 {
                if health.admits(now) {
                    sent += 1;
                    health.sent(interval, now);
                    health.failed(None, interval, now);
                }
            }
        }
        assert_eq!(sent, 3 + 1800 / 4 - 1);
        assert!(health.is_out());
        health.succeeded();
        assert!((0..100).all(|_| health.admits(Moment::START)));
    }
}
