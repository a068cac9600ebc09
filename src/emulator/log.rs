//! One line per request: in memory, and in a file before the answer is sent.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::message::Part;

/// The maximum number of lines in memory, with each part of a batch counted as one; the oldest are dropped first.
const KEPT: usize = 100_000;

/// The log entry of one request. It has no query, no header and no body, so it contains neither a token nor a secret.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The method.
    pub method: String,
    /// The path as sent, without the query: `/v1.0/users`.
    pub path: String,
    /// The status of the answer, even if the answer was dropped; 0 if the request was dropped.
    pub status: u16,
    /// The duration in milliseconds, to a thousandth.
    pub ms: f64,
    /// For a batch: its parts in the order of their answers; otherwise empty.
    pub parts: Vec<Part>,
    /// The name of the fault that affected the whole request, see [`super::Fault`]; a fault of a part shows in the part's status.
    pub fault: Option<&'static str>,
}

impl Entry {
    /// The number of lines that it counts as.
    fn weight(&self) -> usize {
        1 + self.parts.len()
    }

    fn line(&self) -> String {
        let part = |part: &Part| json!({"method": part.method, "path": part.path, "status": part.status});
        let mut line = json!({"method": self.method, "path": self.path, "status": self.status, "ms": self.ms,
            "parts": self.parts.iter().map(part).collect::<Vec<_>>()});
        if let (Some(fault), Some(members)) = (self.fault, line.as_object_mut()) {
            members.insert("fault".to_owned(), Value::from(fault));
        }
        format!("{line}\n")
    }
}

/// The log of one emulated tenant.
pub(super) struct Log {
    inner: Mutex<Inner>,
}

struct Inner {
    file: Option<File>,
    entries: VecDeque<Entry>,
    weight: usize,
}

impl Log {
    /// A log that also writes to the file at `path`, which is truncated first.
    pub(super) fn new(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(File::create).transpose()?;
        Ok(Self { inner: Mutex::new(Inner { file, entries: VecDeque::new(), weight: 0 }) })
    }

    /// Adds a line.
    pub(super) fn add(&self, entry: Entry) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut inner.file
            && let Err(error) = file.write_all(entry.line().as_bytes()).and_then(|()| file.flush())
        {
            tracing::error!("cannot write the log: {error}");
        }
        inner.weight += entry.weight();
        inner.entries.push_back(entry);
        while inner.weight > KEPT
            && let Some(oldest) = inner.entries.pop_front()
        {
            inner.weight -= oldest.weight();
        }
    }

    /// The lines so far.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).entries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_line_has_ordered_members() {
        let mut entry = Entry {
            method: "POST".to_owned(),
            path: "/v1.0/$batch".to_owned(),
            status: 200,
            ms: 1.5,
            parts: vec![Part { method: "GET".to_owned(), path: "/users".to_owned(), status: 429 }],
            fault: None,
        };
        let parts = r#"[{"method":"GET","path":"/users","status":429}]"#;
        let line =
            format!(r#"{{"method":"POST","path":"/v1.0/$batch","status":200,"ms":1.5,"parts":{parts}}}"#);
        assert_eq!(entry.line(), format!("{line}\n"));
        (entry.parts, entry.fault) = (Vec::new(), Some("drop-reply"));
        assert!(entry.line().ends_with("\"parts\":[],\"fault\":\"drop-reply\"}\n"));
    }

    fn entry(number: usize, parts: usize) -> Entry {
        let part = Part { method: "GET".to_owned(), path: "/users".to_owned(), status: 200 };
        let path = format!("/{number}");
        Entry { method: "GET".to_owned(), path, status: 404, ms: 0.0, parts: vec![part; parts], fault: None }
    }

    #[test]
    fn memory_is_bounded_by_lines_and_parts() {
        let log = Log::new(None).expect("a log");
        (0..6_000).for_each(|number| log.add(entry(number, 19)));
        let kept = log.entries();
        assert_eq!((kept.len(), kept[0].path.as_str()), (KEPT / 20, "/1000"));
    }

    #[test]
    fn log_lines_are_written_immediately() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let log = Log::new(Some(file.path())).expect("a log");
        let entry = entry(0, 0);
        log.add(entry.clone());
        assert_eq!(std::fs::read_to_string(file.path()).expect("text"), entry.line());
        assert_eq!(log.entries(), [entry]);
    }
}
