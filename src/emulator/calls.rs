//! A script of calls, statuses and presences at given times.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::Instant;

use super::gateway::Status as SwyxStatus;
use super::graph::presence::Status;
use super::{Emulator, SwyxError, TeamsError};

/// The latest time in seconds: a year.
const LATEST: f64 = 366.0 * 24.0 * 3600.0;

/// A parsed script, in the order of time; created by [`Emulator::read_calls`].
#[derive(Clone, Debug, Default)]
pub struct Calls {
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    at: Duration,
    user: String,
    event: ScriptEvent,
}

#[derive(Clone, Debug)]
enum ScriptEvent {
    Call(bool),
    Teams(Option<String>),
    Prefer(Option<String>),
    Swyx(String),
}

/// Why a script is invalid: all its errors, one per line, such as `line 3: no such user of SwyxServer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallsError(Vec<(usize, String)>);

impl CallsError {
    /// The line numbers, from 1, each with its error.
    pub fn mistakes(&self) -> &[(usize, String)] {
        &self.0
    }
}

impl std::error::Error for CallsError {}

impl fmt::Display for CallsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().map(|(line, what)| format!("line {line}: {what}")).collect::<Vec<_>>();
        f.write_str(&lines.join("\n"))
    }
}

impl Emulator {
    /// Parses a script. A line has a number of seconds, a user as in [`Emulator::call`], and an event:
    ///
    /// | | |
    /// |---|---|
    /// | `call`, `hangup` | a call starts or ends in SwyxServer |
    /// | `swyx Away` | the user sets a status in SwyxIt! |
    /// | `teams Busy/InAMeeting`, `teams -` | the Teams client changes its presence, or signs out |
    /// | `prefer Busy/Busy`, `prefer -` | the user sets a presence in Teams, or clears it |
    ///
    /// The seconds count from the start of the script, 0 to a year, with an optional fraction; lines may be in any order. A `#` at the
    /// start of a word begins a comment.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use swyx_teams::emulator::{Emulator, Options};
    ///
    /// let emulator = Emulator::new(Options::default())?;
    /// let calls = emulator.read_calls("0 1001 call\n42.5 1001 hangup # after a while")?;
    /// emulator.play(calls).await;
    /// assert_eq!(emulator.journal().last().map(|line| (line.at, line.what)), Some((42.5, "hangup")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`CallsError`] with every error of the text.
    pub fn read_calls(&self, text: &str) -> Result<Calls, CallsError> {
        let (mut steps, mut mistakes) = (Vec::new(), Vec::new());
        for (place, line) in text.lines().enumerate() {
            match self.read_line(line) {
                Ok(step) => steps.extend(step),
                Err(what) => mistakes.push((place + 1, what)),
            }
        }
        if !mistakes.is_empty() {
            return Err(CallsError(mistakes));
        }
        steps.sort_by_key(|step| step.at);
        Ok(Calls { steps })
    }

    fn read_line(&self, line: &str) -> Result<Option<Step>, String> {
        let words = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect::<Vec<_>>();
        let (seconds, user, event) = match words.as_slice() {
            [] => return Ok(None),
            [seconds, user, event @ ..] => (seconds, user, event),
            [_] => return Err("expected seconds, a user and an event".to_owned()),
        };
        let seconds = seconds.parse::<f64>().ok().filter(|seconds| (0.0..=LATEST).contains(seconds));
        let seconds = seconds.ok_or("the first word must be a number of seconds, 0 to a year")?;
        let event = parse_event(event)?;
        self.check(user, &event)?;
        Ok(Some(Step { at: Duration::from_secs_f64(seconds), user: (*user).to_owned(), event }))
    }

    /// Whether the user can have this event.
    fn check(&self, user: &str, event: &ScriptEvent) -> Result<(), String> {
        match event {
            ScriptEvent::Call(_) | ScriptEvent::Swyx(_) => match self.swyx_place(user) {
                Some(_) => Ok(()),
                None => Err(SwyxError::User.to_string()),
            },
            ScriptEvent::Teams(_) | ScriptEvent::Prefer(_) => {
                self.teams_user(user).map_err(|error| error.to_string())
            }
        }
    }

    /// Plays the script from now on, and returns after the last event.
    pub async fn play(&self, calls: Calls) {
        let start = Instant::now();
        for Step { at, user, event } in calls.steps {
            tokio::time::sleep_until(start + at).await;
            let done = match event {
                ScriptEvent::Call(in_call) => self.call(&user, in_call).map_err(|error| error.to_string()),
                ScriptEvent::Swyx(status) => {
                    self.set_swyx_status(&user, &status).map_err(|error| error.to_string())
                }
                ScriptEvent::Teams(status) => {
                    self.set_teams_status(&user, status.as_deref()).map_err(|error| error.to_string())
                }
                ScriptEvent::Prefer(status) => {
                    self.prefer(&user, status.as_deref()).map_err(|error| error.to_string())
                }
            };
            // This fails only for a user who left in the meantime.
            if let Err(error) = done {
                tracing::warn!("{user}: {error}");
            }
        }
    }
}

fn parse_event(words: &[&str]) -> Result<ScriptEvent, String> {
    match words {
        ["call"] => Ok(ScriptEvent::Call(true)),
        ["hangup"] => Ok(ScriptEvent::Call(false)),
        ["swyx", status] => match SwyxStatus::from_str(status) {
            Ok(status) => Ok(ScriptEvent::Swyx(status.name().to_owned())),
            Err(_) => Err(SwyxError::Status.to_string()),
        },
        ["teams", "-"] => Ok(ScriptEvent::Teams(None)),
        ["teams", status] if Status::from_str(status).is_ok() => {
            Ok(ScriptEvent::Teams(Some((*status).to_owned())))
        }
        ["teams", _] => Err(TeamsError::Status.to_string()),
        ["prefer", "-"] => Ok(ScriptEvent::Prefer(None)),
        ["prefer", status] => {
            let (availability, activity) = status.split_once('/').unwrap_or_default();
            match Status::preferable(availability, activity) {
                Some(_) => Ok(ScriptEvent::Prefer(Some((*status).to_owned()))),
                None => Err("not a pair that can be set by hand in Teams, such as Busy/Busy".to_owned()),
            }
        }
        _ => Err("the event must be call, hangup, swyx STATUS, teams PAIR, teams -, prefer PAIR or prefer -"
            .to_owned()),
    }
}
