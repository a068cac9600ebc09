//! When what goes wrong: each fault has its own sequence of chances, decided by the seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::options::Fault;

/// All faults of one emulated tenant.
pub(super) struct Faults {
    throttle: Die,
    unavailable: Die,
    html_body: Die,
    drop_request: Die,
    drop_reply: Die,
    expired_token: Die,
    replication: Die,
    lose_event: Die,
    repeat_event: Die,
    reorder_event: Die,
    cut_events: Die,
    seed: u64,
    lag: Duration,
    /// How much later each answer comes.
    pub(super) slow: Duration,
    /// How much later still answers and events of the gateway come.
    pub(super) slow_gateway: Duration,
    /// How old the presences are that reads see.
    pub(super) presence_lag: Duration,
}

impl Faults {
    /// The faults asked for.
    pub(super) fn new(faults: &[Fault], seed: u64) -> Self {
        let die = |number: u64, p: f64| Die::new(p, seed.wrapping_mul(31).wrapping_add(number));
        let mut all = Self {
            throttle: die(1, 0.0),
            unavailable: die(2, 0.0),
            html_body: die(3, 0.0),
            drop_request: die(7, 0.0),
            drop_reply: die(4, 0.0),
            expired_token: die(5, 0.0),
            replication: die(6, 0.5),
            lose_event: die(8, 0.0),
            repeat_event: die(9, 0.0),
            reorder_event: die(10, 0.0),
            cut_events: die(11, 0.0),
            seed,
            lag: Duration::ZERO,
            slow: Duration::ZERO,
            slow_gateway: Duration::ZERO,
            presence_lag: Duration::ZERO,
        };
        for fault in faults {
            match *fault {
                Fault::Throttle(p) => all.throttle = die(1, p),
                Fault::Unavailable(p) => all.unavailable = die(2, p),
                Fault::HtmlBody(p) => all.html_body = die(3, p),
                Fault::DropRequest(p) => all.drop_request = die(7, p),
                Fault::DropReply(p) => all.drop_reply = die(4, p),
                Fault::ExpiredToken(p) => all.expired_token = die(5, p),
                Fault::Slow(by) => all.slow = by,
                Fault::ReplicationLag(by) => all.lag = by,
                Fault::LoseEvent(p) => all.lose_event = die(8, p),
                Fault::RepeatEvent(p) => all.repeat_event = die(9, p),
                Fault::ReorderEvent(p) => all.reorder_event = die(10, p),
                Fault::CutEvents(p) => all.cut_events = die(11, p),
                Fault::SlowGateway(by) => all.slow_gateway = by,
                Fault::PresenceLag(by) => all.presence_lag = by,
                // It is in the clock.
                Fault::ClockSkew(_) => {}
            }
        }
        all
    }

    /// Others in the place of these, with chances of their own.
    pub(super) fn followed_by(&self, faults: &[Fault]) -> Self {
        Self::new(faults, self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15))
    }

    /// Whether the next request to Graph is throttled, and for how many seconds: 1 to 3, with three digits after the point.
    pub(super) fn throttle(&self) -> Option<f64> {
        self.throttle.falls().then(|| self.throttle.number(1000..3000) as f64 / 1000.0)
    }

    /// Whether the next request gets 503.
    pub(super) fn unavailable(&self) -> bool {
        self.unavailable.falls()
    }

    /// Whether the next request gets a page of HTML.
    pub(super) fn html_body(&self) -> bool {
        self.html_body.falls()
    }

    /// Whether the next request is dropped.
    pub(super) fn drop_request(&self) -> bool {
        self.drop_request.falls()
    }

    /// Whether the next answer is dropped.
    pub(super) fn drop_reply(&self) -> bool {
        self.drop_reply.falls()
    }

    /// Whether the next token counts as ended.
    pub(super) fn expired_token(&self) -> bool {
        self.expired_token.falls()
    }

    /// Whether the next event is never told.
    pub(super) fn lose_event(&self) -> bool {
        self.lose_event.falls()
    }

    /// Whether the next event is told twice.
    pub(super) fn repeat_event(&self) -> bool {
        self.repeat_event.falls()
    }

    /// Whether the next event comes after the one that follows it.
    pub(super) fn reorder_event(&self) -> bool {
        self.reorder_event.falls()
    }

    /// Whether the stream breaks off after the next event.
    pub(super) fn cut_events(&self) -> bool {
        self.cut_events.falls()
    }

    /// Whether a read at `now` sees what was made or changed at `changed`: not in the first half of the lag, by chance in the second.
    pub(super) fn is_replicated(&self, changed: Timestamp, now: Timestamp) -> bool {
        if self.lag.is_zero() {
            return true;
        }
        let age = Duration::try_from(now.duration_since(changed)).unwrap_or_default();
        age >= self.lag || (age >= self.lag / 2 && self.replication.falls())
    }
}

/// Falls with a probability, in an order that the seed decides.
struct Die {
    probability: f64,
    random: Mutex<fastrand::Rng>,
}

impl Die {
    fn new(probability: f64, seed: u64) -> Self {
        Self { probability, random: Mutex::new(fastrand::Rng::with_seed(seed)) }
    }

    fn falls(&self) -> bool {
        self.probability > 0.0
            && self.random.lock().unwrap_or_else(PoisonError::into_inner).f64() < self.probability
    }

    fn number(&self, range: std::ops::Range<u32>) -> u32 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).u32(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_when_a_fault_strikes() {
        let struck = |seed| {
            let faults = Faults::new(&[Fault::Unavailable(0.3)], seed);
            (0..200).map(|_| faults.unavailable()).collect::<Vec<_>>()
        };
        assert_eq!(struck(7), struck(7));
        assert_ne!(struck(7), struck(8));
        let often = struck(7).into_iter().filter(|&struck| struck).count();
        assert!((30..=90).contains(&often), "{often}");
    }

    #[test]
    fn without_a_fault_nothing_strikes_and_with_one_everything() {
        let none = Faults::new(&[], 1);
        assert!(
            !(none.unavailable()
                || none.html_body()
                || none.drop_request()
                || none.drop_reply()
                || none.expired_token())
        );
        assert_eq!((none.throttle(), none.slow), (None, Duration::ZERO));
        let all = Faults::new(&[Fault::Throttle(1.0), Fault::DropReply(1.0)], 1);
        assert!((0..50).all(|_| all.throttle().is_some_and(|s| (1.0..3.0).contains(&s)) && all.drop_reply()));
    }

    #[test]
    fn what_is_young_is_not_seen_then_at_times_then_always() {
        let faults = Faults::new(&[Fault::ReplicationLag(Duration::from_secs(10))], 3);
        let made = "2026-01-31T12:00:00Z".parse::<Timestamp>().expect("a time");
        let seen = |seconds: u64| {
            let now = made + Duration::from_secs(seconds);
            (0..40).filter(|_| faults.is_replicated(made, now)).count()
        };
        assert_eq!((seen(0), seen(4), seen(10), seen(100)), (0, 0, 40, 40));
        assert!((1..40).contains(&seen(5)) && (1..40).contains(&seen(9)));
    }
}
