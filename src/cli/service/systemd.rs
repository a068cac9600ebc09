//! The service manager of Linux, systemd: writes the unit, and calls `systemctl`.

use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::prove_as_account;
use super::args::{InstallArgs, NameArgs, UninstallArgs};
use super::plan::{self, Plan, UsedSecret, not_installed};
use super::unit::{MARK, Unit, hidden_place, is_in_home};
use crate::cli::context::Context;
use crate::cli::error::{CliError, cannot, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::os;
use crate::os::ReadError;
use crate::os::process::{CancellationToken, Runner};
use crate::secret::{RevealError, SecretSource, Trust, reveal};
use crate::settings::keys;
use crate::text::printable;

pub(super) fn refuse_options(args: &InstallArgs) -> Result<(), CliError> {
    for (at, credential) in args.credential.iter().enumerate() {
        let id = &credential.id;
        if args.credential.iter().take(at).any(|other| other.id == *id) {
            return Err(usage_error(format_args!(
                "--credential {id} is defined twice: each needs its own ID"
            )));
        }
    }
    Ok(())
}

/// The folder of the credentials that systemd passes to a service.
fn credentials_folder(name: &str) -> PathBuf {
    Path::new("/run/credentials").join(format!("{name}.service"))
}

/// Why the service could not fetch a secret, if it is known from its kind and place.
pub(super) fn refusal(args: &InstallArgs, secret: &UsedSecret) -> Option<String> {
    let key = &secret.key;
    let folder = credentials_folder(&args.name.name);
    let example = folder.join(if *key == keys::GATEWAY_TOKEN { "token" } else { "secret" });
    let way = format!(
        "store it in a file that only root can read, set {key} to file:{}, and add --credential {}:PATH",
        example.display(),
        example.file_name().unwrap_or_default().to_string_lossy()
    );
    match &secret.source {
        SecretSource::Env(_) => Some(secret.error(format_args!("a service does not have it: {way}"))),
        SecretSource::Keyring(_) => {
            Some(secret.error(format_args!("a service cannot read the secret store of your account: {way}")))
        }
        SecretSource::Inline(_) if args.user.is_none() => Some(secret.error(format_args!(
            "the service's account exists only while it runs, so every account could read this file: {way}, or use --user"
        ))),
        SecretSource::File(path) if path.starts_with("/run/credentials") => {
            let passed = args.credential.iter().any(|credential| folder.join(&credential.id) == *path);
            let name = &args.name.name;
            (!passed).then(|| {
                secret.error(format_args!(
                    "no option --credential passes it to the service: add --credential ID:PATH, and name it {}/ID",
                    credentials_folder(name).display()
                ))
            })
        }
        SecretSource::File(_) if args.user.is_none() => Some(secret.error(format_args!(
            "the service's account exists only while it runs, so it could only read a file that every account can read: set {key} to file:{}, and add --credential {}:PATH, or use --user",
            example.display(),
            example.file_name().unwrap_or_default().to_string_lossy()
        ))),
        SecretSource::Inline(_) | SecretSource::File(_) | SecretSource::Command(_) => None,
    }
}

pub(super) fn install(
    context: &mut Context<'_>,
    args: &InstallArgs,
    plan: &Plan,
    trust: &[String],
) -> Result<Exit, CliError> {
    let program = plan::program()?;
    let mut words = vec![plan::word(&program)?, "sync".to_owned()];
    words.extend(plan.words(args, trust)?);
    let places = || {
        plan.paths.iter().chain([&program]).map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
    };
    let unit = Unit {
        words: &words,
        user: args.user.as_deref(),
        credentials: &args.credential,
        reads_home: places().any(|path| is_in_home(&path)),
    };
    let text = unit.text().map_err(usage_error)?;
    let hidden = places().find_map(|path| Some((hidden_place(&path)?, path)));
    if let Some((folder, path)) = hidden {
        let path = printable(&display(&path));
        return Err(not_installed(format_args!(
            "{path}: a service has its own {folder}; move the file elsewhere"
        )));
    }
    if args.print {
        context.out.write_all(text.as_bytes())?;
        return Ok(Exit::Clean);
    }
    let systemctl = systemctl()?;
    let path = unit_file(&args.unit.unit_folder, &args.name);
    refuse_foreign(&path)?;
    check_credentials(context, args, plan)?;
    prove_as_account(&program, args, &plan.files, trust, &credentials_folder(&args.name.name))?;
    let is_new = !path.exists();
    write_unit(&path, &text)?;
    let name = unit_name(&args.name);
    let enabled =
        call(&systemctl, &["daemon-reload"]).and_then(|_| call(&systemctl, &["enable", "--", &name]));
    if let Err(error) = enabled {
        // A unit that is not enabled would look installed.
        if is_new {
            std::fs::remove_file(&path).map_err(|error| cannot_change(&path, &error))?;
        }
        return Err(error);
    }
    let option = args.name.option();
    let is_running = state(&systemctl, &args.name)?.is_running();
    let next = if is_running {
        format!("it is running with its previous settings until `systemctl restart {name}`")
    } else {
        format!("start it with `swyx-teams service start{option}`")
    };
    writeln!(context.out, "installed {}: {next}", printable(&display(&path)))?;
    Ok(Exit::Clean)
}

/// Reads the secrets that systemd passes to the service. systemd reads them as root.
fn check_credentials(context: &mut Context<'_>, args: &InstallArgs, plan: &Plan) -> Result<(), CliError> {
    let folder = credentials_folder(&args.name.name);
    let mut found = Vec::new();
    for credential in &args.credential {
        let place = folder.join(&credential.id);
        if !plan.secrets.iter().any(|secret| secret.path().as_ref() == Some(&place)) {
            let id = &credential.id;
            found.push(format!(
                "--credential {id} is not used: no settings file names {}; name it there, or remove the option",
                place.display()
            ));
            continue;
        }
        let source = SecretSource::File(credential.path.clone());
        match reveal(&source, Path::new("/"), &Trust::nothing()) {
            Ok(secret) => {
                let is_client_secret = |secret: &&UsedSecret| {
                    secret.path().as_ref() == Some(&place) && secret.key == keys::CLIENT_SECRET
                };
                if plan.secrets.iter().any(|secret| is_client_secret(&secret)) {
                    plan::warn_of_secret_id(context, &format!("--credential {}", credential.id), &secret)?;
                }
            }
            Err(why) => {
                let hint = if is_denied(&why) { "; run the command with sudo" } else { "" };
                found.push(format!("--credential {}: {why}{hint}", credential.id));
            }
        }
    }
    plan::report_refusals(context, found.into_iter())
}

/// Whether this account may not read a file.
fn is_denied(error: &RevealError) -> bool {
    matches!(error, RevealError::File(_, ReadError::Io(error)) if error.kind() == ErrorKind::PermissionDenied)
}

fn unit_name(name: &NameArgs) -> String {
    format!("{}.service", name.name)
}

fn unit_file(folder: &Path, name: &NameArgs) -> PathBuf {
    folder.join(unit_name(name))
}

/// Refuses to change a unit that this program did not write. A missing one is fine.
fn refuse_foreign(path: &Path) -> Result<(), CliError> {
    let shown = printable(&display(path));
    match std::fs::read_to_string(path) {
        Ok(text) if text.starts_with(MARK) => Ok(()),
        Ok(_) => Err(usage_error(format_args!(
            "{shown}: `swyx-teams service install` did not write this unit; use another --name, or remove the file"
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(usage_error(format_args!("{shown}: {}", os::reason(&error)))),
    }
}

fn write_unit(path: &Path, text: &str) -> Result<(), CliError> {
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        // A unit contains no secret, and everyone may read those of the system.
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| cannot_change(path, &error))
}

fn cannot_change(path: &Path, error: &std::io::Error) -> CliError {
    let (shown, why) = (printable(&display(path)), os::reason(error));
    let hint = if error.kind() == ErrorKind::PermissionDenied { "; run the command with sudo" } else { "" };
    usage_error(format_args!("{shown}: {why}{hint}"))
}

/// The full path of `systemctl`.
fn systemctl() -> Result<PathBuf, CliError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let found = folders.map(|folder| folder.join("systemctl")).find(|program| program.is_file());
    found.ok_or_else(|| {
        usage_error(
            "there is no `systemctl` on this machine; run `swyx-teams sync` under its own service manager",
        )
    })
}

/// Whether `systemctl` failed because another program runs this system, as in most containers. The bus may also be missing for
/// other reasons, so the folder of a running systemd (sd_booted(3)) decides then.
fn is_without_systemd(message: &str) -> bool {
    message.contains("System has not been booted with systemd")
        || (message.contains("Failed to connect to") && !Path::new("/run/systemd/system").exists())
}

/// Calls `systemctl`, shows its messages on standard error, and returns its output.
fn call(systemctl: &Path, arguments: &[&str]) -> Result<String, CliError> {
    /// More than systemd gives a service to start or to stop.
    const TIME_LIMIT: Duration = Duration::from_secs(180);
    const MAX_BYTES: usize = 64 * 1024;
    let mut runner = Runner::new(systemctl, MAX_BYTES, TIME_LIMIT);
    let mut messages = tempfile::tempfile().map_err(cannot("create a temporary file"))?;
    let stderr = messages.try_clone().map_err(cannot("create a temporary file"))?;
    // A password could not be typed: the command has no terminal. Some messages are recognised, so they are in English.
    runner.command().arg("--no-ask-password").args(arguments).env("LC_ALL", "C").stderr(stderr);
    let what = arguments.first().copied().unwrap_or_default();
    let result = runner.output(&CancellationToken::default());
    let messages = read_messages(&mut messages);
    if result.as_ref().is_ok_and(|output| !output.status.success()) && is_without_systemd(&messages) {
        return Err(usage_error(WITHOUT_SYSTEMD));
    }
    if !messages.is_empty() {
        // A closed terminal must not change the result.
        let _ = writeln!(std::io::stderr(), "{messages}");
    }
    match result {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(_) => Err(failure(Exit::Usage, format_args!("`systemctl {what}` failed; see its message above"))),
        Err(error) => Err(failure(Exit::Usage, format_args!("`systemctl {what}` {error}"))),
    }
}

/// The messages of a command, as lines that are safe to print.
fn read_messages(file: &mut std::fs::File) -> String {
    const MAX_BYTES: u64 = 64 * 1024;
    let mut content = Vec::new();
    let read = file.rewind().and_then(|()| file.take(MAX_BYTES).read_to_end(&mut content));
    // Without its messages, the exit status of the command is still known.
    drop(read);
    let text = String::from_utf8_lossy(&content);
    text.trim_end().lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// The error if systemd does not run this system.
const WITHOUT_SYSTEMD: &str = "this system is not run by systemd, for example because it is a container; run \
    `swyx-teams sync` under its own service manager, or as the program of the container";

/// What systemd knows about a service.
#[derive(Debug, Default, PartialEq, Eq)]
struct State {
    load: String,
    active: String,
    unit_file: String,
    process: String,
}

impl State {
    fn of(output: &str) -> Self {
        let value = |name: &str| {
            let line = output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            printable(line.unwrap_or_default())
        };
        Self {
            load: value("LoadState"),
            active: value("ActiveState"),
            unit_file: value("UnitFileState"),
            process: value("MainPID"),
        }
    }

    fn is_installed(&self) -> bool {
        !self.load.is_empty() && self.load != "not-found"
    }

    fn is_running(&self) -> bool {
        self.active == "active"
    }

    fn describe(&self) -> String {
        if !self.is_installed() {
            return "not installed".to_owned();
        }
        let running = match self.active.as_str() {
            "active" => format!("running (process {})", self.process),
            "inactive" => "not running".to_owned(),
            "failed" => "failed".to_owned(),
            other => other.to_owned(),
        };
        let starts = if self.unit_file == "enabled" {
            "starts with the system"
        } else {
            "does not start with the system"
        };
        format!("{running}, {starts}")
    }
}

fn state(systemctl: &Path, name: &NameArgs) -> Result<State, CliError> {
    let properties = "--property=LoadState,ActiveState,UnitFileState,MainPID";
    Ok(State::of(&call(systemctl, &["show", properties, "--", &unit_name(name)])?))
}

/// Refuses a service that is not installed.
fn installed(name: &NameArgs) -> Result<PathBuf, CliError> {
    let systemctl = systemctl()?;
    if state(&systemctl, name)?.is_installed() {
        return Ok(systemctl);
    }
    Err(usage_error(format_args!(
        "there is no service {}: install it with `swyx-teams service install`",
        name.name
    )))
}

pub(super) fn start(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    change(context, name, "start", "started")
}

pub(super) fn stop(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    change(context, name, "stop", "stopped")
}

fn change(context: &mut Context<'_>, name: &NameArgs, verb: &str, done: &str) -> Result<Exit, CliError> {
    let systemctl = installed(name)?;
    let unit = unit_name(name);
    call(&systemctl, &[verb, "--", &unit]).map_err(|error| match error {
        CliError::Failed(exit, _) => failure(
            exit,
            format_args!("`systemctl {verb} {unit}` failed; `journalctl --unit {unit}` shows the log"),
        ),
        error => error,
    })?;
    writeln!(context.out, "{done} {}", name.name)?;
    Ok(Exit::Clean)
}

pub(super) fn status(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    let state = state(&systemctl()?, name)?;
    writeln!(context.out, "{}: {}", name.name, state.describe())?;
    Ok(if state.is_running() { Exit::Clean } else { Exit::Findings })
}

pub(super) fn uninstall(context: &mut Context<'_>, args: &UninstallArgs) -> Result<Exit, CliError> {
    let path = unit_file(&args.unit.unit_folder, &args.name);
    let shown = printable(&display(&path));
    if std::fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Err(usage_error(format_args!("there is no service {}: {shown} is missing", args.name.name)));
    }
    refuse_foreign(&path)?;
    let systemctl = systemctl()?;
    call(&systemctl, &["disable", "--now", "--", &unit_name(&args.name)])?;
    std::fs::remove_file(&path).map_err(|error| cannot_change(&path, &error))?;
    call(&systemctl, &["daemon-reload"])?;
    writeln!(context.out, "uninstalled {}; settings and secrets stay", args.name.name)?;
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_systemd_are_described() {
        let of = |load: &str, active: &str, file: &str| {
            State::of(&format!("LoadState={load}\nActiveState={active}\nUnitFileState={file}\nMainPID=12\n"))
                .describe()
        };
        assert_eq!(of("loaded", "active", "enabled"), "running (process 12), starts with the system");
        assert_eq!(of("loaded", "inactive", "disabled"), "not running, does not start with the system");
        assert_eq!(of("loaded", "failed", "enabled"), "failed, starts with the system");
        assert_eq!(of("loaded", "activating", "enabled"), "activating, starts with the system");
        assert_eq!(of("not-found", "inactive", ""), "not installed");
        assert_eq!(State::of("").describe(), "not installed");
    }
}
