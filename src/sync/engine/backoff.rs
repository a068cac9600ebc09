//! When one side may be written again for a user.

use std::time::Duration;

use super::super::moment::Moment;

/// The first pause after a refusal; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// The maximum pause.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// When one side may be written again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    /// A request is under way.
    pub(super) is_under_way: bool,
    /// The user is in a queue.
    pub(super) is_queued: bool,
    /// No request is sent before this moment.
    pub(super) not_before: Moment,
    refusals: u8,
    has_failed: bool,
}

impl Backoff {
    pub(super) fn is_free(&self, now: Moment) -> bool {
        !self.is_under_way && now >= self.not_before
    }

    pub(super) fn succeeded(&mut self) {
        (self.refusals, self.has_failed, self.not_before) = (0, false, Moment::START);
    }

    /// After no answer or a server error: retries after a few seconds, then doubles the pause. The limit is low because the cause is
    /// rarely the user, so it ends for all users at once.
    pub(super) fn failed(&mut self, first: Duration, now: Moment) {
        let has_failed = std::mem::replace(&mut self.has_failed, true);
        self.not_before = now + if has_failed { first * 2 } else { first };
    }

    pub(super) fn refused(&mut self, now: Moment) {
        let pause = FIRST_PAUSE * 2_u32.pow(u32::from(self.refusals.min(6)));
        self.refusals = self.refusals.saturating_add(1);
        self.not_before = now + pause.min(MAX_PAUSE);
    }
}
