//! `--replay`: gives a recording to an engine with the settings of today, and prints what it would do. Nothing is connected to, and no secret is
//! fetched.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{Context, Exit, display};
use super::load::checked;
use super::shapes::{HEAD, Line, name};
use crate::sync::engine::{Action, Command, Engine, Event};
use crate::sync::{Moment, Options};
use crate::text::printable;

pub(super) fn run(context: &mut Context<'_>, files: &[PathBuf], recording: &Path) -> io::Result<Exit> {
    let [path] = files else {
        return context.misuse("--replay takes one settings file: the one of which it was recorded");
    };
    let settings = match checked(path) {
        Ok((_, settings)) => settings,
        Err(error) => {
            write!(context.err, "{}", error.text)?;
            return Ok(error.exit);
        }
    };
    let unreadable = |error: &io::Error| {
        format!("--replay: {}: {}", printable(&display(recording)), crate::os::reason(error))
    };
    let file = match std::fs::File::open(recording) {
        Ok(file) => file,
        Err(error) => return context.misuse(unreadable(&error)),
    };
    let options = Options::of(&settings);
    match feed(context, BufReader::new(file), options)? {
        Ok(()) => Ok(Exit::Clean),
        Err(RecordingError::Unreadable(error)) => context.misuse(unreadable(&error)),
        Err(RecordingError::Line(number)) => {
            context.misuse(format_args!("--replay: line {number} is not a line of a recording"))
        }
    }
}

/// What is wrong with a recording.
enum RecordingError {
    Unreadable(io::Error),
    /// The line of this number is not a line of a recording.
    Line(usize),
}

/// Gives each line of a recording to an engine, and prints what it would do.
fn feed(
    context: &mut Context<'_>,
    file: impl BufRead,
    options: Options,
) -> io::Result<Result<(), RecordingError>> {
    let mut engine = Engine::new(options);
    let mut lines = file.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let line = match line {
            Ok(line) => line,
            Err(error) => return Ok(Err(RecordingError::Unreadable(error))),
        };
        if number == 0 && line.trim() == HEAD {
            continue;
        }
        let read = serde_json::from_str::<Line>(&line).ok().filter(|_| number > 0);
        let at = read.as_ref().map_or(0, |line| line.at);
        let Some(event) = read.and_then(|line| line.event.event(&mut engine)) else {
            // As a full disk, or a power cut, leaves it.
            if number > 0 && lines.peek().is_none() {
                context.note(format_args!(
                    "--replay: the last line, {}, is cut off, and left out",
                    number + 1
                ))?;
                break;
            }
            return Ok(Err(RecordingError::Line(number + 1)));
        };
        // Today's settings count, not those that were changed while it was recorded.
        if matches!(event, Event::Options(_)) {
            continue;
        }
        let now = Moment::at(Duration::from_millis(at));
        for command in engine.step(event, now) {
            if let Some(text) = describe(now, &command, &engine) {
                writeln!(context.out, "{text}")?;
            }
        }
    }
    Ok(Ok(()))
}

/// What a command would do, for a person; none for readings.
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
