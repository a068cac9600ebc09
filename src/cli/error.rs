//! Why a command ends early, with the exit code for it.
//!
//! Commands return a [`CliError`] and never print it. [`CliError::report`] prints it once, for `main`, for a command that runs another
//! one, and for the page.

use std::fmt;
use std::io::{self, Write};

use super::exit::Exit;
use crate::os;

/// Why a command ends early.
#[derive(Debug)]
pub(super) enum CliError {
    /// The output cannot be written, or the system refuses something that the command needs.
    Io(io::Error),
    /// A usage error, or a file that cannot be used: exit code 2.
    Usage(String),
    /// A failure with an exit code of its own.
    Failed(Exit, String),
    /// The error is printed already, as findings or as several messages.
    Reported(Exit),
}

/// What is wrong with the usage, and what to do.
pub(super) fn usage_error(message: impl fmt::Display) -> CliError {
    CliError::Usage(message.to_string())
}

/// A failure that ends the program with `exit`.
pub(super) fn failure(exit: Exit, message: impl fmt::Display) -> CliError {
    CliError::Failed(exit, message.to_string())
}

impl CliError {
    /// Prints the error, unless it is printed already, and returns the exit code.
    pub(super) fn report(self, err: &mut dyn Write) -> Exit {
        match self {
            Self::Io(error) => {
                print_error(err, format_args!("cannot write the output: {}", os::reason(&error)));
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

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Prints an error message. A closed stderr must not change the exit code.
pub(super) fn print_error(err: &mut dyn Write, message: impl fmt::Display) {
    let _ = writeln!(err, "error: {message}");
}
