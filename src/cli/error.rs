//! Why a command ends early, with the exit code for it.
//!
//! Commands return a [`CliError`] and do not print it. [`CliError::report`] prints it once: for `main`, for a command that runs another
//! command, and for the page.

use std::fmt;
use std::io::{self, Write};

use super::exit::Exit;
use super::output::wrap_message;
use crate::os;

/// Why a command ends early.
#[derive(Debug)]
pub(super) enum CliError {
    /// The output cannot be written.
    Output(io::Error),
    /// A failed system call; the text completes "cannot …".
    System(&'static str, io::Error),
    /// A usage error, or a file that cannot be used: exit code 2.
    Usage(String),
    /// A failure with its own exit code.
    Failed(Exit, String),
    /// The error is already printed, as findings or as several messages.
    Reported(Exit),
}

/// A usage error: what is wrong, and what to do.
pub(super) fn usage_error(message: impl fmt::Display) -> CliError {
    CliError::Usage(message.to_string())
}

/// A failure that ends the program with `exit`.
pub(super) fn failure(exit: Exit, message: impl fmt::Display) -> CliError {
    CliError::Failed(exit, message.to_string())
}

/// Turns a system error into an error that begins with "cannot", as in "cannot start the runtime".
pub(super) fn cannot(what: &'static str) -> impl FnOnce(io::Error) -> CliError {
    move |error| CliError::System(what, error)
}

impl CliError {
    /// Prints the error, unless it is already printed, and returns the exit code.
    pub(super) fn report(self, err: &mut dyn Write) -> Exit {
        match self {
            Self::Output(error) => {
                print_error(err, format_args!("cannot write the output: {}", os::reason(&error)));
                Exit::Usage
            }
            Self::System(what, error) => {
                print_error(err, format_args!("cannot {what}: {}", os::reason(&error)));
                Exit::Usage
            }
            Self::Usage(message) => {
                print_error(err, message);
                Exit::Usage
            }
            Self::Failed(exit, message) => {
                print_error(err, message);
                exit
            }
            Self::Reported(exit) => exit,
        }
    }
}

/// Most system errors of a command come from writing its output. For others, use [`cannot`].
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Prints an error message. A closed stderr must not change the exit code.
pub(super) fn print_error(err: &mut dyn Write, message: impl fmt::Display) {
    let _ = writeln!(err, "{}", wrap_message("error: ", &message.to_string()));
}
