//! `--record` and `--dry-run`: observers of the engine.
//!
//! A recording has one JSON line per event of the engine, with the engine's time in milliseconds. The same events give the same commands.
//! A recording names users and their activities, so only its owner can read it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::replay::describe;
use super::shapes::{EventShape, HEAD, Line};
use crate::os::NewFile;
use crate::sync::Moment;
use crate::sync::engine::{Command, Engine, Event};
use crate::sync::run::{NoopObserver, Observer};
use crate::text::printable;

/// Creates observers.
pub(super) struct Recorder {
    file: Option<Arc<Mutex<BufWriter<File>>>>,
    /// Whether there are several tenants, so that each line must name its tenant.
    names_files: bool,
}

impl Recorder {
    /// A recorder for a new file, or one that records nothing.
    pub(super) fn create(path: Option<&Path>, names_files: bool) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self { file: None, names_files }) };
        let mut file = NewFile::create(path)?;
        file.write(format!("{HEAD}\n").as_bytes())?;
        let file = BufWriter::new(file.into_file()?);
        Ok(Self { file: Some(Arc::new(Mutex::new(file))), names_files })
    }

    /// The observer for the tenant of a settings file.
    pub(super) fn observer(&self, is_dry_run: bool, settings: &str) -> Box<dyn Observer> {
        let prefix = if self.names_files { format!("{}: ", printable(settings)) } else { String::new() };
        match (&self.file, is_dry_run) {
            (None, false) => Box::new(NoopObserver),
            (file, false) => Box::new(Recording { file: file.clone(), prints: None }),
            (file, true) => Box::new(Recording { file: file.clone(), prints: Some(prefix) }),
        }
    }
}

struct Recording {
    file: Option<Arc<Mutex<BufWriter<File>>>>,
    /// The prefix of each change that a dry run prints on standard output.
    prints: Option<String>,
}

impl Observer for Recording {
    fn on_event(&mut self, now: Moment, event: &Event, engine: &Engine) {
        let Some(file) = &self.file else { return };
        let line = Line { at: millis(now), event: EventShape::of(event, engine) };
        let Ok(mut text) = serde_json::to_vec(&line) else { return };
        text.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // Flushed at once because a recording matters most if the process ends unexpectedly.
        if let Err(error) = file.write_all(&text).and_then(|()| file.flush()) {
            tracing::error!("cannot write the recording: {}", crate::os::reason(&error));
        }
    }

    fn on_command(&mut self, now: Moment, command: &Command, engine: &Engine) {
        let Some(prefix) = &self.prints else { return };
        if let Some(text) = describe(now, command, engine) {
            // A closed pipe must not stop the run.
            let _ = writeln!(io::stdout(), "{prefix}{text}");
        }
    }
}

fn millis(now: Moment) -> u64 {
    u64::try_from(now.since_start().as_millis()).unwrap_or(u64::MAX)
}
