//! `--record` and `--dry-run`: those who watch the engine at work.
//!
//! A recording holds everything that the engine was told, a line of JSON each, with the engine's time in milliseconds: whoever tells
//! it to an engine again gets the same commands. It names users and what they did, so it is readable by its owner only.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::replay::said;
use super::shapes::{Line, Told};
use crate::os::NewFile;
use crate::sync::Moment;
use crate::sync::engine::{Command, Engine, Event};
use crate::sync::run::{Nobody, Witness, Writing};

/// Makes witnesses.
pub(super) struct Recorder(Option<Arc<Mutex<BufWriter<File>>>>);

impl Recorder {
    /// A recorder into a new file, or one that records nothing.
    pub(super) fn create(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self(None)) };
        let mut file = NewFile::create(path)?;
        file.write(b"{\"swyx_teams_recording\":1}\n")?;
        Ok(Self(Some(Arc::new(Mutex::new(BufWriter::new(file.into_file()?))))))
    }

    /// Who watches one tenant.
    pub(super) fn witness(&self, writing: Writing) -> Box<dyn Witness> {
        match (&self.0, writing) {
            (None, Writing::Really) => Box::new(Nobody),
            (file, writing) => Box::new(Watcher { file: file.clone(), says: writing == Writing::NotAtAll }),
        }
    }
}

struct Watcher {
    file: Option<Arc<Mutex<BufWriter<File>>>>,
    /// Says on standard output what would be set.
    says: bool,
}

impl Witness for Watcher {
    fn saw(&mut self, now: Moment, event: &Event, engine: &Engine) {
        let Some(file) = &self.file else { return };
        let line = Line { at: millis(now), told: Told::of(event, engine) };
        let Ok(mut text) = serde_json::to_vec(&line) else { return };
        text.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // Flushed at once: what is recorded is wanted most where the process does not end as it should.
        if let Err(error) = file.write_all(&text).and_then(|()| file.flush()) {
            tracing::error!("cannot write the recording: {}", crate::os::reason(&error));
        }
    }

    fn wants(&mut self, now: Moment, command: &Command, engine: &Engine) {
        if let Some(text) = said(now, command, engine).filter(|_| self.says) {
            // Who closed the pipe reads nothing.
            let _ = writeln!(io::stdout(), "{text}");
        }
    }
}

fn millis(now: Moment) -> u64 {
    u64::try_from(now.since_start().as_millis()).unwrap_or(u64::MAX)
}
