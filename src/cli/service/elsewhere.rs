//! Systems without a service manager that this program knows.

use super::args::{InstallArgs, NameArgs, UninstallArgs};
use super::plan::{Plan, UsedSecret};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;

fn unsupported() -> CliError {
    usage_error("not supported on this system; run `swyx-teams sync` under launchd")
}

pub(super) fn refuse_options(_: &InstallArgs) -> Result<(), CliError> {
    Err(unsupported())
}

pub(super) fn refusal(_: &InstallArgs, _: &UsedSecret) -> Option<String> {
    None
}

pub(super) fn install(
    _: &mut Context<'_>,
    _: &InstallArgs,
    _: &Plan,
    _: &[String],
) -> Result<Exit, CliError> {
    Err(unsupported())
}

pub(super) fn start(_: &mut Context<'_>, _: &NameArgs) -> Result<Exit, CliError> {
    Err(unsupported())
}

pub(super) fn stop(_: &mut Context<'_>, _: &NameArgs) -> Result<Exit, CliError> {
    Err(unsupported())
}

pub(super) fn status(_: &mut Context<'_>, _: &NameArgs) -> Result<Exit, CliError> {
    Err(unsupported())
}

pub(super) fn uninstall(_: &mut Context<'_>, _: &UninstallArgs) -> Result<Exit, CliError> {
    Err(unsupported())
}
