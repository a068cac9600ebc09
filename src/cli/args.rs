//! The arguments of every command. Their doc comments are the help, the manual page and the completions.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::demo::Demo;
use super::emulate::Emulate;
use super::provision::apply::Apply;
use super::provision::destroy::Destroy;
use super::provision::plan::Plan;
use super::provision::rotate::Rotate;
use super::serve::Serve;
use super::setup::Setup;
use super::sync::status::Status;
use super::sync::{LogFormat, Sync};
use super::users::Users;
use crate::diagnostic::Severity;
use crate::report::Format;
use crate::secret::Trust;

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

#[derive(Args, Clone)]
pub(super) struct Global {
    /// The settings file [default: $SWYX_TEAMS_CONFIG, else ./swyx-teams.toml]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(super) config: Option<PathBuf>,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(super) color: Color,
    /// Ask nothing: what is missing is an error
    #[arg(long, global = true, help_heading = "Global options")]
    pub(super) no_input: bool,
    /// Trust what the settings files name: hosts that are not Microsoft's, this machine included, and commands that print secrets. LIST
    /// limits it to HOST, HOST:PORT and command, separated by commas
    #[arg(
        long,
        global = true,
        value_name = "LIST",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = Trust::EVERYTHING,
        help_heading = "Global options"
    )]
    pub(super) trust: Vec<Trust>,
    /// Print results only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub(super) quiet: bool,
    /// Say more: what is passed over, and why; pauses and repetitions; with -vv every request, without what is secret
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(super) verbose: u8,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Color {
    /// On terminals only
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    pub(super) fn choice(self) -> Option<anstream::ColorChoice> {
        match self {
            Self::Auto => None,
            Self::Always => Some(anstream::ColorChoice::Always),
            Self::Never => Some(anstream::ColorChoice::Never),
        }
    }
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check settings files: every fault of every file in one pass
    Check(Check),
    /// Print the value of one key
    Get(Get),
    /// Print all keys with their values, and where these come from
    List(List),
    /// Change keys; every other byte of the file stays as it is
    Set(Set),
    /// Take keys away
    Unset(Unset),
    /// Say in words what changes from one settings file to another
    Diff(Diff),
    /// Print what to type into Control Center, and what is left to do by hand
    Sheet(Sheet),
    /// Ask for all that is needed, and write the settings file: the wizard
    Setup(Setup),
    /// Show which Swyx user is which Teams user, and who is nobody
    Users(Users),
    /// Explain a rule, a key or a code of Entra ID
    Explain(Explain),
    /// List all rules
    Rules(Rules),
    /// Show what is to be done in Entra ID for the settings to work
    Plan(Plan),
    /// Do it: register the application, grant the permissions, make the client secret
    Apply(Apply),
    /// Make a new client secret; the old one stays valid until --finish
    Rotate(Rotate),
    /// Take away what apply made
    Destroy(Destroy),
    /// Carry the statuses both ways, of one tenant or many, until told to end
    Sync(Sync),
    /// Show what a running `sync` does
    Status(Status),
    /// Serve the admin form of a settings file as a page on this machine
    Serve(Serve),
    /// Show the whole job against an emulated tenant, with nothing set up
    Demo(Demo),
    /// Serve an emulated tenant on this machine: Entra ID and Microsoft Graph for trying and testing
    Emulate(Emulate),
    /// Print the JSON Schema of the settings file, or the contract of the SwyxServer gateway
    Schema(Schema),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

impl Command {
    /// How the log is written that the command shows, if it is one that runs on and on.
    pub(super) fn log(&self) -> Option<LogFormat> {
        if let Self::Sync(sync) = self { Some(sync.log_format) } else { None }
    }
}

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams check customers/
  swyx-teams check --format sarif customers/ > swyx-teams.sarif
  swyx-teams check --fix --diff north.toml
  swyx-teams check --online north.toml
  swyx-teams check --online --as-admin --use-az --fail-on warning north.toml
  git show :north.toml | swyx-teams check --stdin-filename north.toml -")]
pub(super) struct Check {
    /// Files, folders (searched for *.toml), or - for standard input
    pub(super) paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    /// Apply the safe fixes
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix: show the changes and write nothing
    #[arg(long, requires = "fix")]
    pub(super) diff: bool,
    /// What reports call the text of standard input
    #[arg(long, value_name = "NAME", default_value = "<stdin>", hide_default_value = true)]
    pub(super) stdin_filename: String,
    /// Pass over files and folders below a named folder: a pattern over the path from there, or, without a slash, over each name
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<glob::Pattern>,
    #[command(flatten)]
    pub(super) online: Online,
}

#[derive(Args)]
#[command(next_help_heading = "Online")]
pub(super) struct Online {
    /// Sign in as the application, and see what it may do: two requests for each file
    #[arg(long, conflicts_with = "diff")]
    pub(super) online: bool,
    /// Read a real user's presence too, in one request more
    #[arg(long, requires = "online")]
    pub(super) thorough: bool,
    /// Also read the application's registration, as an administrator: $SWYX_TEAMS_ADMIN_TOKEN, else --use-az, else a device code
    #[arg(long, requires = "online")]
    pub(super) as_admin: bool,
    /// Sign in as the administrator with the account of the Azure CLI
    #[arg(long, requires = "as_admin")]
    pub(super) use_az: bool,
    /// Time for each file, and as much again for its administrator's part; a person has as long as the code is valid
    #[arg(long, requires = "online", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: u64,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
}

impl FailOn {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Plain {
    /// For a person
    #[default]
    Human,
    /// For a program
    Json,
}

#[derive(Args)]
pub(super) struct Get {
    /// The key, like control_center.MsTeamsTenantId or user[0].teams
    pub(super) key: crate::diagnostic::Key,
    /// Fetch a secret from where it is kept and print it
    #[arg(long)]
    pub(super) reveal: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
}

#[derive(Args)]
pub(super) struct List {
    /// The settings file
    pub(super) file: Option<PathBuf>,
    /// Fetch secrets from where they are kept and print them
    #[arg(long)]
    pub(super) reveal: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
}

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams set control_center.MsTeamsStatusSyncMode 2
  swyx-teams set control_center.MsTeamsClientSecret env:SWYX_TEAMS_CLIENT_SECRET
  pass show teams | swyx-teams set control_center.MsTeamsClientSecret --stdin
  swyx-teams set 'user[0]' '{ swyx = \"Jane Roe\", teams = \"jane.roe@example.com\" }'

Several pairs are one change: all or none. A change that would add an error is refused, with exit code 1.")]
pub(super) struct Set {
    /// Keys and their new values, in turn. A secret's value is a reference: env:NAME, file:PATH or { command = [...] }
    #[arg(required = true, value_names = ["KEY", "VALUE"], num_args = 1.., allow_negative_numbers = true)]
    pub(super) words: Vec<String>,
    /// Take the value of the last key from standard input; the only way for a secret itself, beside the prompt
    #[arg(long)]
    pub(super) stdin: bool,
}

#[derive(Args)]
pub(super) struct Unset {
    /// The keys to take away
    #[arg(required = true)]
    pub(super) keys: Vec<crate::diagnostic::Key>,
}

#[derive(Args)]
pub(super) struct Diff {
    /// The settings before
    pub(super) before: PathBuf,
    /// The settings after
    pub(super) after: PathBuf,
    /// End with 1 if anything changes
    #[arg(long)]
    pub(super) exit_code: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
}

#[derive(Args)]
pub(super) struct Sheet {
    /// The settings file
    pub(super) file: Option<PathBuf>,
    /// Fetch the secret from where it is kept and print it
    #[arg(long)]
    pub(super) reveal: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
}

#[derive(Args)]
pub(super) struct Explain {
    /// The id of a rule, a key, or a code as in `AADSTS7000215`
    #[arg(value_name = "RULE|KEY|AADSTS…")]
    pub(super) what: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
}

#[derive(Args)]
pub(super) struct Rules {
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: RulesFormat,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// A line for each rule
    #[default]
    Human,
    /// For a program
    Json,
    /// The whole reference, as a page
    Markdown,
}

#[derive(Args)]
pub(super) struct Schema {
    /// For which tool
    #[arg(long = "for", value_enum, default_value_t, value_name = "TOOL")]
    pub(super) tool: SchemaFor,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaFor {
    /// JSON Schema, draft 2020-12
    #[default]
    JsonSchema,
    /// JSON Schema, draft 07, for tools that know no newer one
    #[value(name = "draft-07")]
    Draft07,
    /// The same with the words of Taplo and Tombi, for completion and hints in editors
    Taplo,
    /// Schema and uiSchema of react-jsonschema-form
    Rjsf,
    /// Schema and UI schema of JSON Forms
    #[value(name = "jsonforms")]
    JsonForms,
    /// OpenAPI 3.1: the contract of the SwyxServer gateway, for whoever builds one
    Gateway,
}

#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

#[derive(Args)]
pub(super) struct Man {
    /// The page of one command instead of the program's
    pub(super) command: Option<String>,
}

/// The definition of the command line, for completions, manual pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

/// A mistake in the arguments without the values that were given: one of them may be a secret in the wrong place.
pub(super) fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = |text: &str| {
        let name = text.split('=').next().unwrap_or_default();
        let is_option = name.starts_with('-')
            && name.len() <= 30
            && name.chars().all(|c| c == '-' || c.is_ascii_lowercase());
        if is_option { name.to_owned() } else { "…".to_owned() }
    };
    // "to pass '--this' as a value, use '-- --this'".
    error.remove(ContextKind::Suggested);
    let given = [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    for kind in given {
        let known = matches!(
            error.kind(),
            clap::error::ErrorKind::InvalidValue
                | clap::error::ErrorKind::ValueValidation
                | clap::error::ErrorKind::MissingRequiredArgument
        );
        // Which argument was wrong is our own word, unless it is one that we do not know.
        if kind == ContextKind::InvalidArg && known {
            continue;
        }
        if let Some(ContextValue::String(text)) = error.get(kind) {
            let text = hidden(text);
            error.insert(kind, ContextValue::String(text));
        }
    }
    error
}

/// An address with a port; this machine may be called by its name.
pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let numeric =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().map_err(|_| "an address and a port are wanted, like 127.0.0.1:8443")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What is asked of all commands when nothing is.
    pub(in crate::cli) fn global() -> Global {
        Cli::parse_from(["swyx-teams", "rules"]).global
    }
}
