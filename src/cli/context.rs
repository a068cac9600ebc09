//! What every command is given: where output goes, the global options, and helpers around the settings file.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::connection::{ConnectionPolicy, reveal_secret};
use super::error::{CliError, print_error};
use super::exit::Exit;
use super::names::{display, folder};
use super::options::Global;
use crate::check::{self as pipeline, Checked};
use crate::diagnostic::{Diagnostic, id};
use crate::os::process::CancellationToken;
use crate::report::{self, FileReport, Format, Repository};
use crate::secret::{Secret, SecretSource, Trust};
use crate::web::actions::Told;

/// Runs a command of this program, given as its words.
pub(super) type Dispatch = fn(&mut Context<'_>, &[&OsStr]) -> Result<Exit, CliError>;

/// What every command is given.
pub(super) struct Context<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) err: &'a mut dyn Write,
    pub(super) global: Global,
    /// An administrator's ready token.
    pub(super) admin_token: Option<Secret>,
    /// The page that shows progress and asks for the sign-in, in place of the terminal.
    pub(super) page: Option<Arc<dyn Told>>,
    /// The parser and all commands, for a command that runs others.
    pub(super) dispatch: Dispatch,
}

impl Context<'_> {
    /// Runs a command of this program, given as its words, with the global options of this run. It also has the trust that its words
    /// name.
    pub(super) fn perform(&mut self, words: &[&OsStr]) -> io::Result<Exit> {
        let result = (self.dispatch)(self, words);
        self.settle(result)
    }

    /// Prints why a part of a command failed where the rest goes on, and gives the exit code of that part.
    pub(super) fn settle(&mut self, result: Result<Exit, CliError>) -> io::Result<Exit> {
        match result {
            Ok(exit) => Ok(exit),
            Err(CliError::Io(error)) => Err(error),
            Err(error) => Ok(error.report(self.err)),
        }
    }

    /// Prints an error that does not end the command.
    pub(super) fn error(&mut self, message: impl fmt::Display) {
        print_error(self.err, message);
    }

    /// Prints something that a script need not see.
    pub(super) fn note(&mut self, message: impl fmt::Display) -> io::Result<()> {
        if self.global.quiet { Ok(()) } else { writeln!(self.err, "{message}") }
    }

    /// The settings file: the argument, else `--config`, else `SWYX_TEAMS_CONFIG`, else `./swyx-teams.toml`.
    pub(super) fn file(&self, argument: Option<&PathBuf>) -> PathBuf {
        let variable =
            || std::env::var_os("SWYX_TEAMS_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        let given = argument.or(self.global.config.as_ref()).cloned();
        given.or_else(variable).unwrap_or_else(|| PathBuf::from("swyx-teams.toml"))
    }

    /// Reads the settings file for a command that needs its text to be TOML; reports what is wrong with it otherwise.
    pub(super) fn load(&mut self, path: &Path) -> Result<Checked, CliError> {
        let checked = pipeline::file(display(path), path);
        if checked.source().is_sound() && checked.was_read() {
            return Ok(checked);
        }
        Err(CliError::Reported(self.report_unsound(&checked)?))
    }

    /// Shows why a file cannot be used. Of one over a limit, only that is worth saying.
    pub(super) fn report_unsound(&mut self, checked: &Checked) -> io::Result<Exit> {
        let was_read = checked.was_read();
        self.report_to_err(checked, |found| was_read || found.rule == id::UNREADABLE)?;
        Ok(if was_read { Exit::Findings } else { Exit::Usage })
    }

    /// Shows findings beside the result of a command.
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
        report::write(Format::Human, &[report], &Repository::default(), self.err)
    }

    /// What `--trust` and `SWYX_TEAMS_TRUST` allow together.
    pub(super) fn trust(&self) -> Trust {
        self.global.trust.iter().cloned().fold(Trust::nothing(), Trust::or)
    }

    /// Fetches a secret from where `checked`, the file at `path`, says that it is kept. What is in the file itself is there to be seen.
    pub(super) fn fetch(
        &self,
        checked: &Checked,
        source: &SecretSource,
        path: &Path,
    ) -> Result<Secret, String> {
        reveal_secret(checked, source, &folder(path), &self.policy())
    }

    /// What connections may use.
    pub(super) fn policy(&self) -> ConnectionPolicy {
        ConnectionPolicy { trust: self.trust(), cancellation: self.cancellation() }
    }

    /// Ends the commands that this one starts. The page can cancel it; at the terminal, signals end the whole program.
    pub(super) fn cancellation(&self) -> CancellationToken {
        self.page.as_ref().map(|page| page.cancellation()).unwrap_or_default()
    }

    /// Whether a person can be asked.
    pub(super) fn can_ask(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}
