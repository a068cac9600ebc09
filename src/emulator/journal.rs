//! What changed on either side and what clients did about it, with the time: so that others can measure delays.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use tokio::time::Instant;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A call in Swyx began.
    Call,
    /// A call in Swyx ended.
    Hangup,
    /// A Swyx user chose a status by hand.
    ByHand,
    /// A Teams client said something else.
    Teams,
    /// A client of the gateway set a status.
    SetStatus,
    /// An application set a presence.
    SetPresence,
    /// An application cleared its presence.
    ClearPresence,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Hangup => "hangup",
            Self::ByHand => "swyx-by-hand",
            Self::Teams => "teams",
            Self::SetStatus => "set-status",
            Self::SetPresence => "set-presence",
            Self::ClearPresence => "clear-presence",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Seconds since the emulator was made.
    pub at: f64,
    /// The Swyx id, or the Teams object id.
    pub user: String,
    /// What happened.
    pub what: What,
    /// What was set.
    pub value: Option<String>,
}

/// The journal of one emulated tenant; it is kept only where somebody asked for it.
pub(super) struct Journal {
    since: Instant,
    inner: Option<Mutex<(Option<File>, Vec<Happened>)>>,
}

impl Journal {
    /// A journal in memory, in the file at `path` too if there is one; none at all unless `is_kept`.
    pub(super) fn new(path: Option<&Path>, is_kept: bool) -> io::Result<Self> {
        let file = path.map(File::create).transpose()?;
        let inner = (is_kept || file.is_some()).then(|| Mutex::new((file, Vec::new())));
        Ok(Self { since: Instant::now(), inner })
    }

    /// Notes what happened.
    pub(super) fn note(&self, user: &str, what: What, value: Option<&str>) {
        let Some(inner) = &self.inner else { return };
        let at = self.since.elapsed().as_secs_f64();
        let happened = Happened { at, user: user.to_owned(), what, value: value.map(str::to_owned) };
        let (file, kept) = &mut *inner.lock().unwrap_or_else(PoisonError::into_inner);
        match file {
            Some(file) => {
                let line = json!({"at": at, "user": user, "what": what.name(), "value": value});
                if let Err(error) = writeln!(file, "{line}") {
                    tracing::error!("cannot write the journal: {error}");
                }
            }
            None => kept.push(happened),
        }
    }

    /// All that happened so far, where it is not in a file.
    pub(super) fn happened(&self) -> Vec<Happened> {
        let Some(inner) = &self.inner else { return Vec::new() };
        inner.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
