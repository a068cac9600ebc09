//! Termination signals for commands that shut down gracefully.

#[cfg(unix)]
mod unix;
mod urgency;
#[cfg(windows)]
mod windows;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(unix)]
use unix::Signals;
pub(crate) use urgency::Urgency;
#[cfg(windows)]
use windows::Signals;
#[cfg(windows)]
pub(crate) use windows::{listen_to_service_manager, request_shutdown};

/// The number of this program's own handlers. A handler that has seen a signal counts forever, because the
/// program ends by it.
static OWN_HANDLERS: AtomicUsize = AtomicUsize::new(0);

/// Whether this program handles SIGTERM and SIGINT. Then their default action must not follow.
#[cfg_attr(not(unix), expect(dead_code, reason = "only the program's signals ask"))]
pub(super) fn has_own_handler() -> bool {
    OWN_HANDLERS.load(Ordering::SeqCst) > 0
}

/// Counts one handler while it exists.
struct OwnHandler {
    has_seen_signal: bool,
}

impl OwnHandler {
    fn new() -> Self {
        OWN_HANDLERS.fetch_add(1, Ordering::SeqCst);
        Self { has_seen_signal: false }
    }
}

impl Drop for OwnHandler {
    fn drop(&mut self) {
        if !self.has_seen_signal {
            OWN_HANDLERS.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Termination signals: SIGTERM and SIGINT; on Windows Ctrl-C, Ctrl-Break, and the end of the console, the session or the system; in a
/// service of Windows, its stop. They are caught on construction, so that none is missed between two waits.
pub(crate) struct ShutdownSignals {
    own: OwnHandler,
    signals: Signals,
}

impl ShutdownSignals {
    /// Catches the signals. Must be called in a runtime of tokio.
    ///
    /// # Errors
    /// The reason of the operating system.
    pub(crate) fn new() -> io::Result<Self> {
        // This must happen before the signals are caught: the listener of `process` must see it from the
        // first signal on.
        let own = OwnHandler::new();
        Ok(Self { own, signals: Signals::new()? })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Urgency {
        let urgency = self.signals.next().await;
        self.own.has_seen_signal = true;
        urgency
    }
}

/// Waits for the first of [`ShutdownSignals`]. They are caught from this call on, not only when the future is
/// polled.
///
/// # Errors
/// The reason of the operating system.
pub(crate) fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = ShutdownSignals::new()?;
    Ok(async move {
        signals.next().await;
    })
}
