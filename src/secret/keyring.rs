//! The secret store of the system: the Credential Manager of Windows, the Keychain of macOS, or the Secret Service.
//!
//! Only entries whose name begins with `swyx-teams/` are read or written, so that a settings file of someone else cannot
//! name the password of another program. In the store, such an entry has the service `swyx-teams` and the rest of its
//! name as user name; in the Credential Manager, its target is the whole name, and it stays on this machine.
//!
//! Without the feature `keyring`, no entry can be read or written. A program that uses the crate can name another store
//! with `keyring_core::set_default_store`.
//!
//! ```
//! use swyx_teams::secret::keyring::is_entry;
//!
//! assert!(is_entry("swyx-teams/north"));
//! assert!(!is_entry("github.com/north") && !is_entry("swyx-teams/"));
//! ```

use super::Secret;
pub use super::entry::is_entry;
use super::entry::{PREFIX, user_name};
use crate::os::process::CancellationToken;

/// The maximum length of a secret in units of UTF-16: the Credential Manager stores at most 2,560 bytes. The limit is the
/// same everywhere, so that a settings file works on every system.
const MAX_UNITS: usize = 1280;

/// Why the secret store did not give or take a secret. No message contains the secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The feature `keyring` is missing.
    #[error("this build of the program cannot use the secret store; {INSTEAD}")]
    NotBuilt,
    /// The name is not that of an entry of this program.
    #[error("the name of the entry does not begin with `{PREFIX}`, or is not valid")]
    InvalidName,
    /// There is no secret store on this machine, or for this user.
    #[error("no secret store is available: {0}; {INSTEAD}")]
    NoStore(String),
    /// The store is locked, or does not give access for another reason.
    #[error(
        "the secret store is locked, has no default keyring, or does not allow access; unlock it, for example by signing in to the desktop. If nobody can unlock it, {INSTEAD}"
    )]
    Locked,
    /// The entry does not exist.
    #[error("the secret store has no entry {0}; store the secret with `swyx-teams secret put`")]
    NoEntry(String),
    /// Several entries have this name.
    #[error("the secret store has several entries {0}; delete all but one")]
    Ambiguous(String),
    /// The entry is not text.
    #[error("the secret store entry {0} is not text; store the secret with `swyx-teams secret put`")]
    NotText(String),
    /// The secret is longer than the store of Windows allows. The number is its length.
    #[error("the secret has {0} characters, and the secret store of Windows takes at most 1,280; {INSTEAD}")]
    TooLong(usize),
    /// The store gave no answer in time.
    #[error("the secret store did not answer within {} seconds; if it asks for its password, unlock it and try again", TIME_LIMIT.as_secs())]
    TimedOut,
    /// The request was stopped, or the program is shutting down.
    #[error("the request to the secret store was stopped")]
    Cancelled,
    /// The store reported another error.
    #[error("the secret store failed: {0}")]
    Failed(String),
    /// The store gave another secret after it took one.
    #[error("the secret store did not keep the secret")]
    NotKept,
}

/// The ways out if the secret store is of no use.
const INSTEAD: &str = "use { file = \"PATH\" } or { command = [\"PROGRAM\"] } instead";

/// How long the store may take. It may ask the user for its password.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Whether a secret fits into the stores of all systems.
///
/// # Errors
/// [`KeyringError::TooLong`] if it does not.
pub fn check_length(secret: &Secret) -> Result<(), KeyringError> {
    if secret.utf16_units() > MAX_UNITS {
        return Err(KeyringError::TooLong(secret.utf16_units()));
    }
    Ok(())
}

/// Reads the secret of an entry. It is returned as it is stored.
///
/// # Errors
/// [`KeyringError`] if there is none, or it cannot be read.
pub fn read(entry: &str, cancellation: &CancellationToken) -> Result<Secret, KeyringError> {
    let name = user_name(entry).ok_or(KeyringError::InvalidName)?;
    access::read(entry, name, cancellation)
}

/// Writes the secret of an entry, and reads it again. A failure leaves the old secret.
///
/// # Errors
/// [`KeyringError`] if it was not stored.
pub fn write(entry: &str, secret: &Secret, cancellation: &CancellationToken) -> Result<(), KeyringError> {
    let name = user_name(entry).ok_or(KeyringError::InvalidName)?;
    check_length(secret)?;
    access::write(entry, name, secret, cancellation)
}

/// Like `write`, for a private key with its certificate, which is too long for the store of Windows only.
///
/// # Errors
/// [`KeyringError`] if it was not stored.
pub fn write_key(entry: &str, key: &Secret, cancellation: &CancellationToken) -> Result<(), KeyringError> {
    let name = user_name(entry).ok_or(KeyringError::InvalidName)?;
    if cfg!(windows) {
        check_length(key)?;
    }
    access::write(entry, name, key, cancellation)
}

/// Checks whether an entry can be written, and changes nothing: finds the entry, or, if it is missing, writes and
/// deletes a test entry beside it.
///
/// # Errors
/// [`KeyringError`] if the entry cannot be written.
pub fn try_out(entry: &str, cancellation: &CancellationToken) -> Result<(), KeyringError> {
    let name = user_name(entry).ok_or(KeyringError::InvalidName)?;
    match access::read(entry, name, cancellation) {
        Err(KeyringError::NoEntry(_)) => access::try_out(entry, name, cancellation),
        Err(KeyringError::NotText(_)) => Ok(()),
        read => read.map(drop),
    }
}

#[cfg(not(feature = "keyring"))]
mod access {
    use super::{CancellationToken, KeyringError, Secret};

    pub(super) fn read(_: &str, _: &str, _: &CancellationToken) -> Result<Secret, KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn write(_: &str, _: &str, _: &Secret, _: &CancellationToken) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }

    pub(super) fn try_out(_: &str, _: &str, _: &CancellationToken) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuilt)
    }
}

#[cfg(feature = "keyring")]
mod access {
    use std::error::Error as _;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    use keyring_core::{Entry, Error};

    use super::{CancellationToken, KeyringError, Secret, TIME_LIMIT};
    use crate::os::open_entry;

    pub(super) fn read(
        entry: &str,
        name: &str,
        cancellation: &CancellationToken,
    ) -> Result<Secret, KeyringError> {
        run(entry, name, cancellation, |entry| entry.get_password().map(Secret::new))
    }

    pub(super) fn write(
        entry: &str,
        name: &str,
        secret: &Secret,
        cancellation: &CancellationToken,
    ) -> Result<(), KeyringError> {
        let new = secret.clone();
        let is_kept = run(entry, name, cancellation, move |entry| {
            entry.set_password(Secret::expose(&new))?;
            Ok(Secret::new(entry.get_password()?) == new)
        })?;
        if is_kept { Ok(()) } else { Err(KeyringError::NotKept) }
    }

    pub(super) fn try_out(
        entry: &str,
        name: &str,
        cancellation: &CancellationToken,
    ) -> Result<(), KeyringError> {
        run(entry, &format!("{name} (test)"), cancellation, |entry| {
            entry.set_password("test")?;
            entry.delete_credential()
        })
    }

    /// Opens an entry and uses it on its own thread, because the store may wait for its user.
    fn run<T: Send + 'static>(
        entry: &str,
        name: &str,
        cancellation: &CancellationToken,
        action: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (sender, receiver) = channel();
        let (entry, name) = (entry.to_owned(), name.to_owned());
        let work = move || {
            let opened = open_entry(&name).map_err(|error| KeyringError::NoStore(why_no_store(&error)));
            let result = opened.and_then(|opened| action(&opened).map_err(|error| failure(&entry, &error)));
            // Nobody waits after the time limit.
            let _ = sender.send(result);
        };
        let thread = std::thread::Builder::new().name("keyring".to_owned()).spawn(work);
        thread.map_err(|error| KeyringError::Failed(crate::os::reason(&error)))?;
        wait(&receiver, cancellation)
    }

    /// Waits for the result, until the time limit or the cancellation.
    pub(super) fn wait<T>(
        receiver: &Receiver<Result<T, KeyringError>>,
        cancellation: &CancellationToken,
    ) -> Result<T, KeyringError> {
        const POLL: Duration = Duration::from_millis(50);
        let start = Instant::now();
        loop {
            match receiver.recv_timeout(POLL) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(KeyringError::Failed("its client stopped".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if cancellation.is_cancelled() => {
                    return Err(KeyringError::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() >= TIME_LIMIT => {
                    return Err(KeyringError::TimedOut);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// The error of a store. Texts of the crate that may contain the stored bytes are not used.
    fn failure(entry: &str, error: &Error) -> KeyringError {
        match error {
            Error::NoEntry => KeyringError::NoEntry(entry.to_owned()),
            Error::NoStorageAccess(_) => KeyringError::Locked,
            Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::NotText(entry.to_owned()),
            Error::Ambiguous(_) => KeyringError::Ambiguous(entry.to_owned()),
            error => KeyringError::Failed(reason(error)),
        }
    }

    /// Why there is no store. That of the desktop is reached through a library whose words help nobody.
    fn why_no_store(error: &Error) -> String {
        if cfg!(all(unix, not(target_os = "macos"))) {
            return "no Secret Service runs for this user, which a desktop session starts".to_owned();
        }
        reason(error)
    }

    /// The reason of the system, without a final full stop.
    fn reason(error: &Error) -> String {
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        crate::text::printable(reason.trim().trim_end_matches('.'))
    }
}

/// A store in memory instead of the system's, for all tests of this process.
#[cfg(all(test, feature = "keyring"))]
#[allow(clippy::expect_used, reason = "a test fails by it")]
pub(crate) fn use_store_in_memory() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        keyring_core::set_default_store(keyring_core::mock::Store::new().expect("a store in memory"));
    });
}

#[cfg(all(test, feature = "keyring"))]
#[path = "keyring/stored.rs"]
mod stored;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by it")]

    use super::*;

    #[test]
    fn other_names_are_neither_read_nor_written() {
        let token = CancellationToken::new();
        let secret = Secret::new("made-up");
        for entry in ["github.com/north", "swyx-teams/", ""] {
            assert_eq!(read(entry, &token).unwrap_err(), KeyringError::InvalidName);
            assert_eq!(write(entry, &secret, &token), Err(KeyringError::InvalidName));
            assert_eq!(try_out(entry, &token), Err(KeyringError::InvalidName));
        }
    }

    #[test]
    fn length_is_limited_by_the_store_of_windows() {
        assert_eq!(check_length(&Secret::new("x".repeat(1280))), Ok(()));
        let error = check_length(&Secret::new("x".repeat(1281))).unwrap_err();
        assert_eq!(error, KeyringError::TooLong(1281));
        let message = error.to_string();
        assert!(message.contains("1281 characters") && message.contains("1,280"), "{message}");
        assert!(message.contains("file") && message.contains("command"), "{message}");
        // Two units each.
        assert_eq!(check_length(&Secret::new("\u{1f600}".repeat(641))), Err(KeyringError::TooLong(1282)));
    }
}
