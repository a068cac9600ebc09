//! The log of `-v`: pauses and repetitions, with `-vv` every request. On standard error, beside the results.
//!
//! Only our own events are shown. Libraries below may log whole requests, and with them a secret.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log, if `-v` was given at all.
pub(super) fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    let ours = Targets::new().with_target("swyx_teams", level);
    // There is one log in a process; a second start, as in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}
