//! Output streams that may be closed by their reader, and the width of the terminal.

use std::io::{self, Write};

use terminal_size::{Width, terminal_size_of};

use crate::report::DEFAULT_WIDTH;

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
}
