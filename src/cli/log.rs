//! The log of `-v`: pauses and repetitions, with `-vv` every request. On standard error, beside the results.
//!
//! Only our own events are shown. Libraries below may log whole requests, and with them a secret.

use std::io;

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::sync::LogFormat;

/// Starts the log, if one is wanted: with `-v`, and always where the log is what the command shows, as of a service.
pub(super) fn start(verbose: u8, service: Option<LogFormat>) {
    let level = match (verbose, service) {
        (0, None) => return,
        (0 | 1, _) => Level::INFO,
        _ => Level::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    let lines = match service {
        Some(LogFormat::Json) => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        }
        Some(LogFormat::Text) | None => lines.boxed(),
    };
    let ours = Targets::new().with_target("swyx_teams", level);
    // There is one log in a process; a second start, as in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}
