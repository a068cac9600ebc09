//! Spaces the sign-ins of many tenants, so that they do not all start at the same moment.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The time between two sign-ins: 45 in a second, a little fewer than 50 because timers are not exact.
const SPACING: Duration = Duration::from_millis(22);

/// Hands out turns.
#[derive(Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Waits for the next turn. A turn that is not used is lost.
    pub(super) async fn turn(&self) {
        let turn = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + SPACING);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn at_most_50_turns_in_a_second_and_1000_in_half_a_minute() {
        let (pace, start) = (Pace::default(), Instant::now());
        let mut turns = Vec::new();
        for _ in 0..1000 {
            pace.turn().await;
            turns.push(start.elapsed());
        }
        let in_a_second = |first: &Duration| {
            turns.iter().filter(|turn| **turn >= *first && **turn < *first + Duration::from_secs(1)).count()
        };
        assert!(turns.iter().all(|first| in_a_second(first) <= 50));
        assert!(turns.last().is_some_and(|last| *last < Duration::from_secs(25)));
        // A pause is not made up for.
        tokio::time::advance(Duration::from_secs(60)).await;
        let after = Instant::now();
        pace.turn().await;
        pace.turn().await;
        assert!(after.elapsed() >= SPACING);
    }
}
