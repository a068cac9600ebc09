//! All statuses of the gateway, and the users that are missing from them.
//!
//! A user who is missing has no known call any more. But if at least half of the users are missing, a fault of the gateway is more likely
//! than that they are gone: then their last statuses count for a while, so that their calls are not cleared.

use std::time::Duration;

use super::super::moment::Moment;
use super::step::Engine;
use super::user::User;
use crate::swyx::UserStatus;

/// How long the last statuses of many missing users count.
const KEPT: Duration = Duration::from_mins(15);

impl Engine {
    pub(super) fn take_snapshot(&mut self, statuses: &[UserStatus], now: Moment) {
        (self.gateway_heard, self.last_snapshot) = (Some(now), now);
        for slot in 0..self.roster.places() {
            self.roster.get_mut(slot).into_iter().for_each(|user| user.is_in_snapshot = false);
        }
        self.take_statuses(statuses, User::apply_snapshot, now);
        let known = self.roster.users().filter(|user| user.in_call.is_some()).count();
        let missing = self.roster.users().filter(|user| user.is_absent()).count();
        let is_lossy = missing > 0 && missing * 2 >= known;
        let until = self.absent.until.filter(|_| is_lossy);
        self.absent.until = is_lossy.then(|| until.unwrap_or(now + KEPT));
        if !is_lossy {
            self.clear_absent();
        }
        self.consider_all(now);
    }

    /// Users who are still missing after a while become unknown.
    pub(super) fn forget_absent(&mut self, now: Moment) {
        if self.absent.until.is_some_and(|until| now >= until) {
            self.absent.until = None;
            self.clear_absent();
            self.consider_all(now);
        }
    }

    pub(super) fn count_absent(&self) -> usize {
        if self.absent.until.is_none() {
            return 0;
        }
        self.roster.users().filter(|user| user.is_absent()).count()
    }

    fn clear_absent(&mut self) {
        for slot in 0..self.roster.places() {
            if let Some(user) = self.roster.get_mut(slot).filter(|user| !user.is_in_snapshot) {
                user.clear_presence();
            }
        }
    }
}
