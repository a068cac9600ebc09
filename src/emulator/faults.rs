//! When faults take effect: each fault has its own random sequence, derived from the seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::fault::{Fault, FaultId, fault};

/// The faults of one emulated tenant.
pub(super) struct Faults {
    /// By the fault's index in the table.
    states: Vec<FaultState>,
    seed: u64,
}

struct FaultState {
    /// Its probability or its duration; 0 without the fault.
    amount: f64,
    die: Die,
}

impl Faults {
    /// The requested faults; if a name occurs twice, the later one counts.
    pub(super) fn new(faults: &[Fault], seed: u64) -> Self {
        let state = |id: FaultId| FaultState {
            amount: amount(faults, id),
            die: Die::new(seed.wrapping_mul(31).wrapping_add(id.sequence())),
        };
        Self { states: FaultId::all().map(state).collect(), seed }
    }

    /// Replaces the faults; the new ones start new random sequences.
    pub(super) fn followed_by(&self, faults: &[Fault]) -> Self {
        Self::new(faults, self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15))
    }

    /// Whether this fault takes effect now.
    pub(super) fn strikes(&self, id: FaultId) -> bool {
        self.state(id).is_some_and(|state| state.die.falls(state.amount))
    }

    /// How many milliseconds this fault delays an answer.
    pub(super) fn milliseconds(&self, id: FaultId) -> Duration {
        Duration::from_millis(self.amount(id) as u64)
    }

    /// How many seconds reads lag behind with this fault.
    pub(super) fn seconds(&self, id: FaultId) -> Duration {
        Duration::from_secs(self.amount(id) as u64)
    }

    /// The number that this fault has; 0 without it.
    pub(super) fn number(&self, id: FaultId) -> u32 {
        self.amount(id) as u32
    }

    fn state(&self, id: FaultId) -> Option<&FaultState> {
        self.states.get(id.place())
    }

    fn amount(&self, id: FaultId) -> f64 {
        self.state(id).map_or(0.0, |state| state.amount)
    }

    /// Whether the next request to Graph is throttled, and for how many seconds: 1 to 3, with three decimal places.
    pub(super) fn throttle(&self) -> Option<f64> {
        let state = self.state(const { fault("throttle") })?;
        state.die.falls(state.amount).then(|| f64::from(state.die.number(1000..3000)) / 1000.0)
    }

    /// Whether a read at `now` sees a change made at `changed`: never in the first half of the lag, randomly in the second.
    pub(super) fn is_replicated(&self, changed: Timestamp, now: Timestamp) -> bool {
        let id = const { fault("replication-lag") };
        let lag = self.seconds(id);
        if lag.is_zero() {
            return true;
        }
        let age = Duration::try_from(now.duration_since(changed)).unwrap_or_default();
        let is_lucky = || self.state(id).is_some_and(|state| state.die.falls(0.5));
        age >= lag || (age >= lag / 2 && is_lucky())
    }
}

/// The requested amount of a fault; 0 without it.
fn amount(faults: &[Fault], id: FaultId) -> f64 {
    faults.iter().rev().find(|fault| fault.id == id).map_or(0.0, |fault| fault.amount)
}

/// How many seconds the clock is ahead.
pub(super) fn clock_skew(faults: &[Fault]) -> i64 {
    amount(faults, const { fault("clock-skew") }) as i64
}

/// Returns true with a probability, in an order that the seed decides.
struct Die(Mutex<fastrand::Rng>);

impl Die {
    fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    fn falls(&self, probability: f64) -> bool {
        probability > 0.0 && self.0.lock().unwrap_or_else(PoisonError::into_inner).f64() < probability
    }

    fn number(&self, range: std::ops::Range<u32>) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).u32(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(texts: &[&str], seed: u64) -> Faults {
        let faults = texts.iter().map(|text| text.parse().expect("a fault"));
        Faults::new(&faults.collect::<Vec<_>>(), seed)
    }

    #[test]
    fn the_seed_decides_when_a_fault_strikes() {
        let struck = |seed| {
            let faults = faults(&["unavailable=0.3"], seed);
            (0..200).map(|_| faults.strikes(fault("unavailable"))).collect::<Vec<_>>()
        };
        assert_eq!(struck(7), struck(7));
        assert_ne!(struck(7), struck(8));
        let often = struck(7).into_iter().filter(|&struck| struck).count();
        assert!((30..=90).contains(&often), "{often}");
    }

    #[test]
    fn only_configured_faults_strike() {
        let none = faults(&[], 1);
        assert!(FaultId::all().all(|id| !none.strikes(id)));
        assert_eq!((none.throttle(), none.milliseconds(fault("slow"))), (None, Duration::ZERO));
        let all = faults(&["throttle=1", "drop-reply=1"], 1);
        let strikes = || all.strikes(fault("drop-reply"));
        assert!((0..50).all(|_| all.throttle().is_some_and(|s| (1.0..3.0).contains(&s)) && strikes()));
    }

    #[test]
    fn new_object_becomes_visible_gradually() {
        let faults = faults(&["replication-lag=10"], 3);
        let made = "2026-01-31T12:00:00Z".parse::<Timestamp>().expect("a time");
        let seen = |seconds: u64| {
            let now = made + Duration::from_secs(seconds);
            (0..40).filter(|_| faults.is_replicated(made, now)).count()
        };
        assert_eq!((seen(0), seen(4), seen(10), seen(100)), (0, 0, 40, 40));
        assert!((1..40).contains(&seen(5)) && (1..40).contains(&seen(9)));
    }
}
