//! The engine's options from the settings.

use std::time::Duration;

use crate::settings::{Mode, PresencePair, Settings, SwyxStatus};

/// The settings of the synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether calls are forwarded to Teams.
    pub mode: Mode,
    /// The interval between two readings of one user.
    pub interval: Duration,
    /// How long Graph keeps a session.
    pub session: Duration,
    /// Presence requests that Graph allows in 30 s.
    pub requests: u16,
    /// Overrides of the mapping.
    pub status: Vec<(PresencePair, SwyxStatus)>,
}

impl Options {
    /// Options without overrides of the mapping.
    pub fn new(mode: Mode, interval: Duration, session: Duration, requests: u16) -> Self {
        Self { mode, interval, session, requests, status: Vec::new() }
    }

    /// Sets the overrides of the mapping.
    #[must_use]
    pub fn status(self, status: Vec<(PresencePair, SwyxStatus)>) -> Self {
        Self { status, ..self }
    }

    /// The options from these settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            mode: settings.mode,
            interval: Duration::from_secs(settings.read_interval_seconds.into()),
            session: Duration::from_mins(settings.session_minutes.into()),
            requests: settings.requests_per_30_seconds,
            status: settings.status.clone(),
        }
    }
}
