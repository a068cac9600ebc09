//! One line per change in SwyxServer and in Teams, and per effect of a client: together they show the delay.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// The maximum number of lines in memory; the oldest are dropped first.
const KEPT: usize = 200_000;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalLine {
    /// The time in seconds since the emulator was created, to a microsecond.
    pub at: f64,
    /// The user, by the id in SwyxServer; `None` for a Teams user who is unknown in SwyxServer.
    pub user: Option<Box<str>>,
    /// The event. Changes: `call` and `hangup` in SwyxServer, `swyx-by-hand` in SwyxIt!, `teams` in the Teams client, `prefer` by the
    /// user in Teams. Effects of clients: `set-status` at the gateway, `set-presence` and `clear-presence` in Microsoft Graph.
    pub what: &'static str,
    /// The status, `Away`, or the pair, `Busy/InACall`; `None` without a value.
    pub value: Option<Box<str>>,
}

/// The journal of one emulated tenant.
pub(super) struct Journal {
    inner: Mutex<Inner>,
}

struct Inner {
    file: Option<File>,
    lines: VecDeque<JournalLine>,
}

impl Journal {
    /// A journal that is also written to the file at `path`, which is truncated first.
    pub(super) fn new(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(File::create).transpose()?;
        Ok(Self { inner: Mutex::new(Inner { file, lines: VecDeque::new() }) })
    }

    /// Adds a line.
    pub(super) fn add(&self, at: Duration, user: Option<&str>, what: &'static str, value: Option<&str>) {
        let at = (at.as_secs_f64() * 1e6).round() / 1e6;
        let line = JournalLine { at, user: user.map(Box::from), what, value: value.map(Box::from) };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut inner.file
            && let Err(error) = write(file, &line)
        {
            tracing::error!("cannot write the journal: {error}");
        }
        if inner.lines.len() == KEPT {
            inner.lines.pop_front();
        }
        inner.lines.push_back(line);
    }

    /// The lines so far.
    pub(super) fn lines(&self) -> Vec<JournalLine> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).lines.iter().cloned().collect()
    }
}

/// Writes a line at once, so that readers only see complete lines.
fn write(file: &mut File, line: &JournalLine) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_lines_are_written_immediately_in_member_order() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let journal = Journal::new(Some(file.path())).expect("a journal");
        journal.add(Duration::from_micros(1_500_000), Some("1001"), "set-presence", Some("Busy/InACall"));
        journal.add(Duration::from_secs(2), None, "clear-presence", None);
        let text = std::fs::read_to_string(file.path()).expect("text");
        let first = r#"{"at":1.5,"user":"1001","what":"set-presence","value":"Busy/InACall"}"#;
        let second = r#"{"at":2.0,"user":null,"what":"clear-presence","value":null}"#;
        assert_eq!(text, format!("{first}\n{second}\n"));
        assert_eq!(journal.lines().len(), 2);
    }

    #[test]
    fn memory_is_bounded() {
        let journal = Journal::new(None).expect("a journal");
        (0..KEPT as u64 + 2).for_each(|at| journal.add(Duration::from_secs(at), None, "call", None));
        let lines = journal.lines();
        assert_eq!((lines.len(), lines[0].at), (KEPT, 2.0));
    }
}
