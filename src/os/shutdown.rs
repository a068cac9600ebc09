//! Termination signals for commands that shut down gracefully.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// Termination signals: SIGTERM and SIGINT, elsewhere Ctrl-C. They are caught on construction, so that none is missed between two waits.
pub(crate) struct ShutdownSignals {
    own: OwnHandler,
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl ShutdownSignals {
    /// Catches the signals. Must be called in a runtime of tokio.
    ///
    /// # Errors
    /// The reason of the operating system.
    #[cfg(unix)]
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // This must happen before the signals are caught: the listener of `process` must see it from the
        // first signal on.
        let own = OwnHandler::new();
        Ok(Self { own, signals: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?] })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        let [terminate, interrupt] = &mut self.signals;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        self.own.has_seen_signal = true;
    }

    /// Catches the signals.
    ///
    /// # Errors
    /// None here.
    #[cfg(not(unix))]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { own: OwnHandler::new() })
    }

    /// Waits for the next signal.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        // If the system does not report signals, wait forever.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.own.has_seen_signal = true;
    }
}

/// Waits for the first of [`ShutdownSignals`]. They are caught from this call on, not only when the future is
/// polled.
///
/// # Errors
/// The reason of the operating system.
pub(crate) fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = ShutdownSignals::new()?;
    Ok(async move { signals.next().await })
}
