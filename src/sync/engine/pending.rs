//! What the engine must do apart from its normal order: readings out of turn, and missing users.

use std::time::Duration;

use super::super::moment::Moment;
use super::super::reader::{Slot, USERS_OF_A_REQUEST};

/// Doubts usually end together: one reading for all within this time.
const TOGETHER: Duration = Duration::from_millis(250);
/// The minimum time between two such readings. While hundreds of doubts end, all other users are still read in turn.
const APART: Duration = Duration::from_secs(1);

/// Whether many users are missing.
#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Until when their last statuses count.
    pub(super) until: Option<Moment>,
}

impl Absent {
    pub(super) fn next(&self) -> Moment {
        self.until.unwrap_or(Moment::NEVER)
    }
}

/// The lists that are read next, apart from the others.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    pub(super) lists: Vec<Vec<Slot>>,
    pub(super) refused: u32,
}

impl Suspects {
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Vec<Slot>> {
        self.lists.pop()
    }

    /// A list was read.
    pub(super) fn succeeded(&mut self) {
        self.refused = 0;
    }
}

/// Users who are read again at once.
#[derive(Debug, Default)]
pub(super) struct Rereads {
    users: Vec<Slot>,
    due: Moment,
}

impl Rereads {
    pub(super) fn next(&self) -> Moment {
        if self.users.is_empty() { Moment::NEVER } else { self.due }
    }

    pub(super) fn take(&mut self, now: Moment) -> Vec<Slot> {
        self.due = now + APART;
        let count = self.users.len().min(USERS_OF_A_REQUEST);
        self.users.drain(..count).collect()
    }

    pub(super) fn add(&mut self, user: Slot, now: Moment) {
        if self.users.is_empty() {
            self.due = self.due.max(now + TOGETHER);
        }
        self.users.push(user);
    }
}
