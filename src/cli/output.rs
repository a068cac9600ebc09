//! Output streams that may be closed by their reader, and the width of the terminal.

use std::io::{self, Write};

use terminal_size::{Width, terminal_size_of};

use super::lines::wrap_lines;
use crate::report::DEFAULT_WIDTH;
use crate::report::wrap::{unbroken, wrap};

/// The width for results, in columns: that of the terminal, otherwise `COLUMNS`, otherwise 80.
pub(super) fn width_of_results() -> usize {
    columns(terminal_size_of(io::stdout()))
}

/// The width for messages, in columns: that of the terminal, otherwise `COLUMNS`, otherwise 80.
pub(super) fn width_of_messages() -> usize {
    columns(terminal_size_of(io::stderr()))
}

fn columns<H>(size: Option<(Width, H)>) -> usize {
    let of_terminal = size.map(|(Width(columns), _)| usize::from(columns));
    let of_environment = || std::env::var("COLUMNS").ok()?.parse().ok();
    // Some terminals report 0.
    of_terminal.or_else(of_environment).filter(|columns| *columns > 0).unwrap_or(DEFAULT_WIDTH)
}

/// Wraps a message for stderr that starts with `label`. Further lines of the message keep their indentation.
pub(super) fn wrap_message(label: &str, message: &str) -> String {
    wrap_message_at(label, message, width_of_messages())
}

fn wrap_message_at(label: &str, message: &str, width: usize) -> String {
    let (heading, more) = message.split_once('\n').map_or((message, None), |(line, more)| (line, Some(more)));
    // Messages about a file start with its path, which may have spaces.
    let heading = match heading.split_once(": ") {
        Some((path, text)) if path.contains(['/', '\\']) => format!("{}: {text}", unbroken(path)),
        _ => heading.to_owned(),
    };
    let heading = wrap(&heading, label, if label.is_empty() { "" } else { "  " }, width);
    more.map_or_else(|| heading.clone(), |more| format!("{heading}\n{}", wrap_lines(more, width)))
}

/// A writer that drops all output after the first tolerated error. So a command always reaches its exit code, and a closed pipe never
/// turns a failure into success.
pub(super) struct Tolerant<W> {
    inner: W,
    tolerates: fn(&io::Error) -> bool,
    is_closed: bool,
}

impl<W: Write> Tolerant<W> {
    /// For results: tolerates a closed pipe, but not a full disk.
    pub(super) fn closed_pipes(inner: W) -> Self {
        Self { inner, tolerates: |error| error.kind() == io::ErrorKind::BrokenPipe, is_closed: false }
    }

    /// For messages: no error on stderr may change the exit code.
    pub(super) fn all_errors(inner: W) -> Self {
        Self { inner, tolerates: |_| true, is_closed: false }
    }

    fn unless_closed<T>(&mut self, result: io::Result<T>, closed: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() != io::ErrorKind::Interrupted && (self.tolerates)(&error) => {
                self.is_closed = true;
                Ok(closed)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Tolerant<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        self.unless_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.unless_closed(flushed, ())
    }
}

/// A writer that wraps each line at the width for results. Columns, numbers and bullets keep their indentation.
pub(super) struct Prose<'a> {
    inner: &'a mut dyn Write,
    width: usize,
    /// The start of a line that is not complete yet.
    line: Vec<u8>,
}

impl<'a> Prose<'a> {
    /// Writes to `inner`, which must be the output for results.
    pub(super) fn new(inner: &'a mut dyn Write) -> Self {
        Self { inner, width: width_of_results(), line: Vec::new() }
    }
}

impl Write for Prose<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = String::from_utf8_lossy(&self.line);
                self.inner.write_all(wrap_lines(&line, self.width).as_bytes())?;
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    /// Writes the start of a line, too. It is no longer wrapped.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.write_all(&std::mem::take(&mut self.line))?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn results_survive_a_closed_pipe_and_report_a_full_disk() {
        let mut closed = Tolerant::closed_pipes(Failing(io::ErrorKind::BrokenPipe));
        assert!(writeln!(closed, "a").and_then(|()| closed.flush()).is_ok());
        let mut full = Tolerant::closed_pipes(Failing(io::ErrorKind::StorageFull));
        assert!(writeln!(full, "a").is_err() && full.flush().is_err());
    }

    #[test]
    fn messages_survive_all_errors() {
        let mut full = Tolerant::all_errors(Failing(io::ErrorKind::StorageFull));
        assert!(writeln!(full, "a").and_then(|()| full.flush()).is_ok());
    }

    #[test]
    fn messages_keep_paths_whole() {
        let message = wrap_message_at("error: ", "my files/a b.toml: it is not there\n  one two three", 20);
        assert_eq!(message, "error: my files/a b.toml:\n  it is not there\n  one two three");
    }

    #[test]
    fn prose_is_wrapped_line_by_line() {
        let mut out = Vec::new();
        let mut prose = Prose { inner: &mut out, width: 12, line: Vec::new() };
        assert!(
            write!(prose, "one two ").and_then(|()| write!(prose, "three\n- four five six\nseven")).is_ok()
        );
        assert!(prose.flush().is_ok());
        assert_eq!(String::from_utf8_lossy(&out), "one two\nthree\n- four five\n  six\nseven");
    }
}
