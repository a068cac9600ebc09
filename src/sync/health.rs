//! Detects outages of a side: during an outage, one request per interval probes the side, and nothing else is sent.
//!
//! An outage starts after three consecutive requests without an answer or with a server error. Failed requests are not repeated: after an
//! outage, the required writes are computed again, so no queue is left behind.

use std::time::Duration;

use super::moment::Moment;
use super::reader::Slot;

/// The number of consecutive failures that make an outage.
const OUTAGE: u32 = 3;
/// The pause between probes of one kind while another kind of request probes the side too.
const PAUSE_ALONE: Duration = Duration::from_secs(90);

/// The state of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    failures: u32,
    next_try: Moment,
    /// When a request last failed, or the last one after that was sent.
    failed_at: Moment,
    /// The user of the last failure: failures of one user say nothing about the others.
    last: Option<Slot>,
}

impl Health {
    /// Whether a request may be sent now. During an outage, only if the last one is long enough ago.
    pub(super) fn admits(&self, now: Moment) -> bool {
        !self.is_out() || now >= self.next_try
    }

    /// A request was sent; during an outage, the next one may follow after `pause`.
    pub(super) fn sent(&mut self, pause: Duration, now: Moment) {
        if self.is_out() {
            self.next_try = now + pause;
        }
        if self.failures > 0 {
            self.failed_at = now;
        }
    }

    /// Whether a request may be sent now although another kind of request to the same side fails. One failure is then enough to stop, and
    /// the next try is much later, because the other kind probes the side.
    pub(super) fn admits_alone(&self, now: Moment) -> bool {
        self.failures == 0 || now >= self.next_alone()
    }

    /// When to try again alone.
    pub(super) fn next_alone(&self) -> Moment {
        if self.failures == 0 { Moment::START } else { self.failed_at + PAUSE_ALONE }
    }

    /// The other kind of request was answered: the next try may follow at once.
    pub(super) fn hurry(&mut self, now: Moment) {
        self.next_try = self.next_try.min(now);
    }

    /// A request was answered without an error.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A request had no answer, or a server error. If this starts an outage, the next request may follow after `pause`.
    pub(super) fn failed(&mut self, user: Option<Slot>, pause: Duration, now: Moment) {
        self.failed_at = now;
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

    /// Whether the first probe request failed.
    pub(super) fn is_long(&self) -> bool {
        self.failures > OUTAGE
    }

    /// When to probe again during an outage.
    pub(super) fn next(&self) -> Moment {
        if self.is_out() { self.next_try } else { Moment::NEVER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outage_is_probed_once_per_interval() {
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
