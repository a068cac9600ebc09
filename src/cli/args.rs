//! The parser of the command line. Each command has its arguments in its own file; their doc comments are the help, the manual page
//! and the completions.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, Parser, Subcommand};

use super::check::CheckArgs;
use super::demo::DemoArgs;
use super::diff::DiffArgs;
use super::emulate::EmulateArgs;
use super::explain::{ExplainArgs, RulesArgs};
use super::generate::{CompletionsArgs, ManArgs, SchemaArgs};
use super::list::{GetArgs, ListArgs};
use super::options::Global;
use super::provision::apply::ApplyArgs;
use super::provision::destroy::DestroyArgs;
use super::provision::plan::PlanArgs;
use super::provision::rotate::RotateArgs;
use super::serve::ServeArgs;
use super::set::{SetArgs, UnsetArgs};
use super::setup::args::SetupArgs;
use super::sheet::SheetArgs;
use super::sync::status::StatusArgs;
use super::sync::{LogFormat, SyncArgs};
use super::users::UsersArgs;

/// Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation: its settings, its application in Entra ID, the statuses.
#[derive(Parser)]
#[command(name = "swyx-teams", version, propagate_version = true, styles = STYLES, after_long_help = AFTER, max_term_width = 110)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER: &str = "\
Exit codes:
  0  nothing found at or above --fail-on
  1  findings at or above --fail-on
  2  wrong use, a path that could not be read, or no file found
  3  an answer that is no finding: 403 for the administrator, 5xx after the retries, not Microsoft Graph
  4  no answer in time
Where several apply: 2 before 4 before 3 before 1.

Environment:
  SWYX_TEAMS_CONFIG       the settings file, where no argument names one
  SWYX_TEAMS_TRUST        1 for --trust, or LIST for --trust=LIST
  SWYX_TEAMS_ADMIN_TOKEN  an administrator's access token for Microsoft Graph
  HTTPS_PROXY, NO_PROXY   the proxy, where the settings name none; never for this machine itself
  SSL_CERT_FILE           trusted certificates instead of the system's
  NO_COLOR                no colours

A settings file names where a secret is kept; checking it without --online never fetches the secret, opens no connection and starts no program.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check settings files: every fault of every file in one pass
    Check(CheckArgs),
    /// Print the value of one key
    Get(GetArgs),
    /// Print all keys with their values, and where these come from
    List(ListArgs),
    /// Change keys; every other byte of the file stays as it is
    Set(SetArgs),
    /// Take keys away
    Unset(UnsetArgs),
    /// Say in words what changes from one settings file to another
    Diff(DiffArgs),
    /// Print what to type into Control Center, and what is left to do by hand
    Sheet(SheetArgs),
    /// Ask for all that is needed, and write the settings file: the wizard
    Setup(SetupArgs),
    /// Show which Swyx user is which Teams user, and who is nobody
    Users(UsersArgs),
    /// Explain a rule, a key or a code of Entra ID
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Show what is to be done in Entra ID for the settings to work
    Plan(PlanArgs),
    /// Do it: register the application, grant the permissions, make the client secret
    Apply(ApplyArgs),
    /// Make a new client secret; the old one stays valid until --finish
    Rotate(RotateArgs),
    /// Take away what apply made
    Destroy(DestroyArgs),
    /// Carry the statuses both ways, of one tenant or many, until told to end
    Sync(SyncArgs),
    /// Show what a running `sync` does
    Status(StatusArgs),
    /// Serve the admin form of a settings file as a page on this machine
    Serve(ServeArgs),
    /// Show the whole job against an emulated tenant, with nothing set up
    Demo(DemoArgs),
    /// Serve an emulated tenant on this machine: Entra ID and Microsoft Graph for trying and testing
    Emulate(EmulateArgs),
    /// Print the JSON Schema of the settings file, or the contract of the SwyxServer gateway
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

impl Command {
    /// How the log is written that the command shows, if it is one that runs on and on.
    pub(super) fn log(&self) -> Option<LogFormat> {
        if let Self::Sync(sync) = self { Some(sync.log_format) } else { None }
    }
}

/// The definition of the command line, for completions, manual pages and tests.
pub(super) fn command() -> clap::Command {
    Cli::command()
}
