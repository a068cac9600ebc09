//! Reports progress on standard error, including the reason for waiting.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::provision::{Progress, Step};
use crate::secret::Secret;
use crate::settings::{Generation, Mode};
use crate::text::printable;
use crate::web::actions::Progress as PageProgress;

/// Reports progress: on a page, with a spinner on a terminal, or with plain lines in a pipe.
pub(super) struct ProgressReporter {
    page: Option<Arc<dyn PageProgress>>,
    bar: ProgressBar,
    is_quiet: bool,
    has_done: AtomicBool,
    /// The generation whose keys the settings file uses.
    keys: Generation,
}

impl ProgressReporter {
    pub(super) fn new(is_quiet: bool, page: Option<Arc<dyn PageProgress>>, keys: Generation) -> Self {
        let target = if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
        Self { page, bar, is_quiet, has_done: AtomicBool::new(false), keys }
    }

    /// Whether a step is completed.
    pub(super) fn has_done(&self) -> bool {
        self.has_done.load(Ordering::Relaxed)
    }

    /// The spinner line, for other code that writes to the terminal.
    pub(super) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Clears the spinner line until the next step.
    pub(super) fn rest(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }

    fn spin(&self, message: String) {
        if !self.is_quiet && !self.bar.is_hidden() {
            self.bar.reset();
            self.bar.set_message(message);
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
    }

    fn on_page(&self, show: impl FnOnce(&dyn PageProgress)) {
        if let Some(page) = &self.page {
            show(&**page);
        }
    }

    fn line(&self, text: &str) {
        if !self.is_quiet {
            // A closed terminal must not end the work.
            self.bar.suspend(|| drop(writeln!(io::stderr(), "{text}")));
        }
    }
}

impl Progress for ProgressReporter {
    fn begin_step(&self, step: &Step) {
        let what = describe(self.keys, step);
        self.on_page(|page| page.report(&what));
        self.spin(what);
    }

    fn end_step(&self, step: &Step) {
        self.has_done.store(true, Ordering::Relaxed);
        let what = describe(self.keys, step);
        self.on_page(|page| page.end_step(&what));
        self.line(&format!("done: {what}"));
    }

    fn report(&self, what: &str) {
        // The text may contain a name from outside.
        let what = printable(what);
        self.on_page(|page| page.report(&what));
        self.spin(what.clone());
        self.line(&what);
    }

    fn end_report(&self, what: &str) {
        self.on_page(|page| page.end_step(&printable(what)));
    }

    fn report_wait(&self, why: &str, pause: Duration) {
        let why = printable(why);
        self.on_page(|page| page.report_wait(&why, pause));
        self.line(&format!("waiting {} s: {why}", pause.as_secs()));
    }
}

/// Describes a step in one line.
fn describe(keys: Generation, step: &Step) -> String {
    // The mode only affects the reasons, which are not shown.
    let lines = step.lines(keys, Mode::BothWays);
    let first = lines.first().map(|line| {
        let sign = line.sign.mark();
        format!("{sign} {} {}", line.object, printable(&line.what))
    });
    first.unwrap_or_default()
}

/// Shows a secret on the terminal: the only time that it is visible.
pub(super) fn show_secret(secret: &Secret) -> io::Result<()> {
    writeln!(io::stderr(), "\nThe new client secret, shown only once:\n\n  {}\n", Secret::expose(secret))
}
