//! Termination signals for commands that shut down gracefully.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[cfg(unix)]
use unix::Signals;
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

/// How much time the program has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A user or a service manager asked, and waits.
    Patient,
    /// The system ends the program after five seconds.
    #[cfg_attr(unix, cfg_attr(not(test), expect(dead_code, reason = "Unix announces no such end")))]
    Imminent,
}

impl Urgency {
    /// The time limit for work before the end that may usually take `usual`.
    pub(crate) fn limit(self, usual: Duration) -> Duration {
        /// One second less than the system gives, for the end of the program itself.
        const BEFORE_KILL: Duration = Duration::from_secs(4);
        match self {
            Self::Patient => usual,
            Self::Imminent => usual.min(BEFORE_KILL),
        }
    }
}

/// What Windows tells a program with a console.
#[cfg(any(windows, test))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConsoleEvent {
    CtrlC,
    CtrlBreak,
    Close,
    LogOff,
    Shutdown,
}

#[cfg(any(windows, test))]
impl ConsoleEvent {
    fn urgency(self) -> Urgency {
        match self {
            Self::CtrlC | Self::CtrlBreak => Urgency::Patient,
            Self::Close | Self::LogOff | Self::Shutdown => Urgency::Imminent,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_console_session_and_system_leaves_four_seconds() {
        let (usual, short) = (Duration::from_secs(25), Duration::from_secs(4));
        for (event, limit) in [
            (ConsoleEvent::CtrlC, usual),
            (ConsoleEvent::CtrlBreak, usual),
            (ConsoleEvent::Close, short),
            (ConsoleEvent::LogOff, short),
            (ConsoleEvent::Shutdown, short),
        ] {
            assert_eq!(event.urgency().limit(usual), limit, "{event:?}");
        }
        let shorter = Duration::from_secs(1);
        assert_eq!(Urgency::Imminent.limit(shorter), shorter);
    }
}
