//! `--replay`: tells a recording to an engine with the settings of today, and prints what it would do. Nothing is connected to, and no secret is
//! fetched.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::load::checked;
use super::shapes::{HEAD, Line, name};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::diagnostic::printable;
use crate::sync::engine::{Action, Command, Engine, Event};
use crate::sync::{Moment, Options};

pub(super) fn run(context: &mut Context<'_>, files: &[PathBuf], recording: &Path) -> Result<Exit, CliError> {
    let [path] = files else {
        return Err(usage_error("--replay takes one settings file: the one of which it was recorded"));
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
        Err(error) => return Err(usage_error(unreadable(&error))),
    };
    let mut engine = Engine::new(Options::of(&settings));
    let mut lines = BufReader::new(file).lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let line = match line {
            Ok(line) => line,
            Err(error) => return Err(usage_error(unreadable(&error))),
        };
        if number == 0 && line.trim() == HEAD {
            continue;
        }
        let read = serde_json::from_str::<Line>(&line).ok().filter(|_| number > 0);
        let at = read.as_ref().map_or(0, |line| line.at);
        let Some(event) = read.and_then(|line| line.told.event(&mut engine)) else {
            // As a full disk, or a power cut, leaves it.
            if number > 0 && lines.peek().is_none() {
                context.note(format_args!(
                    "--replay: the last line, {}, is cut off, and left out",
                    number + 1
                ))?;
                break;
            }
            return Err(usage_error(format_args!(
                "--replay: line {} is not a line of a recording",
                number + 1
            )));
        };
        // Today's settings count, not those that were changed while it was recorded.
        if matches!(event, Event::Options(_)) {
            continue;
        }
        let now = Moment::at(Duration::from_millis(at));
        for command in engine.step(event, now) {
            if let Some(text) = said(now, &command, &engine) {
                writeln!(context.out, "{text}")?;
            }
        }
    }
    Ok(Exit::Clean)
}

/// What a command would do, for a person; readings are not worth a line.
pub(super) fn said(now: Moment, command: &Command, engine: &Engine) -> Option<String> {
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
