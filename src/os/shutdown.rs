//! The signals by which a command of this program ends in its own way.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many handlers of this program's own there are. One that has seen a signal counts for ever, since the program ends by it.
static OWN_HANDLERS: AtomicUsize = AtomicUsize::new(0);

/// Whether SIGTERM and SIGINT are handled by this program. Their default action must not follow then.
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
    /// The system's reason for not telling.
    #[cfg(unix)]
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // Before the signals are caught: the listener of `process` must see it from the first one on.
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
        // Where the system does not tell, nothing ends before the process does.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.own.has_seen_signal = true;
    }
}

/// Waits for the first of [`ShutdownSignals`], all caught from this call on, not only once the future is waited for.
///
/// # Errors
/// The system's reason for not telling.
pub(crate) fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = ShutdownSignals::new()?;
    Ok(async move { signals.next().await })
}
