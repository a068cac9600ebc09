//! `setup --format json`: the progress as JSON, one object in each line, for an installer that runs the setup.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::answers_schema;
use super::args::SetupArgs;
use super::given::AnswerError;
use super::question::Question;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::options::Global;
use crate::web::actions::{Code, Progress};

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    version: u8,
    #[serde(flatten)]
    event: Event<'a>,
}

/// What happened. Members without a value are `null`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    /// An answer is missing: its name in the answers file, its flag, and its JSON Schema.
    Missing { answer: &'static str, what: &'a str, help: Option<&'a str>, schema: Value },
    /// An answer cannot be used.
    Invalid { answer: Option<&'static str>, at: &'a str, message: &'a str, help: Option<&'a str> },
    /// A step begins or ends. `result` is the JSON of the command with this name.
    Step { step: &'a str, state: State, exit: Option<u8>, result: Option<Value> },
    /// A part of the step begins or ends.
    Progress { state: State, what: &'a str },
    /// The step waits.
    Wait { seconds: u64, reason: &'a str },
    /// An administrator must open the address and enter the code.
    SignIn { address: &'a str, code: &'a str, minutes: u64 },
    /// The setup has ended with this exit code. `messages` is what standard error shows without JSON.
    Result { exit: u8, messages: &'a str },
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Begin,
    End,
}

/// Writes the lines to standard output.
pub(super) struct Events {
    out: Mutex<io::Stdout>,
}

/// Runs a setup that writes its progress as JSON lines.
///
/// # Errors
/// None: an error becomes the last line.
pub(super) fn run(
    context: &mut Context<'_>,
    args: &SetupArgs,
    set_up: impl FnOnce(&mut Context<'_>, &SetupArgs, &Events) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let events = Arc::new(Events { out: Mutex::new(io::stdout()) });
    let mut messages = Vec::new();
    let result = set_up(
        &mut Context {
            out: &mut io::sink(),
            err: &mut messages,
            global: Global { no_input: true, quiet: true, ..context.global.clone() },
            admin_token: context.admin_token.clone(),
            page: Some(Arc::clone(&events) as Arc<dyn Progress>),
            has_new_secret: false,
            dispatch: context.dispatch,
        },
        args,
        &events,
    );
    let exit = result.unwrap_or_else(|error| error.report(&mut messages));
    let messages = anstream::adapter::strip_str(&String::from_utf8_lossy(&messages)).to_string();
    events.write(Event::Result { exit: exit.code(), messages: messages.trim_end() });
    Ok(exit)
}

impl Events {
    /// A reader that has gone must not change what the setup does.
    fn write(&self, event: Event<'_>) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let line = serde_json::to_string(&Line { version: 1, event }).unwrap_or_default();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    /// Reports answers that cannot be used.
    pub(super) fn invalid(&self, errors: &[AnswerError]) {
        for AnswerError { question, at, message, help } in errors {
            let (answer, help) = (question.map(Question::name), help.as_deref());
            self.write(Event::Invalid { answer, at, message, help });
        }
    }

    /// Reports missing answers.
    pub(super) fn missing(&self, errors: &[AnswerError]) {
        for AnswerError { question, message, help, .. } in errors {
            let Some(question) = *question else { continue };
            let schema = answers_schema::of_question(question);
            self.write(Event::Missing {
                answer: question.name(),
                what: message,
                help: help.as_deref(),
                schema,
            });
        }
    }

    /// Runs a command of this program as a step with JSON output. The first word is its name.
    pub(super) fn perform(&self, context: &mut Context<'_>, words: &[&OsStr]) -> io::Result<Exit> {
        let Some((command, rest)) = words.split_first() else { return Ok(Exit::Usage) };
        let step = &*command.to_string_lossy();
        self.write(Event::Step { step, state: State::Begin, exit: None, result: None });
        let mut out = Vec::new();
        let mut inner = context.with_output(&mut out);
        let words = [&[*command, OsStr::new("--format"), OsStr::new("json")], rest].concat();
        let exit = inner.perform(&words)?;
        context.has_new_secret = inner.has_new_secret;
        let result = serde_json::from_slice(&out).ok();
        self.write(Event::Step { step, state: State::End, exit: Some(exit.code()), result });
        Ok(exit)
    }
}

impl Progress for Events {
    fn report(&self, what: &str) {
        self.write(Event::Progress { state: State::Begin, what });
    }

    fn end_step(&self, what: &str) {
        self.write(Event::Progress { state: State::End, what });
    }

    fn report_wait(&self, reason: &str, pause: Duration) {
        self.write(Event::Wait { seconds: pause.as_secs(), reason });
    }

    fn request_sign_in(&self, code: Code) {
        self.write(Event::SignIn { address: &code.address, code: &code.code, minutes: code.minutes });
    }
}
