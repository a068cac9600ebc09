//! The command line parser. Each command defines its arguments in its own file. Their doc comments become the help, the manual page and
//! the completions.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::check::CheckArgs;
use super::demo::DemoArgs;
use super::diff::DiffArgs;
use super::emulate::EmulateArgs;
use super::explain::{ExplainArgs, RulesArgs};
use super::generate::{CompletionsArgs, ManArgs, SchemaArgs};
use super::list::{GetArgs, ListArgs};
use super::options::Global;
use super::output::width_of_results;
use super::output_file::OutputFile;
use super::path::PathArgs;
use super::provision::apply::ApplyArgs;
use super::provision::destroy::DestroyArgs;
use super::provision::plan::PlanArgs;
use super::provision::rotate::RotateArgs;
use super::relocate::MoveArgs;
use super::secret::SecretArgs;
use super::serve::ServeArgs;
use super::service::ServiceArgs;
use super::set::{SetArgs, UnsetArgs};
use super::setup::args::SetupArgs;
use super::sheet::SheetArgs;
use super::sync::status::StatusArgs;
use super::sync::{LogFormat, SyncArgs};
use super::users::UsersArgs;

/// Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation: its settings, its application in Entra ID, the statuses
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
  2  usage error, unreadable path, or no file found
  3  unexpected response: 403 for the administrator, 5xx after all retries, or not from Microsoft Graph
  4  timeout
If several apply, 2 wins over 4, 4 over 3, and 3 over 1.

Environment:
  SWYX_TEAMS_CONFIG       the settings file, if no argument names one
  SWYX_TEAMS_TRUST        1 for --trust, or LIST for --trust=LIST
  SWYX_TEAMS_ADMIN_TOKEN  an administrator's access token for Microsoft Graph
  HTTPS_PROXY, NO_PROXY   the proxy, if the settings name none; never used for this machine itself
  SSL_CERT_FILE           certificates to trust instead of the system's
  NO_COLOR                no colours

`check` without --online never fetches a secret, opens a connection or starts a program.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check settings files and report every problem in one pass
    Check(CheckArgs),
    /// Print the value of one key
    Get(GetArgs),
    /// Print all keys, their values and the source of each value
    List(ListArgs),
    /// Set keys; all other bytes of the file stay unchanged
    Set(SetArgs),
    /// Remove keys
    Unset(UnsetArgs),
    /// Move the settings to the table of another version of SwyxWare
    Move(MoveArgs),
    /// Store a secret at the place that the settings file names
    Secret(SecretArgs),
    /// Describe the differences between two settings files
    Diff(DiffArgs),
    /// Print the values for Control Center and the remaining manual steps
    Sheet(SheetArgs),
    /// Create a settings file with a wizard, and register the application
    Setup(SetupArgs),
    /// Match Swyx users to Teams users, and list those without a match
    Users(UsersArgs),
    /// Explain a rule, a key or an Entra ID error code
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Show the plan: the changes in Entra ID that the settings need
    Plan(PlanArgs),
    /// Carry out the plan: register the application, grant the permissions, create the client secret
    Apply(ApplyArgs),
    /// Create a new client secret; the old one stays valid until --finish
    Rotate(RotateArgs),
    /// Delete what `apply` created
    Destroy(DestroyArgs),
    /// Synchronise statuses both ways, for one or many tenants, until stopped
    Sync(SyncArgs),
    /// Run `sync` as a service of systemd or of Windows
    Service(ServiceArgs),
    /// Show the state of a running `sync`
    Status(StatusArgs),
    /// Serve the admin form of a settings file as a local web page
    Serve(ServeArgs),
    /// Run the whole workflow against an emulated tenant; needs no setup
    Demo(DemoArgs),
    /// Serve an emulated tenant on this machine: Entra ID and Microsoft Graph for trials and tests
    Emulate(EmulateArgs),
    /// Print the JSON Schema of the settings file, or the OpenAPI contract of the SwyxServer gateway
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
    /// Add the folder of this program to PATH on Windows, or remove it
    #[command(hide = true)]
    Path(PathArgs),
}

impl Command {
    /// The log format of a command that runs until stopped.
    pub(super) fn log(&self) -> Option<LogFormat> {
        if let Self::Sync(sync) = self { Some(sync.log_format) } else { None }
    }

    /// Whether the command starts its log itself.
    pub(super) fn has_own_log(&self) -> bool {
        matches!(self, Self::Service(service) if service.is_host())
    }

    /// The file of `--output`.
    pub(super) fn output_file(&self) -> Option<OutputFile<'_>> {
        match self {
            Self::Check(args) => args.output.shared(&args.paths),
            Self::Explain(args) => args.output.shared(&[]),
            Self::Rules(args) => args.output.shared(&[]),
            Self::Schema(args) => args.output.shared(&[]),
            Self::Completions(args) => args.output.shared(&[]),
            Self::Man(args) => args.output.shared(&[]),
            Self::List(args) => args.output.private(&args.file),
            Self::Diff(args) => args.output.private([&args.before, &args.after]),
            Self::Sheet(args) => args.output.private(&args.file),
            Self::Plan(args) => args.output.private(&args.file),
            Self::Users(args) => args.output.private(&args.swyx),
            _ => None,
        }
    }
}

/// Parses the arguments of the process.
///
/// # Errors
/// The help, the version or an argument error, wrapped at the width of the terminal.
pub(super) fn parse() -> Result<Cli, clap::Error> {
    let mut command = command().term_width(width_of_results());
    let mut words = std::env::args_os().collect::<Vec<_>>();
    // The command `help`, which clap adds, does not know the option that every command has.
    if let [_, command, option] = &mut *words
        && command == "help"
        && (option == "--help" || option == "-h")
    {
        *option = "help".into();
    }
    let mut matches = command.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// The command line definition, for completions, manual pages and tests.
pub(super) fn command() -> clap::Command {
    Cli::command()
}
