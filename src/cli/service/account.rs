//! The proof that the service's account can start the program, read its files and fetch its secrets: this program does so as that account.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::args::{InstallArgs, ProveArgs};
use super::plan::{not_installed, prove};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::named;
use crate::os;
use crate::os::process::{CancellationToken, RunError, Runner};
use crate::text::printable;

/// The last of the identifiers from which systemd takes those of dynamic accounts
/// (<https://systemd.io/UIDS-GIDS/>). Like them, it owns no file.
const DYNAMIC: u32 = 65519;

const TIME_LIMIT: Duration = Duration::from_secs(60);
const MAX_BYTES: usize = 64 * 1024;

/// The hidden command that runs as the account.
pub(super) fn run(context: &mut Context<'_>, args: &ProveArgs) -> Result<Exit, CliError> {
    prove(context, &args.paths, args.except.as_deref())?;
    Ok(Exit::Clean)
}

/// Runs the hidden command as the service's account. It reports what the account cannot read.
pub(super) fn prove_as_account(
    program: &Path,
    args: &InstallArgs,
    files: &[PathBuf],
    trust: &[String],
    except: &Path,
) -> Result<(), CliError> {
    let account = args.user.as_deref();
    let mut runner = runner_as(program, account)?;
    let command = runner.command();
    // Files are named in full, and the account may have no access to this folder.
    command.current_dir("/").stderr(Stdio::inherit());
    command.args(["service", "prove", "--except"]).arg(except);
    if !trust.is_empty() {
        command.arg(format!("--trust={}", trust.join(",")));
    }
    command.arg("--").args(files);
    if let Some(columns) = std::env::var_os("COLUMNS") {
        command.env("COLUMNS", columns);
    }
    let name = account.map_or_else(|| "the service's account".to_owned(), printable);
    match runner.output(&CancellationToken::default()) {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => Err(not_installed(format_args!("{name} cannot use the files above"))),
        Err(RunError::NotStarted(error)) => {
            let (program, why) = (printable(&program.to_string_lossy()), os::reason(&error));
            let hint = "put the program where every account can start it, for example in /usr/local/bin";
            Err(not_installed(format_args!("{name} cannot start {program}: {why}; {hint}")))
        }
        Err(error) => Err(not_installed(format_args!("the check as {name} {error}"))),
    }
}

/// Prepares the program to run as an account; `None` is one like a dynamic account of systemd.
fn runner_as(program: &Path, account: Option<&str>) -> Result<Runner, CliError> {
    let needs_root = || {
        usage_error(
            "installing a service for this account needs root: run the command with sudo; nothing was changed",
        )
    };
    let Some(name) = account else {
        if os::effective_user() != 0 {
            return Err(needs_root());
        }
        let mut runner = Runner::new(program, MAX_BYTES, TIME_LIMIT);
        // This also drops all other groups.
        runner.command().uid(DYNAMIC).gid(DYNAMIC);
        return Ok(runner);
    };
    if user_id(name)? == os::effective_user() {
        return Ok(Runner::new(program, MAX_BYTES, TIME_LIMIT));
    }
    if os::effective_user() != 0 {
        return Err(needs_root());
    }
    // It gives the process the groups of the account, too.
    let mut runner = Runner::new("runuser", MAX_BYTES, TIME_LIMIT);
    runner.command().args(["-u", name, "--"]).arg(program);
    Ok(runner)
}

/// The identifier of an account, as the system's name service knows it.
fn user_id(name: &str) -> Result<u32, CliError> {
    let mut runner = Runner::new("id", MAX_BYTES, TIME_LIMIT);
    runner.command().args(["-u", "--", name]);
    let output = runner.output(&CancellationToken::default());
    let output = output.map_err(|error| usage_error(format_args!("the program `id` {error}")))?;
    let id = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    id.filter(|_| output.status.success()).ok_or_else(|| {
        let name = named(name);
        usage_error(format_args!("--user {name}: there is no such account; nothing was changed"))
    })
}
