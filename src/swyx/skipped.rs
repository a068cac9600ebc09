//! Records that violate the contract: each is skipped alone, counted, and named at debug level only.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many records violate the contract at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedRecords {
    /// Users of the last list.
    pub users: usize,
    /// Users whose last status is unreadable.
    pub statuses: usize,
}

/// The skipped records of one gateway.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    users: AtomicUsize,
    /// The ids of the users; empty if the id is unreadable too.
    statuses: Mutex<HashSet<Box<str>>>,
}

impl Skipped {
    pub(super) fn counts(&self) -> SkippedRecords {
        let statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner).len();
        SkippedRecords { users: self.users.load(Ordering::Relaxed), statuses }
    }

    /// A whole list of users was read, of which these were skipped.
    pub(super) fn set_users(&self, ids: &[Box<str>]) {
        ids.iter().for_each(|id| tracing::debug!(id, "skipped a user that violates the contract"));
        self.users.store(ids.len(), Ordering::Relaxed);
    }

    /// Statuses were read: of `good` users, and of users that were skipped.
    pub(super) fn add_statuses<'a>(&self, good: impl Iterator<Item = &'a str>, ids: Vec<Box<str>>) {
        let mut statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        if !statuses.is_empty() {
            for id in good {
                statuses.remove(id);
            }
        }
        for id in ids {
            tracing::debug!(id, "skipped a status that violates the contract");
            statuses.insert(id);
        }
    }
}
