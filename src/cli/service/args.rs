//! The arguments of `service`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::sync::{LogFormat, SyncArgs};
use crate::secret::shape::may_be_a_secret;
use crate::settings::parse_guid;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Examples:
  swyx-teams service install /etc/swyx-teams --credential north.secret:/etc/swyx-teams-secrets/north.secret
  swyx-teams service install 'C:\\ProgramData\\swyx-teams\\north.toml' --metrics 127.0.0.1:9464
  swyx-teams service start
  swyx-teams service status")]
pub(in crate::cli) struct ServiceArgs {
    #[command(subcommand)]
    pub(super) command: ServiceCommand,
}

#[derive(Subcommand)]
pub(super) enum ServiceCommand {
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
pub(super) struct NameArgs {
    /// Name of the service
    #[arg(long, default_value = DEFAULT_NAME, value_parser = service_name)]
    pub(super) name: String,
}

pub(super) const DEFAULT_NAME: &str = "swyx-teams";

impl NameArgs {
    /// The option that names this service in other commands; empty for the default name.
    #[cfg(any(windows, target_os = "linux"))]
    pub(super) fn option(&self) -> String {
        if self.name == DEFAULT_NAME { String::new() } else { format!(" --name {}", self.name) }
    }
}

#[derive(Args)]
pub(super) struct UnitFolderArgs {
    /// Linux: the folder in which the unit is written
    #[arg(long, value_name = "FOLDER", default_value = "/etc/systemd/system")]
    pub(super) unit_folder: PathBuf,
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
pub(super) struct InstallArgs {
    /// Settings files, patterns such as *.toml, or folders (searched for *.toml) [default: the settings file]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) name: NameArgs,
    /// Serve metrics, health and status at this address without authentication: use this machine or a trusted network
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = crate::cli::options::address)]
    pub(super) metrics: Option<SocketAddr>,
    /// Format of the log
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_format: LogFormat,
    /// Trust the hosts and commands that the settings files need
    #[arg(long)]
    pub(super) yes: bool,
    /// Linux: print the unit, and install nothing; whether the account can read the files is not checked
    #[arg(long)]
    pub(super) print: bool,
    /// Linux: run as this account
    #[arg(long, value_name = "ACCOUNT", value_parser = account_name)]
    pub(super) user: Option<String>,
    /// Linux: let systemd pass the secret in PATH to the service; settings name it as /run/credentials/NAME.service/ID
    #[arg(long, value_name = "ID:PATH", conflicts_with = "user", value_parser = credential)]
    pub(super) credential: Vec<Credential>,
    #[command(flatten)]
    pub(super) unit: UnitFolderArgs,
}

#[derive(Args)]
pub(super) struct UninstallArgs {
    #[command(flatten)]
    pub(super) name: NameArgs,
    #[command(flatten)]
    pub(super) unit: UnitFolderArgs,
}

#[derive(Args, Clone)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) name: NameArgs,
    /// File of the log
    #[arg(long, value_name = "FILE")]
    pub(super) log: PathBuf,
    #[command(flatten)]
    pub(super) sync: SyncArgs,
}

#[derive(Args)]
pub(super) struct ProveArgs {
    /// Settings files
    pub(super) paths: Vec<PathBuf>,
    /// Do not fetch secrets below this folder, which exists only while the service runs
    #[arg(long, value_name = "FOLDER")]
    pub(super) except: Option<PathBuf>,
}

/// A name that is valid for both service managers, in paths and on command lines. Messages repeat it, so it must not be an id or a secret.
fn service_name(text: &str) -> Result<String, &'static str> {
    const MAX_LEN: usize = 40;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let may_be_secret = parse_guid(text).is_some() || may_be_a_secret(text);
    if starts_well && text.len() <= MAX_LEN && text.chars().all(is_valid) && !may_be_secret {
        return Ok(text.to_owned());
    }
    Err("expected at most 40 letters, digits, `-` and `_`, the first a letter, and no ID")
}

/// The name of an account, as systemd accepts it (<https://systemd.io/USER_NAMES/>). An empty name would mean root.
fn account_name(text: &str) -> Result<String, &'static str> {
    const MAX_LEN: usize = 31;
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_well && text.len() <= MAX_LEN && text.chars().all(is_valid) {
        return Ok(text.to_owned());
    }
    Err("expected the name of an account: at most 31 letters, digits, `-` and `_`, the first a letter or `_`")
}

/// A secret that systemd passes to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) id: String,
    pub(super) path: PathBuf,
}

/// Parses `ID:PATH`.
pub(super) fn credential(text: &str) -> Result<Credential, &'static str> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let (id, path) = text.split_once(':').ok_or("expected ID:PATH")?;
    if id.is_empty() || id.starts_with('.') || !id.chars().all(is_valid) {
        return Err("the ID consists of letters, digits, `-`, `_` and `.`, and does not begin with `.`");
    }
    if !Path::new(path).is_absolute() {
        return Err("the path must be absolute");
    }
    Ok(Credential { id: id.to_owned(), path: path.into() })
}

impl ServiceArgs {
    /// Whether this process is the service, which starts its own log.
    pub(in crate::cli) fn is_host(&self) -> bool {
        matches!(self.command, ServiceCommand::Run(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_are_plain() {
        const GUID: &str = "c0ffee5a-1b2d-4e3f-8a9b-7c6d5e4f3a2b";
        for name in ["swyx-teams", "north_2", "a"] {
            assert_eq!(service_name(name).as_deref(), Ok(name));
        }
        for name in ["", "-a", "1", "a b", "a/b", "a.b", "a\\b", "\u{e4}", &"a".repeat(41), GUID] {
            assert!(service_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn credentials_have_an_id_and_an_absolute_path() {
        let path = if cfg!(windows) { "C:\\keys\\north" } else { "/keys/a:b" };
        let expected = Credential { id: "north.secret-1".to_owned(), path: path.into() };
        assert_eq!(credential(&format!("north.secret-1:{path}")), Ok(expected));
        for wrong in ["", "a", ":/a", "a:", "a:b", "a/b:/c", ".a:/c", "a b:/c", "a%n:/c"] {
            assert!(credential(wrong).is_err(), "{wrong}");
        }
    }
}
