//! What all requests share: the directory, the clock, the key, and what goes wrong.

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
use super::state::{Directory, PasswordCredential};
use super::time::Clock;

/// What all requests share.
pub(super) struct Shared {
    /// The address at which the emulator answers, without a slash at its end: `https://localhost:8443`.
    pub(super) base: String,
    /// The time.
    pub(super) clock: Clock,
    /// The key of all tokens.
    pub(super) keys: Keys,
    /// How the emulated user treats device codes.
    pub(super) device: DeviceSettings,
    /// The tenant; [`Shared::read`] and [`Shared::write`] give it.
    pub(super) directory: RwLock<Directory>,
    /// The emulated SwyxServer; [`Shared::swyx`] and [`Shared::swyx_mut`] give it. Whoever takes the directory, too, takes that first.
    pub(super) swyx_server: RwLock<SwyxServer>,
    /// The bearer token of the gateway.
    pub(super) gateway_token: String,
    /// Device codes and refresh tokens; [`Shared::sessions`] gives them.
    pub(super) sessions: Mutex<Sessions>,
    /// What goes wrong now; [`Shared::faults`] gives it.
    pub(super) all_faults: RwLock<Arc<Faults>>,
    /// The documented rates, where they are kept.
    pub(super) limits: Option<Limits>,
    /// A line per request.
    pub(super) log: Log,
    /// A line per change and effect; [`Shared::write_journal`] adds to it.
    pub(super) journal: Journal,
    /// Decides what is left to chance.
    pub(super) seed: u64,
}

/// How the emulated user treats device codes.
pub(super) struct DeviceSettings {
    /// What comes in the end.
    pub(super) answer: DeviceCode,
    /// After how many answers that it is pending.
    pub(super) polls: u32,
    /// How many seconds a client is to wait between two questions.
    pub(super) interval: u64,
}

impl Shared {
    /// What goes wrong now.
    pub(super) fn faults(&self) -> Arc<Faults> {
        self.all_faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds to the journal what happened just now; `user` is an id of SwyxServer's.
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

    /// Whether a read sees by now what was made or changed at `changed`: always, unless replication lags.
    pub(super) fn is_replicated(&self, changed: Timestamp) -> bool {
        self.faults().is_replicated(changed, self.clock.now())
    }

    /// Whether a read sees a secret: one that was added by now, and not yet removed.
    pub(super) fn sees_secret(&self, secret: &PasswordCredential) -> bool {
        self.is_replicated(secret.created)
            && !secret.removed.is_some_and(|removed| self.is_replicated(removed))
    }
}
