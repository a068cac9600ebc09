//! The log of `-v` on standard error, or of a service in its file: pauses and retries, with `-vv` every request.
//!
//! Only events of this program are shown. Libraries may log whole requests, which can contain a secret.

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::sync::LogFormat;

/// Starts the log with `-v`, and always for a command whose output is its log, such as a service.
pub(super) fn start<W>(verbose: u8, service: Option<LogFormat>, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = match (verbose, service) {
        (0, None) => return,
        (0 | 1, _) => Level::INFO,
        _ => Level::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_target(false).with_ansi(false);
    let lines = match service {
        Some(LogFormat::Json) => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
        }
        Some(LogFormat::Text) | None => lines.boxed(),
    };
    let ours = Targets::new().with_target("swyx_teams", level);
    // A process has one log; a second start, for example in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}
