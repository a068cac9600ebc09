//! The signal that asks a service to read its settings again.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this program reloads on SIGHUP. Then its default action must not follow.
static IS_HANDLED: AtomicBool = AtomicBool::new(false);

/// Whether this program reloads on SIGHUP.
#[cfg_attr(not(unix), expect(dead_code, reason = "only the program's signals ask"))]
pub(super) fn reloads_on_hangup() -> bool {
    IS_HANDLED.load(Ordering::SeqCst)
}

/// SIGHUP, caught from the construction to the end of the process; elsewhere, it never comes.
pub(crate) struct ReloadSignal {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl ReloadSignal {
    /// Catches the signal. Must be called in a runtime of tokio.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(crate) fn new() -> io::Result<Self> {
        // This must happen before the signal is caught: the listener of `process` must see it from the first
        // signal on.
        IS_HANDLED.store(true, Ordering::SeqCst);
        Ok(Self {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal. Can be dropped at any time without missing one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        std::future::pending().await
    }
}
