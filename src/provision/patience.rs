//! Waiting: until a change is replicated, Entra ID answers as if it had not happened. No documentation gives a time; users report seconds
//! to minutes. So each wait reports its reason, and all waits share a time limit.

use std::time::Duration;

use super::failure::Failure;
use super::step::Step;
use crate::entra::GraphError;
use crate::http::Deadline;

/// Observes progress and waits.
pub trait Progress: Send + Sync {
    /// A step starts.
    fn begin_step(&self, step: &Step);
    /// A step is done.
    fn end_step(&self, step: &Step);
    /// Something other than a step happens: a test sign-in, a probe.
    fn report(&self, what: &str);
    /// What [`Progress::report`] announced has ended, also if it failed. By default, nothing.
    fn end_report(&self, what: &str) {
        let _ = what;
    }
    /// A wait: its reason and its duration.
    fn report_wait(&self, why: &str, pause: Duration);
}

/// The time limit of all waits, and the observer.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// The deadline.
    pub until: Deadline,
    /// The observer.
    pub progress: &'a dyn Progress,
}

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_secs(2);
/// The maximum pause.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The pauses of one wait.
pub(super) struct Pauses<'a> {
    patience: Patience<'a>,
    next: Duration,
}

impl<'a> Patience<'a> {
    /// Reports something other than a step, and its end.
    pub(super) async fn during<T>(self, what: &str, work: impl Future<Output = T>) -> T {
        self.progress.report(what);
        let done = work.await;
        self.progress.end_report(what);
        done
    }

    pub(super) fn pauses(self) -> Pauses<'a> {
        Pauses { patience: self, next: FIRST }
    }

    /// Retries until there is a result. An attempt without a result, or with a transient failure, is repeated after a pause, for the
    /// reason `why`.
    pub(super) async fn settle<T>(
        self,
        why: &str,
        mut attempt: impl AsyncFnMut() -> Result<Option<T>, GraphError>,
    ) -> Result<T, Failure> {
        let mut pauses = self.pauses();
        loop {
            let failed = match attempt().await {
                Ok(Some(settled)) => return Ok(settled),
                Ok(None) => None,
                Err(error) if error.is_too_early() || error.is_transient() => Some(error),
                Err(error) => return Err(Failure::Graph(error)),
            };
            if !pauses.wait(why).await {
                let other = failed.filter(|error| !error.is_too_early());
                return Err(other.map_or_else(|| Failure::TooLate(why.to_owned()), Failure::Graph));
            }
        }
    }
}

impl Pauses<'_> {
    /// Waits once more, if the time limit allows it.
    pub(super) async fn wait(&mut self, why: &str) -> bool {
        let pause = self.next;
        if !self.patience.until.leaves(pause) {
            return false;
        }
        self.patience.progress.report_wait(why, pause);
        tokio::time::sleep(pause).await;
        self.next = (pause * 2).min(MAX_PAUSE);
        true
    }
}
