//! Lists of users that Graph rejects as a whole (400): each is split until the offending id is found. That user is then left out for a
//! while, and tried again alone.

use std::time::Duration;

use super::super::moment::Moment;
use super::super::reader::Slot;
use super::step::Engine;

/// How long a user is left out.
const LEFT_OUT: Duration = Duration::from_mins(15);
/// After this many rejected lists without a success in between, the ids are not the cause, so splitting stops. A few bad ids need about
/// ten in a row, because a list of 650 is halved ten times.
const MAX_REFUSED: u32 = 32;

impl Engine {
    pub(super) fn list_was_refused(&mut self, users: &[Slot], now: Moment) {
        self.suspects.refused = self.suspects.refused.saturating_add(1);
        if self.suspects.refused > MAX_REFUSED {
            self.suspects.lists.clear();
            self.graph.failed(None, self.options.interval, now);
            return;
        }
        match users {
            [] => {}
            [one] => self.leave_out(*one, now),
            many => {
                let (first, second) = many.split_at(many.len() / 2);
                self.suspects.lists.extend([second.to_vec(), first.to_vec()]);
            }
        }
    }

    fn leave_out(&mut self, slot: Slot, now: Moment) {
        if let Some(user) = self.roster.get_mut(slot) {
            user.left_out_until = Some(now + LEFT_OUT);
        }
        self.consider(slot, now);
    }

    /// Reads a user alone whose time is over; until that succeeds, the next try is as much later.
    pub(super) fn try_again(&mut self, slot: Slot, now: Moment) {
        let Some(user) = self.roster.get_mut(slot) else { return };
        if !user.leaves && user.left_out_until.is_some_and(|until| now >= until) {
            user.left_out_until = Some(now + LEFT_OUT);
            self.suspects.lists.push(vec![slot]);
        }
    }

    /// The user was read, and is read with the others again.
    pub(super) fn readmit(&mut self, slot: Slot) {
        let Some(user) = self.roster.get_mut(slot) else { return };
        if user.left_out_until.take().is_some() && !std::mem::replace(&mut user.is_in_ring, true) {
            self.reader.add(slot);
        }
    }
}
