//! The public view of a run.

use std::time::Duration;

use tokio::time::Instant;

use super::super::figures::Figures;
use crate::settings::SwyxStatus;

/// The state. Nothing here names a user.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct View {
    /// When it was created; `None` before the first time.
    pub(super) made: Option<Instant>,
    /// The engine's figures.
    pub figures: Figures,
    /// The number of users, and of matched ones; `None` before the lists were read.
    pub headcount: Option<Headcount>,
    /// The last problem of each topic that no success has followed yet.
    pub problems: Vec<(&'static str, String)>,
    /// The unknown pairs of values.
    pub unknown_words: Vec<String>,
    /// Statuses that the gateway cannot set, each with its substitute; `none` means no change.
    pub instead: Vec<(SwyxStatus, SwyxStatus)>,
}

impl View {
    /// Its age; `None` before the first time.
    pub fn age(&self) -> Option<Duration> {
        self.made.map(|made| made.elapsed())
    }
}

/// The number of users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headcount {
    /// Activated users in Swyx.
    pub swyx: usize,
    /// Users in the tenant.
    pub teams: usize,
    /// Synchronised users.
    pub matched: usize,
    /// Findings that keep a user from being matched.
    pub errors: usize,
}
