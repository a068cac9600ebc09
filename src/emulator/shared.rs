//! The state that all requests share: the directory, the clock, the key, and the faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::entra::sessions::Sessions;
use super::faults::Faults;
use super::gateway::SwyxServer;
use super::journal::Journal;
use super::keys::Keys;
use super::limits::Limits;
use super::log::Log;
use super::options::DeviceCode;
use super::state::{Directory, KeyCredential, PasswordCredential};
use super::time::Clock;

/// The state that all requests share.
pub(super) struct Shared {
    /// The address of the emulator without a trailing slash: `https://localhost:8443`.
    pub(super) base: String,
    /// The time.
    pub(super) clock: Clock,
    /// The key of all tokens.
    pub(super) keys: Keys,
    /// How the emulated user handles device codes.
    pub(super) device: DeviceSettings,
    /// The tenant; see [`Shared::read`] and [`Shared::write`].
    pub(super) directory: RwLock<Directory>,
    /// The emulated SwyxServer; see [`Shared::swyx`] and [`Shared::swyx_mut`]. Lock order: the directory before SwyxServer.
    pub(super) swyx_server: RwLock<SwyxServer>,
    /// The bearer token of the gateway.
    pub(super) gateway_token: String,
    /// Device codes and refresh tokens; see [`Shared::sessions`].
    pub(super) sessions: Mutex<Sessions>,
    /// The current faults; see [`Shared::faults`].
    pub(super) all_faults: RwLock<Arc<Faults>>,
    /// The documented rates, if they are enforced.
    pub(super) limits: Option<Limits>,
    /// One line per request.
    pub(super) log: Log,
    /// One line per change and effect; see [`Shared::write_journal`].
    pub(super) journal: Journal,
    /// The source of random decisions.
    pub(super) seed: u64,
}

/// How the emulated user handles device codes.
pub(super) struct DeviceSettings {
    /// The final action.
    pub(super) answer: DeviceCode,
    /// The number of "pending" answers before it.
    pub(super) polls: u32,
    /// The polling interval in seconds.
    pub(super) interval: u64,
}

impl Shared {
    /// The current faults.
    pub(super) fn faults(&self) -> Arc<Faults> {
        self.all_faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds an event to the journal; `user` is a SwyxServer id.
    pub(super) fn write_journal(&self, user: Option<&str>, what: &'static str, value: Option<&str>) {
        self.journal.add(self.clock.elapsed(), user, what, value);
    }

    /// The directory, to read.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directory, to change.
    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// SwyxServer, to read.
    pub(super) fn swyx(&self) -> RwLockReadGuard<'_, SwyxServer> {
        self.swyx_server.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// SwyxServer, to change.
    pub(super) fn swyx_mut(&self) -> RwLockWriteGuard<'_, SwyxServer> {
        self.swyx_server.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Device codes and refresh tokens.
    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a read already sees a change made at `changed`: always, unless replication lags.
    pub(super) fn is_replicated(&self, changed: Timestamp) -> bool {
        self.faults().is_replicated(changed, self.clock.now())
    }

    /// Whether a read sees a secret: already visible as added, and not yet visible as removed.
    pub(super) fn sees_secret(&self, secret: &PasswordCredential) -> bool {
        self.sees(secret.created, secret.removed)
    }

    /// Whether a read sees a certificate, in the same way.
    pub(super) fn sees_key(&self, key: &KeyCredential) -> bool {
        self.sees(key.created, key.removed)
    }

    fn sees(&self, created: Timestamp, removed: Option<Timestamp>) -> bool {
        self.is_replicated(created) && !removed.is_some_and(|removed| self.is_replicated(removed))
    }
}
