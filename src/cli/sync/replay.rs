//! `--replay`: sends a recording to an engine with the current settings, and prints what it would do. Opens no connection and fetches no
//! secret.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::load::checked;
use super::shapes::{HEAD, Line, name};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::os::{ReadError, open_regular};
use crate::sync::engine::{Action, Command, Engine, Event};
use crate::sync::{Moment, Options};
use crate::text::printable;

pub(super) fn run(context: &mut Context<'_>, files: &[PathBuf], recording: &Path) -> Result<Exit, CliError> {
    let [path] = files else {
        return Err(usage_error("--replay needs exactly one settings file"));
    };
    let settings = match checked(path) {
        Ok((_, settings)) => settings,
        Err(error) => {
            write!(context.err, "{}", error.text)?;
            return Err(CliError::Reported(error.exit));
        }
    };
    let mut engine = Engine::new(Options::of(&settings));
    let mut recording = RecordingReader::open(recording)?;
    loop {
        let (now, event) = match recording.next(&mut engine)? {
            Next::Event(now, event) => (now, event),
            Next::Truncated(number) => {
                context.note(format_args!("--replay: skipped the last line, {number}: it is incomplete"))?;
                break;
            }
            Next::End => break,
        };
        // The current settings apply, not those that changed during the recording.
        if matches!(event, Event::Options(_)) {
            continue;
        }
        let commands = engine.step(event, now);
        for text in commands.iter().filter_map(|command| describe(now, command, &engine)) {
            writeln!(context.out, "{text}")?;
        }
    }
    Ok(Exit::Clean)
}

/// The size limit of a recording in bytes.
const MAX_BYTES: u64 = 1 << 30;
/// The size limit of a line in bytes. The longest lines are user lists.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// Reads a recording line by line.
struct RecordingReader<'a> {
    path: &'a Path,
    content: BufReader<File>,
    /// The number of the last line read; the first line has number 1.
    number: usize,
}

/// What a recording contains next.
enum Next {
    Event(Moment, Event),
    /// The last line, with its number, is incomplete: the disk was full, or the power failed.
    Truncated(usize),
    End,
}

impl<'a> RecordingReader<'a> {
    fn open(path: &'a Path) -> Result<Self, CliError> {
        let file = open_regular(path, MAX_BYTES).map_err(|error| unreadable(path, &error))?;
        let mut reader = Self { path, content: BufReader::new(file), number: 0 };
        match reader.line()? {
            Some(head) if head.trim() != HEAD => Err(reader.invalid()),
            _ => Ok(reader),
        }
    }

    fn next(&mut self, engine: &mut Engine) -> Result<Next, CliError> {
        let Some(text) = self.line()? else { return Ok(Next::End) };
        let line = serde_json::from_str::<Line>(&text).ok();
        let event = line.and_then(|line| Some((line.at, line.event.event(engine)?)));
        match event {
            Some((at, event)) => Ok(Next::Event(Moment::at(Duration::from_millis(at)), event)),
            None if self.is_at_end()? => Ok(Next::Truncated(self.number)),
            None => Err(self.invalid()),
        }
    }

    fn line(&mut self) -> Result<Option<String>, CliError> {
        self.number += 1;
        let mut line = String::new();
        let read = (&mut self.content).take(MAX_LINE_BYTES).read_line(&mut line);
        match read.map_err(|error| self.failed(error))? {
            0 => Ok(None),
            _ if line.len() as u64 == MAX_LINE_BYTES => Err(self.invalid()),
            _ => Ok(Some(line)),
        }
    }

    fn is_at_end(&mut self) -> Result<bool, CliError> {
        let next = self.content.fill_buf().map(<[u8]>::is_empty);
        next.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> CliError {
        unreadable(self.path, &ReadError::Io(error))
    }

    fn invalid(&self) -> CliError {
        usage_error(format_args!("--replay: line {} is not a valid line of a recording", self.number))
    }
}

fn unreadable(path: &Path, error: &ReadError) -> CliError {
    usage_error(format_args!("--replay: {}: {error}", printable(&display(path))))
}

/// The description of a command; `None` for readings.
pub(super) fn describe(now: Moment, command: &Command, engine: &Engine) -> Option<String> {
    let user = |slot: &u32| engine.link(*slot).map_or_else(String::new, |link| printable(&link.swyx));
    let what = match &command.action {
        Action::Read(_) => return None,
        Action::Set(slot, life) => {
            format!("would set {} in Teams: In a call, for {} min", user(slot), life.as_secs() / 60)
        }
        Action::Renew(slot, life) => {
            format!("would renew {} in Teams: In a call, for {} min", user(slot), life.as_secs() / 60)
        }
        Action::Clear(slot) => format!("would clear {} in Teams: In a call is over", user(slot)),
        Action::SetStatus(slot, status) => format!("would set {} in Swyx: {}", user(slot), name(*status)),
    };
    Some(format!("{:>9.3} s  {what}", now.since_start().as_secs_f64()))
}
