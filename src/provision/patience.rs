//! Waiting: Entra ID replicates what was changed, and until then answers as if it were not there. How long that takes is promised
//! nowhere; users report seconds to minutes. So each wait has a reason that is told, and all of them together have an end.

use std::time::Duration;

use super::failure::Failure;
use super::step::Step;
use crate::entra::GraphError;
use crate::http::Deadline;

/// Who hears of what is done, and of every wait.
pub trait Told: Send + Sync {
    /// A step begins.
    fn begins(&self, step: &Step);
    /// A step is done.
    fn done(&self, step: &Step);
    /// Something else happens than a step: a proof, a look.
    fn says(&self, what: &str);
    /// Nothing is done for a while: why, and how long.
    fn waits(&self, why: &str, pause: Duration);
}

/// How long is waited in all, and who hears of it.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// The end of all waiting.
    pub until: Deadline,
    /// Who hears of it.
    pub told: &'a dyn Told,
}

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_secs(2);
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// The pauses of one wait.
pub(super) struct Pauses<'a> {
    patience: Patience<'a>,
    next: Duration,
}

impl<'a> Patience<'a> {
    pub(super) fn pauses(self) -> Pauses<'a> {
        Pauses { patience: self, next: FIRST }
    }

    /// Tries until something comes of it. An attempt that gives nothing, or fails in a way that may pass, is made again after a pause,
    /// for the reason `why`.
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
    /// Waits once more, if there is time for it.
    pub(super) async fn wait(&mut self, why: &str) -> bool {
        let pause = self.next;
        if !self.patience.until.leaves(pause) {
            return false;
        }
        self.patience.told.waits(why, pause);
        tokio::time::sleep(pause).await;
        self.next = (pause * 2).min(LONGEST);
        true
    }
}
