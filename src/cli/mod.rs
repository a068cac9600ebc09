//! The command line: one file per command. This file parses the arguments, runs the command, and returns its exit code.

mod administrator;
mod args;
mod browser;
mod check;
mod choices;
mod connection;
mod context;
mod demo;
mod diff;
mod emulate;
mod error;
mod exit;
mod explain;
mod generate;
mod lines;
mod list;
mod log;
mod names;
mod online;
mod options;
mod output;
mod output_file;
mod path;
mod patterns;
mod prompt;
mod provision;
mod relocate;
mod secret;
mod serve;
mod service;
mod set;
mod setup;
mod sheet;
mod sync;
mod users;
mod value;
mod walk;

use std::ffi::OsStr;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use context::Context;
use error::{CliError, usage_error};
use exit::Exit;
use output::Tolerant;

use crate::os::{self, process::EndAtExit};

/// Runs the program with the arguments and streams of the process.
pub fn main() -> ExitCode {
    os::prevent_core_files();
    // Ends started commands when this program ends.
    let _end_commands = EndAtExit::new();
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(error) => return print_usage(&options::without_values(error)),
    };
    // A service does not need the administrator's token, and runs for a long time.
    let restarted = match &cli.command {
        Command::Sync(_) => os::erase_variable(administrator::ADMIN_TOKEN),
        _ => Ok(()),
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
    let mut out = Tolerant::closed_pipes(BufWriter::with_capacity(64 * 1024, out));
    let mut err = Tolerant::all_errors(err);
    if !cli.command.has_own_log() {
        log::start(cli.global.verbose, cli.command.log(), io::stderr);
    }
    let mut context = Context {
        out: &mut out,
        err: &mut err,
        global: cli.global,
        admin_token: administrator::ready_token(),
        page: None,
        has_new_secret: false,
        dispatch: perform,
    };
    let restarted = restarted.map_err(|error| {
        let (name, why) = (administrator::ADMIN_TOKEN, os::reason(&error));
        usage_error(format_args!("cannot erase {name}, which sync does not need: {why}; unset it"))
    });
    let trust = restarted.and_then(|()| options::trust_of_environment().map_err(usage_error));
    let result = match trust {
        Ok(trust) => {
            context.global.trust.push(trust);
            run(&mut context, cli.command)
        }
        Err(error) => Err(error),
    };
    let exit = result.unwrap_or_else(|error| error.report(&mut err));
    let exit = out.flush().map_or_else(|error| CliError::Output(error).report(&mut err), |()| exit);
    ExitCode::from(exit.code())
}

/// Prints the help, the version or an argument error.
fn print_usage(error: &clap::Error) -> ExitCode {
    let code = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
    let _ = error.print();
    ExitCode::from(code.code())
}

/// Runs a command. With `--output`, its results are written to that file.
fn run(context: &mut Context<'_>, command: Command) -> Result<Exit, CliError> {
    match command.output_file() {
        Some(file) => file.fill(context, |context| run_command(context, &command)),
        None => run_command(context, &command),
    }
}

fn run_command(context: &mut Context<'_>, command: &Command) -> Result<Exit, CliError> {
    match command {
        Command::Check(args) => check::run(context, args),
        Command::Get(args) => list::get(context, args),
        Command::List(args) => list::list(context, args),
        Command::Set(args) => set::set(context, args),
        Command::Unset(args) => set::unset(context, args),
        Command::Move(args) => relocate::run(context, args),
        Command::Secret(args) => secret::run(context, args),
        Command::Diff(args) => diff::run(context, args),
        Command::Sheet(args) => sheet::run(context, args),
        Command::Users(args) => users::run(context, args),
        Command::Explain(args) => explain::explain(context, args),
        Command::Rules(args) => explain::rules(context, args),
        Command::Plan(args) => provision::plan::run(context, args),
        Command::Apply(args) => provision::apply::run(context, args),
        Command::Rotate(args) => provision::rotate::run(context, args),
        Command::Destroy(args) => provision::destroy::run(context, args),
        Command::Serve(args) => serve::run(context, args),
        Command::Demo(args) => demo::run(context, args),
        Command::Setup(args) => setup::run(context, args),
        Command::Sync(args) => sync::run(context, args),
        Command::Service(args) => service::run(context, args),
        Command::Status(args) => sync::status::run(context, args),
        Command::Emulate(args) => emulate::run(context, args),
        Command::Schema(args) => generate::schema(context, args),
        Command::Completions(args) => generate::completions(context, args, &args::command()),
        Command::Path(args) => path::run(context, args),
        Command::Man(args) => generate::man(context, args, args::command()),
    }
}

/// Runs a command from its words, with the global options of this run and the trust that the words name.
fn perform(context: &mut Context<'_>, words: &[&OsStr]) -> Result<Exit, CliError> {
    let name = OsStr::new("swyx-teams");
    let Ok(cli) = Cli::try_parse_from(std::iter::once(name).chain(words.iter().copied())) else {
        return Err(usage_error("unknown command: this is a bug in swyx-teams"));
    };
    let trust = context.global.trust.clone();
    context.global.trust.extend(cli.global.trust);
    // The words name the file.
    let config = std::mem::replace(&mut context.global.config, cli.global.config);
    let result = run(context, cli.command);
    context.global.config = config;
    context.global.trust = trust;
    result
}
