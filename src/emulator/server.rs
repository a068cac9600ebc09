//! What all requests share, and the gate that every Graph request and every part of a batch passes.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::error::{Request, Response};
use super::graph;
use super::state::Directory;
use super::time::Clock;
use super::token::Caller;

/// What all requests share.
pub(super) struct Shared {
    /// The address at which the emulator answers, without a slash at its end: `https://localhost:8443`.
    pub(super) base: String,
    /// The time.
    pub(super) clock: Clock,
    directory: RwLock<Directory>,
}

impl Shared {
    /// The directory, to read.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directory, to change.
    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a read sees by now what was made or changed at `changed`: always, unless replication lags.
    pub(super) fn is_replicated(&self, _changed: Timestamp) -> bool {
        true
    }
}

/// Answers one request or one part of a batch: throttles and faults first, each by itself, then [`graph::handle`].
pub(super) fn part(shared: &Shared, caller: &Caller, request: &Request) -> Response {
    graph::handle(shared, caller, request)
}
