//! `service`: runs `sync` as a service of systemd or of Windows.
//!
//! | file | what it is |
//! |---|---|
//! | `plan` | what is installed, and the checks that both systems share |
//! | `systemd` | the service manager of Linux |
//! | `unit` | the text of a unit of systemd |
//! | `account` | the proof that the service's account can read its files, on Linux |
//! | `windows` | the service manager of Windows |
//! | `command` | the command line of a service, and the places that it cannot read, on Windows |
//! | `sid` | the identifier of the account of a service of Windows |
//! | `host` | the running service of Windows |
//! | `log_file` | its log |
//! | `elsewhere` | systems without a service manager that this program knows |

#[cfg(target_os = "linux")]
mod account;
#[cfg(any(windows, test))]
mod command;
#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
#[cfg(windows)]
mod host;
#[cfg(any(windows, test))]
mod log_file;
mod plan;
#[cfg(any(windows, test))]
mod sid;
#[cfg(target_os = "linux")]
mod systemd;
#[cfg(any(target_os = "linux", test))]
mod unit;
#[cfg(windows)]
mod windows;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::context::Context;
use super::error::CliError;
#[cfg(not(all(windows, target_os = "linux")))]
use super::error::usage_error;
use super::exit::Exit;
use super::sync::{LogFormat, SyncArgs};
use plan::Plan;

#[cfg(not(any(target_os = "linux", windows)))]
use elsewhere as manager;
#[cfg(target_os = "linux")]
use systemd as manager;
#[cfg(windows)]
use windows as manager;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Examples:
  swyx-teams service install /etc/swyx-teams --credential north.secret:/etc/swyx-teams-secrets/north.secret
  swyx-teams service install 'C:\\ProgramData\\swyx-teams\\north.toml' --metrics 127.0.0.1:9464
  swyx-teams service start
  swyx-teams service status")]
pub(super) struct ServiceArgs {
    #[command(subcommand)]
    command: ServiceCommand,
}

#[derive(Subcommand)]
enum ServiceCommand {
    /// Install `sync` as a service that starts with the system; install again to change it
    Install(InstallArgs),
    /// Start the service
    Start(NameArgs),
    /// Stop the service; it clears its presences in Teams first
    Stop(NameArgs),
    /// Show whether the service is running, and whether it starts with the system
    Status(NameArgs),
    /// Stop and remove the service; settings and secrets stay
    Uninstall(UninstallArgs),
    /// Run as a service; only the service manager of Windows starts this
    #[command(hide = true)]
    Run(RunArgs),
    /// Check that this account can read settings files and their secrets
    #[command(hide = true)]
    Prove(ProveArgs),
}

#[derive(Args, Clone)]
struct NameArgs {
    /// Name of the service
    #[arg(long, default_value = DEFAULT_NAME, value_parser = service_name)]
    name: String,
}

const DEFAULT_NAME: &str = "swyx-teams";

#[derive(Args)]
struct UnitFolderArgs {
    /// Linux: the folder in which the unit is written
    #[arg(long, value_name = "FOLDER", default_value = "/etc/systemd/system")]
    unit_folder: PathBuf,
}

#[derive(Args)]
#[command(after_help = "\
Before it changes anything, it checks that the service's account can read the settings files and fetch their secrets. The service trusts the \
hosts and commands that the settings files need: list them with --trust, or agree to them at the prompt or with --yes.

On Linux, it writes and enables a unit of systemd. By default, the service has an account that exists only while it runs, so systemd must pass \
each secret to it with --credential. On Windows, the account is NT SERVICE\\NAME, which gets read access to the settings and the secret files.

Examples:
  swyx-teams service install --print /etc/swyx-teams --trust=swyx.example.com:9180
  swyx-teams service install /etc/swyx-teams --user swyx-teams
  swyx-teams service install 'C:\\ProgramData\\swyx-teams\\north.toml' --yes")]
struct InstallArgs {
    /// Settings files, patterns such as *.toml, or folders (searched for *.toml) [default: the settings file]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    name: NameArgs,
    /// Serve metrics, health and status at this address without authentication: use this machine or a trusted network
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = super::options::address)]
    metrics: Option<SocketAddr>,
    /// Format of the log
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    /// Trust the hosts and commands that the settings files need
    #[arg(long)]
    yes: bool,
    /// Linux: print the unit, and install nothing; whether the account can read the files is not checked
    #[arg(long)]
    print: bool,
    /// Linux: run as this account
    #[arg(long, value_name = "ACCOUNT")]
    user: Option<String>,
    /// Linux: let systemd pass the secret in PATH to the service; settings name it as /run/credentials/NAME.service/ID
    #[arg(long, value_name = "ID:PATH", conflicts_with = "user", value_parser = plan::credential)]
    credential: Vec<plan::Credential>,
    #[command(flatten)]
    unit: UnitFolderArgs,
}

#[derive(Args)]
struct UninstallArgs {
    #[command(flatten)]
    name: NameArgs,
    #[command(flatten)]
    unit: UnitFolderArgs,
}

#[derive(Args, Clone)]
struct RunArgs {
    #[command(flatten)]
    name: NameArgs,
    #[command(flatten)]
    sync: SyncArgs,
}

#[derive(Args)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "elsewhere, the command is refused"))]
struct ProveArgs {
    /// Settings files
    paths: Vec<PathBuf>,
    /// Do not fetch secrets below this folder, which exists only while the service runs
    #[arg(long, value_name = "FOLDER")]
    except: Option<PathBuf>,
}

/// A name that is valid for both service managers, in paths and on command lines.
fn service_name(text: &str) -> Result<String, &'static str> {
    const MAX_LEN: usize = 80;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_well && text.len() <= MAX_LEN && text.chars().all(is_valid) {
        return Ok(text.to_owned());
    }
    Err("expected at most 80 letters, digits, `-` and `_`, the first a letter or a digit")
}

pub(super) fn run(context: &mut Context<'_>, args: &ServiceArgs) -> Result<Exit, CliError> {
    match &args.command {
        ServiceCommand::Install(args) => install(context, args),
        ServiceCommand::Start(args) => manager::start(context, args),
        ServiceCommand::Stop(args) => manager::stop(context, args),
        ServiceCommand::Status(args) => manager::status(context, args),
        ServiceCommand::Uninstall(args) => manager::uninstall(context, args),
        #[cfg(windows)]
        ServiceCommand::Run(args) => host::run(context, args),
        #[cfg(not(windows))]
        ServiceCommand::Run(_) => Err(usage_error(
            "this command is for the service manager of Windows; run `swyx-teams sync`, or install a service with `swyx-teams service install`",
        )),
        #[cfg(target_os = "linux")]
        ServiceCommand::Prove(args) => account::run(context, args),
        #[cfg(not(target_os = "linux"))]
        ServiceCommand::Prove(_) => Err(usage_error("this command is for Linux only")),
    }
}

fn install(context: &mut Context<'_>, args: &InstallArgs) -> Result<Exit, CliError> {
    manager::refuse_options(args)?;
    let plan = Plan::of(context, args)?;
    let found = plan.secrets.iter().filter_map(|secret| manager::refusal(args, secret));
    plan::report_refusals(context, found)?;
    let trust = plan.agree(context, args)?;
    manager::install(context, args, &plan, &trust)
}

impl ServiceArgs {
    /// Whether this process is the service, which starts its own log.
    pub(super) fn is_host(&self) -> bool {
        matches!(self.command, ServiceCommand::Run(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_are_plain() {
        for name in ["swyx-teams", "north_2", "1"] {
            assert_eq!(service_name(name).as_deref(), Ok(name));
        }
        for name in ["", "-a", "a b", "a/b", "a.b", "a\\b", "\u{e4}", &"a".repeat(81)] {
            assert!(service_name(name).is_err(), "{name}");
        }
    }
}
