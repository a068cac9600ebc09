//! `move`: moves the settings to the table of the other generation.

use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use super::error::{CliError, failure, usage_error};
use super::exit::Exit;
use super::names::display;
use crate::check::Checked;
use crate::diagnostic::Severity;
use crate::edit::{self, MoveError, Outcome};
use crate::settings::SwyxVersion;
use crate::text::printable;

#[derive(Args)]
#[command(after_help = "\
SwyxWare 14.20 and later use [federated_services], earlier versions use [control_center]. Comments and all other bytes stay unchanged. If a value has no place \
in the other table, the error names it, and nothing is changed.

Examples:
  swyx-teams move north.toml --to-version 14.25
  swyx-teams move north.toml --diff")]
pub(super) struct MoveArgs {
    /// Settings file
    file: Option<PathBuf>,
    /// Version of SwyxWare to move to, which is written to the file. The default is the version in the file
    #[arg(long, value_name = "VERSION")]
    to_version: Option<SwyxVersion>,
    /// Print the changes as a diff and write nothing
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(context: &mut Context<'_>, args: &MoveArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let before = context.load(&path)?;
    let name = display(&path);
    let moved = if args.diff {
        edit::preview_move(&before, args.to_version)
    } else {
        edit::move_file(&name, &path, args.to_version)
    };
    let name = printable(&name);
    match moved {
        Ok(Outcome::Saved(after)) if args.diff => {
            write!(context.out, "{}", edit::diff(before.source(), after.source()))?;
        }
        Ok(Outcome::Saved(after)) => {
            context.report_to_err(&after, |found| found.severity == Severity::Error)?;
            context.note(format!("{name}: saved; `swyx-teams sheet` shows the values for Control Center"))?;
        }
        Ok(Outcome::Unchanged(_)) => context.note(format!("{name}: no changes to save"))?,
        Ok(Outcome::Refused(after, added)) => {
            context.report_to_err(&after, |found| added.contains(found))?;
            let message = format_args!("this change would add errors to {name}; nothing was changed");
            return Err(failure(Exit::Findings, message));
        }
        Err(error) => return refuse(context, &before, &name, &error),
    }
    Ok(Exit::Clean)
}

/// Reports why the settings cannot be moved.
fn refuse(
    context: &mut Context<'_>,
    before: &Checked,
    name: &str,
    error: &MoveError,
) -> Result<Exit, CliError> {
    let message = format!("{name}: {error}");
    match error {
        MoveError::NoVersion => Err(usage_error(format!("{message}: add --to-version VERSION"))),
        MoveError::NoPlace { .. } => Err(failure(Exit::Findings, message)),
        MoveError::BothTables | MoveError::Errors(_) => {
            context.report_to_err(before, |found| found.severity == Severity::Error)?;
            Err(failure(Exit::Findings, message))
        }
        MoveError::Change(_) | MoveError::Unsound | MoveError::NoTable => Err(usage_error(message)),
    }
}
