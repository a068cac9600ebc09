//! The prompt for a line of text, with the usual keys of a shell: Ctrl-A, Ctrl-E, Ctrl-U, Ctrl-W and the arrows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use inquire::InquireError;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Behavior, Cmd, ConditionalEventHandler, Config, Editor, Event, EventContext, EventHandler, KeyEvent,
    RepeatCount,
};

/// Why a prompt gave no answer.
pub(super) enum PromptError {
    /// The user pressed Esc.
    Back,
    /// The user cancelled with Ctrl-C, or with Ctrl-D on an empty line.
    Cancelled,
    /// The terminal does not work.
    Terminal(String),
}

impl From<InquireError> for PromptError {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled => Self::Back,
            InquireError::OperationInterrupted => Self::Cancelled,
            error => Self::Terminal(error.to_string()),
        }
    }
}

/// Asks for a secret on the terminal. The input is not shown.
pub(super) fn ask_secret(title: &str) -> Result<String, PromptError> {
    let prompt = inquire::Password::new(title).without_confirmation();
    Ok(prompt.with_help_message("input is hidden; Esc cancels").prompt()?)
}

/// Asks for a line of text on the terminal. `initial` is already typed and can be edited.
pub(super) fn ask_text(title: &str, initial: &str) -> Result<String, PromptError> {
    /// How long a lone Esc waits for the rest of a key sequence, in milliseconds.
    const ESCAPE_TIMEOUT: u16 = 100;
    let terminal = |error: ReadlineError| PromptError::Terminal(error.to_string());
    let config =
        Config::builder().behavior(Behavior::PreferTerm).keyseq_timeout(Some(ESCAPE_TIMEOUT)).build();
    let mut editor = Editor::<(), DefaultHistory>::with_config(config).map_err(terminal)?;
    let escape = OnEscape::default();
    editor.bind_sequence(KeyEvent::from('\x1b'), EventHandler::Conditional(Box::new(escape.clone())));
    match editor.readline_with_initial(&format!("? {title} "), (initial, "")) {
        Ok(line) => Ok(line),
        Err(ReadlineError::Interrupted) if escape.0.load(Ordering::SeqCst) => Err(PromptError::Back),
        Err(ReadlineError::Interrupted | ReadlineError::Eof) => Err(PromptError::Cancelled),
        Err(ReadlineError::Io(error)) => Err(PromptError::Terminal(crate::os::reason(&error))),
        Err(error) => Err(terminal(error)),
    }
}

/// Ends the prompt, and remembers that Esc was the reason.
#[derive(Clone, Default)]
struct OnEscape(Arc<AtomicBool>);

impl ConditionalEventHandler for OnEscape {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::SeqCst);
        Some(Cmd::Interrupt)
    }
}
