//! `--replay`: feeds a recording to an engine with the current settings, and prints what it would do. It does not connect or fetch
//! secrets.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::load::checked;
use super::shapes::{HEAD, Line, name};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::sync::engine::{Action, Command, Engine, Event};
use crate::sync::{Moment, Options};
use crate::text::printable;

pub(super) fn run(context: &mut Context<'_>, files: &[PathBuf], recording: &Path) -> Result<Exit, CliError> {
    let [path] = files else {
        return Err(usage_error("--replay takes one settings file: the one of the recording"));
    };
    let (_, settings) = match checked(path) {
        Ok(checked) => checked,
        Err(error) => {
            write!(context.err, "{}", error.text)?;
            return Err(CliError::Reported(error.exit));
        }
    };
    let unreadable = |error: io::Error| {
        let name = printable(&display(recording));
        usage_error(format_args!("--replay: {name}: {}", crate::os::reason(&error)))
    };
    let file = std::fs::File::open(recording).map_err(unreadable)?;
    let mut engine = Engine::new(Options::of(&settings));
    let mut lines = BufReader::new(file).lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let line = line.map_err(unreadable)?;
        if number == 0 && line.trim() == HEAD {
            continue;
        }
        let read = serde_json::from_str::<Line>(&line).ok().filter(|_| number > 0);
        let at = read.as_ref().map_or(0, |line| line.at);
        let Some(event) = read.and_then(|line| line.event.event(&mut engine)) else {
            // A full disk or a power failure truncates the last line.
            if number > 0 && lines.peek().is_none() {
                context.note(format_args!(
                    "--replay: skipped the last line, {}: it is incomplete",
                    number + 1
                ))?;
                break;
            }
            let number = number + 1;
            return Err(usage_error(format_args!(
                "--replay: line {number} is not a valid line of a recording"
            )));
        };
        // The current settings apply, not those that changed during the recording.
        if matches!(event, Event::Options(_)) {
            continue;
        }
        let now = Moment::at(Duration::from_millis(at));
        let commands = engine.step(event, now);
        for text in commands.iter().filter_map(|command| describe(now, command, &engine)) {
            writeln!(context.out, "{text}")?;
        }
    }
    Ok(Exit::Clean)
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
