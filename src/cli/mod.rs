//! The command line: a file for each command, and here what they share.

mod administrator;
mod args;
mod check;
mod demo;
mod diff;
mod emulate;
mod explain;
mod generate;
mod list;
mod log;
mod online;
mod provision;
mod serve;
mod set;
mod setup;
mod sheet;
mod sign_in;
mod sync;
mod users;
mod value;
mod walk;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

pub use args::command;
use args::{Cli, Command, Global};

use crate::check::{self as pipeline, Checked};
use crate::diagnostic::id;
use crate::os::process::{CancellationToken, EndAtExit};
use crate::report::{self, FileReport, Format, Repository};
use crate::secret::{InvalidTrust, Secret, SecretSource, Trust, reveal_within};
use crate::settings::entries::known_keys;

/// What the program ends with. Ordered: where several apply, the greatest counts, so 2 before 4 before 3 before 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing found.
    Clean,
    /// 1: findings.
    Findings,
    /// 3: an answer that is no finding.
    Answer,
    /// 4: no answer in time.
    Silence,
    /// 2: wrong use, or a path that could not be read.
    Usage,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Answer => 3,
            Self::Silence => 4,
        }
    }
}

/// Where output goes, and what was asked of all commands.
pub struct Context<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    global: Global,
    /// An administrator's ready token.
    admin_token: Option<Secret>,
    /// Who hears of progress and is asked to sign in, in place of the terminal.
    page: Option<Arc<dyn crate::web::actions::Told>>,
}

/// Runs the program with the process's own arguments and streams.
pub fn main() -> ExitCode {
    // Until the end: no command that was started outlives this program.
    let _end_commands = EndAtExit::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(args::without_values(error)),
    };
    let choice = cli.global.color.choice();
    let out = anstream::AutoStream::new(
        io::stdout(),
        choice.unwrap_or_else(|| anstream::AutoStream::choice(&io::stdout())),
    );
    let err = anstream::AutoStream::new(
        io::stderr(),
        choice.unwrap_or_else(|| anstream::AutoStream::choice(&io::stderr())),
    );
    let (mut out, mut err) = (BufWriter::with_capacity(64 * 1024, out), err);
    log::start(cli.global.verbose, cli.command.log());
    let mut context = Context {
        out: &mut out,
        err: &mut err,
        global: cli.global,
        admin_token: administrator::ready_token(),
        page: None,
    };
    let result = match trust_of_environment() {
        Ok(trust) => {
            context.global.trust.push(trust);
            context.run(cli.command)
        }
        Err(message) => context.misuse(message),
    };
    let is_gone = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match result.and_then(|exit| {
        out.flush().or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) }).map(|()| exit)
    }) {
        Ok(exit) => ExitCode::from(exit.code()),
        // The reader has gone away: it has seen what it wanted.
        Err(error) if is_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(err, "error: cannot write the output: {}", crate::os::reason(&error));
            ExitCode::from(Exit::Usage.code())
        }
    }
}

/// Prints help, version or a mistake in the arguments.
fn refuse(error: clap::Error) -> ExitCode {
    let code = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
    let _ = error.print();
    ExitCode::from(code.code())
}

impl Context<'_> {
    fn run(&mut self, command: Command) -> io::Result<Exit> {
        match command {
            Command::Check(args) => check::run(self, &args),
            Command::Get(args) => list::get(self, &args),
            Command::List(args) => list::list(self, &args),
            Command::Set(args) => set::set(self, &args),
            Command::Unset(args) => set::unset(self, &args),
            Command::Diff(args) => diff::run(self, &args),
            Command::Sheet(args) => sheet::run(self, &args),
            Command::Users(args) => users::run(self, &args),
            Command::Explain(args) => explain::explain(self, &args),
            Command::Rules(args) => explain::rules(self, &args),
            Command::Plan(args) => provision::plan::run(self, &args),
            Command::Apply(args) => provision::apply::run(self, &args),
            Command::Rotate(args) => provision::rotate::run(self, &args),
            Command::Destroy(args) => provision::destroy::run(self, &args),
            Command::Serve(args) => serve::run(self, &args),
            Command::Demo(args) => demo::run(self, &args),
            Command::Setup(args) => setup::run(self, &args),
            Command::Sync(args) => sync::run(self, &args),
            Command::Status(args) => sync::status::run(self, &args),
            Command::Emulate(args) => emulate::run(self, &args),
            Command::Schema(args) => generate::schema(self, &args),
            Command::Completions(args) => generate::completions(self, &args),
            Command::Man(args) => generate::man(self, &args),
        }
    }

    /// Runs a command of this program, given as its words, with the global options of this run. It also has the trust that its words name.
    fn perform(&mut self, words: &[&std::ffi::OsStr]) -> io::Result<Exit> {
        let name = std::ffi::OsStr::new("swyx-teams");
        match Cli::try_parse_from(std::iter::once(name).chain(words.iter().copied())) {
            Ok(cli) => {
                let trust = self.global.trust.clone();
                self.global.trust.extend(cli.global.trust);
                let result = self.run(cli.command);
                self.global.trust = trust;
                result
            }
            Err(_) => self.misuse("there is no such command; this is a fault of this program"),
        }
    }

    /// Says what went wrong. That nobody listens on standard error takes nothing of the verdict with it.
    fn complain(&mut self, message: impl std::fmt::Display) -> io::Result<()> {
        match writeln!(self.err, "error: {message}") {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    /// Says what is wrong with the use of the program, and what to do.
    fn misuse(&mut self, message: impl std::fmt::Display) -> io::Result<Exit> {
        self.complain(message)?;
        Ok(Exit::Usage)
    }

    /// Says something that a script need not hear.
    fn note(&mut self, message: impl std::fmt::Display) -> io::Result<()> {
        if self.global.quiet { Ok(()) } else { writeln!(self.err, "{message}") }
    }

    /// The settings file: the argument, else `--config`, else `SWYX_TEAMS_CONFIG`, else `./swyx-teams.toml`.
    fn file(&self, argument: Option<&PathBuf>) -> PathBuf {
        let variable =
            || std::env::var_os("SWYX_TEAMS_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        let given = argument.or(self.global.config.as_ref()).cloned();
        given.or_else(variable).unwrap_or_else(|| PathBuf::from("swyx-teams.toml"))
    }

    /// Reads the settings file for a command that needs its text to be TOML; else says what is wrong.
    fn load(&mut self, path: &Path) -> io::Result<Result<Checked, Exit>> {
        let checked = pipeline::file(display(path), path);
        if checked.source().is_sound() && checked.was_read() {
            return Ok(Ok(checked));
        }
        self.report_unsound(&checked).map(Err)
    }

    /// Shows why a file cannot be worked with. Of one over a limit, only that is worth saying.
    fn report_unsound(&mut self, checked: &Checked) -> io::Result<Exit> {
        let was_read = checked.was_read();
        self.report_to_err(checked, |found| was_read || found.rule == id::UNREADABLE)?;
        Ok(if was_read { Exit::Findings } else { Exit::Usage })
    }

    /// Shows findings beside the result of a command.
    fn report_to_err(
        &mut self,
        checked: &Checked,
        shown: impl Fn(&crate::diagnostic::Diagnostic) -> bool,
    ) -> io::Result<()> {
        let mut report = FileReport::new(checked, true);
        report.findings.retain(|finding| shown(&finding.diagnostic));
        if report.findings.is_empty() {
            return Ok(());
        }
        report::write(Format::Human, &[report], &Repository::default(), self.err)
    }

    /// What `--trust` and `SWYX_TEAMS_TRUST` allow together.
    fn trust(&self) -> Trust {
        self.global.trust.iter().cloned().fold(Trust::nothing(), Trust::or)
    }

    /// Fetches a secret from where `checked`, the file at `path`, says that it is kept. What is in the file itself is there to be seen.
    fn fetch(&self, checked: &Checked, source: &SecretSource, path: &Path) -> Result<Secret, String> {
        let is_elsewhere = !matches!(source, SecretSource::Inline(_));
        let trust = self.trust();
        match untrusted(checked, &trust) {
            Some(why) if is_elsewhere => Err(why),
            _ => {
                let limits = self.cancellation().into();
                let secret = reveal_within(source, &folder(path), &trust, &limits);
                secret.map_err(|error| error.to_string())
            }
        }
    }

    /// Ends the commands that this one starts. The page can cancel it; at the terminal, signals end the whole program.
    fn cancellation(&self) -> CancellationToken {
        self.page.as_ref().map(|page| page.cancellation()).unwrap_or_default()
    }

    /// Whether someone is there to be asked.
    fn can_ask(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

/// Why a file is not used to sign in or to fetch secrets: it needs trust that was not given.
fn untrusted(checked: &Checked, trust: &Trust) -> Option<String> {
    checked.draft()?.untrusted(trust).map(|untrusted| untrusted.to_string())
}

/// The environment variable for the same as `--trust`.
const TRUST: &str = "SWYX_TEAMS_TRUST";

/// The trust that the environment gives; an empty variable gives none.
fn trust_of_environment() -> Result<Trust, String> {
    let Some(value) = std::env::var_os(TRUST).filter(|value| !value.is_empty()) else {
        return Ok(Trust::nothing());
    };
    let text = value.to_str().ok_or_else(|| format!("{TRUST}: the value is not valid Unicode"))?;
    text.parse().map_err(|error: InvalidTrust| format!("{TRUST}: {error}"))
}

/// A word from the arguments as it may be repeated: a key or a name, right or misspelt. Whatever has digits or signs that none of
/// our names has might be a secret in the wrong place.
fn named(word: &str) -> &str {
    let is_known = |word: &str| known_keys().any(|key| key.as_str() == word);
    if is_known(word) || word.split(['.', '[', ']', '"']).all(is_name) { word } else { "…" }
}

/// Whether a name is one of ours, or looks like one.
fn is_name(name: &str) -> bool {
    const LONGEST: usize = 40;
    let is_index = name.len() <= 4 && name.bytes().all(|b| b.is_ascii_digit());
    let is_ours = || known_keys().any(|key| key.as_str().ends_with(name));
    let is_plain = name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-/".contains(&b));
    is_index || (is_plain && name.len() <= LONGEST) || is_ours()
}

/// A path as reports call it.
fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The folder that relative paths in a settings file start at.
fn folder(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}
