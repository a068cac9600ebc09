//! What others may see of a run.

use std::time::Duration;

use tokio::time::Instant;

use super::super::figures::Figures;
use crate::settings::SwyxStatus;

/// How it is. Nothing here names a user.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// When it was made; none before the first time.
    pub(super) made: Option<Instant>,
    /// The engine's figures.
    pub figures: Figures,
    /// How many users there are, and are matched; none before the lists were read.
    pub headcount: Option<Headcount>,
    /// The last thing that went wrong and was not yet followed by success, by what it is about.
    pub problems: Vec<(&'static str, String)>,
    /// The pairs of words that nobody knows.
    pub unknown_words: Vec<String>,
    /// Statuses that the gateway cannot set, each with what is set instead; `none` leaves the status alone.
    pub instead: Vec<(SwyxStatus, SwyxStatus)>,
}

impl View {
    /// How long ago it was made; none before the first time.
    pub fn age(&self) -> Option<Duration> {
        self.made.map(|made| made.elapsed())
    }
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// Activated users in Swyx.
    pub swyx: usize,
    /// Users in the tenant.
    pub teams: usize,
    /// Users who are synchronised.
    pub matched: usize,
    /// Findings that keep a user from being matched.
    pub errors: usize,
}
