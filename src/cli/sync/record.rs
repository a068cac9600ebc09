//! `--record` and `--dry-run`: those who watch the engine at work.
//!
//! A recording holds everything that the engine was told, a line of JSON each, with the engine's time in milliseconds: whoever tells
//! it to an engine again gets the same commands. It names users and what they did, so it is readable by its owner only.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::replay::said;
use super::shapes::{HEAD, Line, Told};
use crate::os::NewFile;
use crate::sync::Moment;
use crate::sync::engine::{Command, Engine, Event};
use crate::sync::run::{Nobody, Witness, Writing};
use crate::text::printable;

/// Makes witnesses.
pub(super) struct Recorder {
    file: Option<Arc<Mutex<BufWriter<File>>>>,
    /// Whether there are several tenants, so that each line has to say of which it is.
    names_files: bool,
}

impl Recorder {
    /// A recorder into a new file, or one that records nothing.
    pub(super) fn create(path: Option<&Path>, names_files: bool) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self { file: None, names_files }) };
        let mut file = NewFile::create(path)?;
        file.write(format!("{HEAD}\n").as_bytes())?;
        let file = BufWriter::new(file.into_file()?);
        Ok(Self { file: Some(Arc::new(Mutex::new(file))), names_files })
    }

    /// Who watches the tenant of a settings file.
    pub(super) fn witness(&self, writing: Writing, settings: &str) -> Box<dyn Witness> {
        let prefix = if self.names_files { format!("{}: ", printable(settings)) } else { String::new() };
        match (&self.file, writing) {
            (None, Writing::Really) => Box::new(Nobody),
            (file, Writing::Really) => Box::new(Watcher { file: file.clone(), says: None }),
            (file, Writing::NotAtAll) => Box::new(Watcher { file: file.clone(), says: Some(prefix) }),
        }
    }
}

struct Watcher {
    file: Option<Arc<Mutex<BufWriter<File>>>>,
    /// With this before it, what would be set is said on standard output.
    says: Option<String>,
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
        let Some(prefix) = &self.says else { return };
        if let Some(text) = said(now, command, engine) {
            // Who closed the pipe reads nothing.
            let _ = writeln!(io::stdout(), "{prefix}{text}");
        }
    }
}

fn millis(now: Moment) -> u64 {
    u64::try_from(now.since_start().as_millis()).unwrap_or(u64::MAX)
}
