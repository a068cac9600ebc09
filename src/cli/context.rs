//! The context of every command: output streams, global options, and helpers for the settings file.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::connection::{ConnectionPolicy, reveal_secret};
use super::error::{CliError, failure, print_error, usage_error};
use super::exit::Exit;
use super::names::{DEFAULT_FILE, display, folder};
use super::options::Global;
use super::output::{width_of_messages, wrap_message};
use jiff::civil::Date;

use crate::check::{self as pipeline, Checked};
use crate::diagnostic::{Diagnostic, id};
use crate::http::PauseObserver;
use crate::os::process::CancellationToken;
use crate::report::{self, FileReport, Format, Options};
use crate::secret::{Secret, SecretSource, Trust};
use crate::settings::Unresolved;
use crate::source::MAX_BYTES;
use crate::text::printable;
use crate::web::actions::Progress;

/// Runs a command of this program from its words.
pub(super) type Dispatch = fn(&mut Context<'_>, &[&OsStr]) -> Result<Exit, CliError>;

/// The message if no settings file is named and there is no default file.
pub(super) const NO_DEFAULT_FILE: &str = "no ./swyx-teams.toml here: name a file, or run `swyx-teams setup`";

/// Whether this is the default file, and it does not exist.
pub(super) fn is_missing_default(path: &Path) -> bool {
    path == Path::new(DEFAULT_FILE) && std::fs::symlink_metadata(path).is_err()
}

/// The name of standard input in messages.
pub(super) const STDIN_NAME: &str = "<stdin>";

/// Whether a path stands for standard input, or for standard output if it is that of `--output`.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Checks the settings on standard input, which messages call `name`. On a day, also the end of the secret.
pub(super) fn check_stdin(name: &str, today: Option<Date>) -> Checked {
    let mut content = Vec::new();
    match io::stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut content) {
        Ok(_) => match today {
            Some(today) => pipeline::check_bytes_on(name, content, false, today),
            None => pipeline::check_bytes(name, content, false),
        },
        Err(error) => Checked::unreadable(name, crate::os::reason(&error), "check standard input"),
    }
}

/// The context of every command.
pub(super) struct Context<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) err: &'a mut dyn Write,
    pub(super) global: Global,
    /// An administrator's ready token.
    pub(super) admin_token: Option<Secret>,
    /// The page that shows progress and asks for the sign-in, instead of the terminal.
    pub(super) page: Option<Arc<dyn Progress>>,
    /// Whether `apply` created a client secret during this run.
    pub(super) has_new_secret: bool,
    /// The parser and all commands, for a command that runs others.
    pub(super) dispatch: Dispatch,
}

impl Context<'_> {
    /// Runs a command of this program from its words, with the global options of this run. The trust in the words is added.
    pub(super) fn perform(&mut self, words: &[&OsStr]) -> io::Result<Exit> {
        let result = (self.dispatch)(self, words);
        self.settle(result)
    }

    /// The same context with other output for results.
    pub(super) fn with_output<'b>(&'b mut self, out: &'b mut dyn Write) -> Context<'b> {
        Context {
            out,
            err: &mut *self.err,
            global: self.global.clone(),
            admin_token: self.admin_token.clone(),
            page: self.page.clone(),
            has_new_secret: self.has_new_secret,
            dispatch: self.dispatch,
        }
    }

    /// Prints why a part of a command failed while the rest continues, and returns the exit code of that part.
    pub(super) fn settle(&mut self, result: Result<Exit, CliError>) -> io::Result<Exit> {
        match result {
            Ok(exit) => Ok(exit),
            Err(CliError::Output(error)) => Err(error),
            Err(error) => Ok(error.report(self.err)),
        }
    }

    /// Prints an error that does not end the command.
    pub(super) fn error(&mut self, message: impl fmt::Display) {
        print_error(self.err, message);
    }

    /// Prints a message that scripts do not need.
    pub(super) fn note(&mut self, message: impl fmt::Display) -> io::Result<()> {
        if self.global.quiet {
            return Ok(());
        }
        writeln!(self.err, "{}", wrap_message("", &message.to_string()))
    }

    /// The settings file: the argument, otherwise `--config`, otherwise `SWYX_TEAMS_CONFIG`, otherwise `./swyx-teams.toml`.
    pub(super) fn file(&self, argument: Option<&PathBuf>) -> PathBuf {
        let variable =
            || std::env::var_os("SWYX_TEAMS_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        let given = argument.or(self.global.config.as_ref()).cloned();
        given.or_else(variable).unwrap_or_else(|| PathBuf::from(DEFAULT_FILE))
    }

    /// Like [`Context::file`], but `--config` together with an argument is an error: one of them would be ignored.
    pub(super) fn only_file(&self, argument: Option<&PathBuf>) -> Result<PathBuf, CliError> {
        self.refuse_two_files(argument.is_some())?;
        Ok(self.file(argument))
    }

    /// Refuses `--config` together with a path.
    pub(super) fn refuse_two_files(&self, has_path: bool) -> Result<(), CliError> {
        if has_path && self.global.config.is_some() {
            return Err(usage_error("--config and a path both name settings files: use only one of them"));
        }
        Ok(())
    }

    /// Reads the settings file for a command that needs valid TOML; otherwise reports what is wrong.
    pub(super) fn load(&mut self, path: &Path) -> Result<Checked, CliError> {
        if is_missing_default(path) {
            return Err(usage_error(NO_DEFAULT_FILE));
        }
        self.require_sound(pipeline::check_file(display(path), path))
    }

    /// Like [`Context::load`]; `-` is standard input.
    pub(super) fn load_input(&mut self, path: &Path) -> Result<Checked, CliError> {
        if !is_stdin(path) {
            return self.load(path);
        }
        self.require_sound(check_stdin(STDIN_NAME, None))
    }

    fn require_sound(&mut self, checked: Checked) -> Result<Checked, CliError> {
        if checked.source().is_sound() && checked.was_read() {
            return Ok(checked);
        }
        Err(CliError::Reported(self.report_unsound(&checked)?))
    }

    /// Reads the settings file for a command that needs complete values. If errors prevent that, prints them, and then `advice`.
    pub(super) fn resolve<T>(
        &mut self,
        path: &Path,
        resolve: impl FnOnce(&Checked) -> Result<T, Unresolved>,
        advice: &str,
    ) -> Result<(Checked, T), CliError> {
        let checked = self.load(path)?;
        match resolve(&checked) {
            Ok(values) => Ok((checked, values)),
            Err(Unresolved::Errors) => {
                self.report_to_err(&checked, |_| true)?;
                Err(failure(Exit::Findings, advice))
            }
            Err(error @ Unresolved::UndocumentedMode) => Err(usage_error(error)),
        }
    }

    /// Shows why a file cannot be used. For a file over a size limit, this is the only message.
    pub(super) fn report_unsound(&mut self, checked: &Checked) -> io::Result<Exit> {
        let was_read = checked.was_read();
        self.report_to_err(checked, |found| was_read || found.rule == id::UNREADABLE)?;
        Ok(if was_read { Exit::Findings } else { Exit::Usage })
    }

    /// Prints findings on standard error, in addition to the result of a command.
    pub(super) fn report_to_err(
        &mut self,
        checked: &Checked,
        shown: impl Fn(&Diagnostic) -> bool,
    ) -> io::Result<()> {
        let mut report = FileReport::new(checked, true);
        report.findings.retain(|finding| shown(&finding.diagnostic));
        if report.findings.is_empty() {
            return Ok(());
        }
        report::write(Format::Human, &[report], &Options::default().with_width(width_of_messages()), self.err)
    }

    /// The combined trust of `--trust` and `SWYX_TEAMS_TRUST`.
    pub(super) fn trust(&self) -> Trust {
        self.global.trust.iter().cloned().fold(Trust::nothing(), Trust::or)
    }

    /// Fetches a secret from its source in `checked`, the file at `path`. A secret in the file itself is visible anyway.
    pub(super) fn fetch(
        &self,
        checked: &Checked,
        source: &SecretSource,
        path: &Path,
    ) -> Result<Secret, String> {
        reveal_secret(checked, source, &folder(path), &self.policy())
    }

    /// The limits for connections.
    pub(super) fn policy(&self) -> ConnectionPolicy {
        let pause_observer = self.page.clone().map(|page| {
            let observe = move |why: &str, pause| page.report_wait(&printable(why), pause);
            Arc::new(observe) as PauseObserver
        });
        ConnectionPolicy { trust: self.trust(), cancellation: self.cancellation(), pause_observer }
    }

    /// Cancels the commands that this command starts. The page can cancel it; at the terminal, signals end the whole program.
    pub(super) fn cancellation(&self) -> CancellationToken {
        self.page.as_ref().map(|page| page.cancellation()).unwrap_or_default()
    }

    /// Whether prompting is possible.
    pub(super) fn can_ask(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}
