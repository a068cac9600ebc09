//! `--record` and `--dry-run`: observers of the engine.
//!
//! A recording has one JSON line per event of the engine, with the engine's time in milliseconds. The same events give the same commands.
//! A recording names users and their activities, so only its owner can read it.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::replay::describe;
use super::shapes::{EventShape, HEAD, Line};
use crate::os::NewFile;
use crate::sync::Moment;
use crate::sync::engine::{Command, Engine, Event};
use crate::sync::run::{NoopObserver, Observer};
use crate::text::printable;

/// Creates observers.
pub(super) struct Recorder {
    file: Option<Arc<Mutex<Lines<File>>>>,
    /// Whether there are several tenants, so that each line must name its tenant.
    names_files: bool,
}

/// A file to which complete lines are added.
trait Growing: Write {
    /// Removes everything after `length` bytes; the next write follows there.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Growing for File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(io::SeekFrom::Start(length)).map(|_| ())
    }
}

/// Writes lines. A line that could not be written leaves no part behind, so that the file stays readable.
struct Lines<F> {
    file: F,
    /// The size of the file up to its last complete line.
    length: u64,
    /// How many lines are missing since the last one that was written.
    missing: u64,
    /// No line is written before this time: on a disk that is almost full, some lines would be written and others not.
    retry: Moment,
}

/// The time between two attempts to write while lines are missing.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// What to report after a line.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    /// The first line that could not be written, and why.
    Fails(String),
    /// The first line that could be written again, with the number of missing ones.
    Works(u64),
}

impl<F: Growing> Lines<F> {
    fn add(&mut self, line: &[u8], now: Moment) -> Option<Change> {
        if self.missing > 0 && now < self.retry {
            self.missing += 1;
            return None;
        }
        let written = if self.missing > 0 { self.file.cut(self.length) } else { Ok(()) };
        // Written at once, because a recording matters most if the process ends unexpectedly.
        match written.and_then(|()| self.file.write_all(line)) {
            Ok(()) => {
                self.length += line.len() as u64;
                Some(std::mem::take(&mut self.missing)).filter(|missing| *missing > 0).map(Change::Works)
            }
            Err(error) => {
                self.missing += 1;
                self.retry = now + RETRY_INTERVAL;
                // If this fails, it is repeated before the next line.
                let _ = self.file.cut(self.length);
                (self.missing == 1).then(|| Change::Fails(crate::os::reason(&error)))
            }
        }
    }
}

impl Recorder {
    /// A recorder for a new file, or one that records nothing.
    pub(super) fn create(path: Option<&Path>, names_files: bool) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self { file: None, names_files }) };
        let head = format!("{HEAD}\n");
        let mut file = NewFile::create(path)?;
        file.write(head.as_bytes())?;
        let lines =
            Lines { file: file.into_file()?, length: head.len() as u64, missing: 0, retry: Moment::START };
        Ok(Self { file: Some(Arc::new(Mutex::new(lines))), names_files })
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
    file: Option<Arc<Mutex<Lines<File>>>>,
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
        match file.add(&text, now) {
            None => {}
            Some(Change::Fails(why)) => {
                tracing::error!("cannot write the recording: {why}; events are missing from here on");
            }
            Some(Change::Works(missing)) => {
                tracing::warn!("the recording is written again; missing events: {missing}");
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with little space, which takes a part of a line before it is full.
    #[derive(Default)]
    struct Disk {
        content: Vec<u8>,
        space: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match bytes.len().min(self.space - self.content.len()) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                taken => {
                    self.content.extend_from_slice(&bytes[..taken]);
                    Ok(taken)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Growing for Disk {
        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.content.truncate(usize::try_from(length).expect("short"));
            Ok(())
        }
    }

    #[test]
    fn full_disk_is_reported_once_and_leaves_only_complete_lines() {
        let disk = Disk { space: 12, ..Disk::default() };
        let mut lines = Lines { file: disk, length: 0, missing: 0, retry: Moment::START };
        let at = |seconds| Moment::at(Duration::from_secs(seconds));
        assert_eq!(lines.add(b"first\n", at(1)), None);
        assert!(matches!(lines.add(b"too long\n", at(2)), Some(Change::Fails(why)) if !why.is_empty()));
        // A short line would have space; the next attempt after the interval does not.
        assert_eq!(lines.add(b"2\n", at(3)), None);
        assert_eq!(lines.add(b"also too long\n", at(40)), None);
        assert_eq!(lines.file.content, b"first\n");
        lines.file.space = 1000;
        assert_eq!(lines.add(b"second\n", at(80)), Some(Change::Works(3)));
        assert_eq!(lines.add(b"third\n", at(81)), None);
        assert_eq!(lines.file.content, b"first\nsecond\nthird\n");
        lines.file.space = lines.file.content.len();
        assert!(matches!(lines.add(b"fourth\n", at(82)), Some(Change::Fails(_))), "reported again");
    }
}
