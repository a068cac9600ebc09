//! `path`: what the installer for Windows does with `PATH`. An installer's own texts are too short for it.

use clap::{Args, ValueEnum};

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;

#[derive(Args)]
pub(super) struct PathArgs {
    /// What to do with the folder of this program
    change: PathChange,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PathChange {
    /// Add it to PATH
    Add,
    /// Remove it from PATH
    Remove,
}

#[cfg(windows)]
pub(super) fn run(context: &mut Context<'_>, args: &PathArgs) -> Result<Exit, CliError> {
    use super::error::{cannot, usage_error};
    use super::names::display;
    use crate::os;

    let program = std::env::current_exe().map_err(cannot("find the folder of this program"))?;
    let folder = program.parent().ok_or_else(|| usage_error("this program is in no folder"))?;
    let (changed, done) = match args.change {
        PathChange::Add => (os::add_to_path(folder), "added to PATH; open a new terminal to use it"),
        PathChange::Remove => (os::remove_from_path(folder), "removed from PATH"),
    };
    let folder = display(folder);
    if changed.map_err(cannot("change PATH in the registry"))? {
        writeln!(context.out, "{folder}: {done}")?;
    } else {
        writeln!(context.out, "{folder}: nothing to do")?;
    }
    Ok(Exit::Clean)
}

#[cfg(not(windows))]
pub(super) fn run(_: &mut Context<'_>, args: &PathArgs) -> Result<Exit, CliError> {
    let option = match args.change {
        PathChange::Add => "added to",
        PathChange::Remove => "removed from",
    };
    Err(super::error::usage_error(format_args!(
        "on this system, folders are {option} PATH in the files of the shell"
    )))
}
