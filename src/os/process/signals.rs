//! The signals that end this program while it runs commands: a command in its own process group gets no
//! Ctrl-C from the terminal.

use std::io;
use std::sync::mpsc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::commands::{end_all, end_all_by_signal};
use crate::os::reload_signal::reloads_on_hangup;
use crate::os::shutdown::has_own_handler;

const ENDING_SIGNALS: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Starts a thread that catches the signals. On the first signal it terminates all commands; then the default
/// action follows, so that the exit status is that of the signal, unless the program has its own handler for
/// it.
pub(super) fn catch() -> io::Result<()> {
    let (report, reported) = mpsc::channel();
    let listen = move || {
        let signals = Signals::new(ENDING_SIGNALS.into_iter().filter(|signal| !is_ignored(*signal)));
        let mut signals = match signals {
            Ok(signals) => signals,
            Err(error) => {
                let _ = report.send(Err(error));
                return;
            }
        };
        let _ = report.send(Ok(()));
        for signal in signals.forever() {
            let is_handled = matches!(signal, SIGINT | SIGTERM) && has_own_handler();
            if signal == SIGHUP && reloads_on_hangup() {
                // The program continues, and its commands, too.
            } else if is_handled {
                end_all();
            } else {
                end_all_by_signal();
                // It does not return: it aborts if the signal cannot be raised.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    };
    // The thread must be started first: without it, a caught signal would do nothing.
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
    reported.recv().unwrap_or_else(|_| Err(io::Error::other("the thread for signals ended")))
}

/// Whether the program was started with this signal ignored, as `nohup` does with SIGHUP. Then it must stay
/// ignored.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask.checked_shr(u32::try_from(signal - 1).unwrap_or(u32::MAX)).is_some_and(|mask| mask & 1 == 1)
}

/// The same on systems without a safe call for it: SIGHUP keeps its action, so that `nohup` works.
#[cfg(not(target_os = "linux"))]
fn is_ignored(signal: i32) -> bool {
    signal == SIGHUP
}
