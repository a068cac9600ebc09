//! The service manager of Windows.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use windows_service::Error;
use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl, ServiceFailureActions,
    ServiceFailureResetPeriod, ServiceInfo, ServiceStartType, ServiceState, ServiceType,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

use super::args::{DEFAULT_NAME, InstallArgs, NameArgs, UninstallArgs};
use super::command::{Access, icacls_words, run_words, unreadable_place};
use super::plan::{self, Plan, UsedSecret, not_installed};
use super::sid::service_sid;
use crate::cli::context::Context;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::os;
use crate::os::process::{CancellationToken, Runner};
use crate::secret::SecretSource;
use crate::text::printable;

/// More than the service needs to clear its presences, so that the system waits for it at a shutdown.
const STOP_LIMIT: Duration = Duration::from_secs(40);

mod number {
    //! Errors of Windows.
    pub(super) const ACCESS_DENIED: i32 = 5;
    pub(super) const CALL_NOT_IMPLEMENTED: i32 = 120;
    pub(super) const INVALID_LEVEL: i32 = 124;
    pub(super) const ALREADY_RUNNING: i32 = 1056;
    pub(super) const NO_SUCH_SERVICE: i32 = 1060;
    pub(super) const NOT_ACTIVE: i32 = 1062;
    pub(super) const MARKED_FOR_DELETE: i32 = 1072;
}

pub(super) fn refuse_options(args: &InstallArgs) -> Result<(), CliError> {
    if args.print || args.user.is_some() || !args.credential.is_empty() {
        return Err(usage_error("--print, --user and --credential are for Linux"));
    }
    Ok(())
}

/// Why the service could not fetch a secret, if it is known from its kind and place.
pub(super) fn refusal(_: &InstallArgs, secret: &UsedSecret) -> Option<String> {
    let way = format!("store it in a file, and set {} to file:PATH", secret.key);
    match &secret.source {
        SecretSource::Env(_) => Some(secret.error(format_args!("a service does not have it: {way}"))),
        SecretSource::Keyring(_) => {
            Some(secret.error(format_args!("a service cannot read the secret store of your account: {way}")))
        }
        SecretSource::File(_) => {
            let place = unreadable(&secret.path()?)?;
            Some(secret.error(format_args!("{place}: move it, for example to C:\\ProgramData\\swyx-teams")))
        }
        SecretSource::Inline(_) | SecretSource::Command(_) => None,
    }
}

fn unreadable(path: &Path) -> Option<String> {
    let profile = std::env::var_os("USERPROFILE").map(PathBuf::from);
    let profiles = profile.as_deref().and_then(Path::parent).unwrap_or(Path::new(r"C:\Users"));
    unreadable_place(&path.to_string_lossy(), &profiles.to_string_lossy())
}

pub(super) fn install(
    context: &mut Context<'_>,
    args: &InstallArgs,
    plan: &Plan,
    trust: &[String],
) -> Result<Exit, CliError> {
    let program = plan::program()?;
    for path in plan.paths.iter().chain(&plan.ca_files).chain([&program]) {
        if let Some(why) = unreadable(path) {
            let path = printable(&display(path));
            let hint = "move it, for example to C:\\ProgramData\\swyx-teams or C:\\Program Files";
            return Err(not_installed(format_args!("{path}: {why}: {hint}")));
        }
    }
    // What this account cannot read or fetch, the service cannot use, either.
    plan::prove(context, &plan.files, None)?;
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
    let name = &args.name.name;
    let words = run_words(name, &plan::word(&log_file(name))?, &plan.words(args, trust)?);
    let info = service_info(name, &program, words);
    let service = create_or_change(&manager, &info)?;
    configure(context, &service)?;
    let log = grant(context, name, plan, &program)?;
    let (option, log) = (args.name.option(), printable(&display(&log)));
    writeln!(
        context.out,
        "installed {name}: start it with `swyx-teams service start{option}`; its log is {log}"
    )?;
    Ok(Exit::Clean)
}

fn service_info(name: &str, program: &Path, words: Vec<String>) -> ServiceInfo {
    let title = "Swyx and Teams presences";
    let display_name = if name == DEFAULT_NAME { title.to_owned() } else { format!("{title} ({name})") };
    ServiceInfo {
        name: name.into(),
        display_name: display_name.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        // The crate quotes the path and each word.
        executable_path: program.to_path_buf(),
        launch_arguments: words.into_iter().map(OsString::from).collect(),
        dependencies: Vec::new(),
        account_name: Some(format!("NT SERVICE\\{name}").into()),
        account_password: None,
    }
}

fn create_or_change(manager: &ServiceManager, info: &ServiceInfo) -> Result<Service, CliError> {
    // Restarting it after a failure needs the right to start it.
    let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::QUERY_CONFIG | ServiceAccess::START;
    match manager.open_service(&info.name, access) {
        Ok(service) => {
            service.change_config(info).map_err(|error| failed("change the service", error))?;
            Ok(service)
        }
        Err(error) if number_of(&error) == Some(number::NO_SUCH_SERVICE) => {
            manager.create_service(info, access).map_err(|error| failed("create the service", error))
        }
        Err(error) => Err(failed("open the service", error)),
    }
}

/// Sets what is not part of the creation. Wine and old systems do not know some of it.
fn configure(context: &mut Context<'_>, service: &Service) -> Result<(), CliError> {
    let restart = |seconds| ServiceAction {
        action_type: ServiceActionType::Restart,
        delay: Duration::from_secs(seconds),
    };
    let actions = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(Duration::from_secs(24 * 60 * 60)),
        reboot_msg: None,
        command: None,
        actions: Some([5, 30, 60].map(restart).into()),
    };
    let description = "Synchronises the presences of SwyxWare and Microsoft Teams.";
    for (what, result) in [
        ("the description", service.set_description(description)),
        ("the start after other services", service.set_delayed_auto_start(true)),
        ("the restart after a failure", service.update_failure_actions(actions)),
        ("the restart after an error", service.set_failure_actions_on_non_crash_failures(true)),
        ("the time to end at a shutdown", service.set_preshutdown_timeout(STOP_LIMIT)),
    ] {
        match result {
            Err(error) if is_unsupported(&error) => {
                context.note(format_args!("note: this system does not support {what}"))?;
            }
            result => result.map_err(|error| failed("configure the service", error))?,
        }
    }
    Ok(())
}

/// Gives the service's account access to its files, and returns the path of its log.
fn grant(context: &mut Context<'_>, name: &str, plan: &Plan, program: &Path) -> Result<PathBuf, CliError> {
    let sid = service_sid(name);
    let log = log_file(name);
    let folder = log.parent().unwrap_or(&log);
    create_folder(folder)?;
    let settings = plan.paths.iter().map(|path| (path.as_path(), access_to(path)));
    let secrets = plan.secrets.iter().filter_map(UsedSecret::path).collect::<Vec<_>>();
    // A file may not inherit the access of its folder.
    let others =
        plan.files.iter().chain(&secrets).chain(&plan.ca_files).map(|path| (path.as_path(), Access::File));
    let own = [(program, Access::Program), (folder, Access::Log)];
    for (path, access) in settings.chain(others).chain(own) {
        let words = icacls_words(&plan::word(path)?, &sid, access);
        if !is_granted(&words) {
            let why = format!("cannot give the service access to {}", printable(&display(path)));
            context.error(format_args!("{why}; run `icacls \"{}\" {} \"{}\"`", words[0], words[1], words[2]));
        }
    }
    Ok(log)
}

fn access_to(path: &Path) -> Access {
    if path.is_dir() { Access::Folder } else { Access::File }
}

fn is_granted(words: &[String]) -> bool {
    const TIME_LIMIT: Duration = Duration::from_secs(60);
    const MAX_BYTES: usize = 1024 * 1024;
    let system = std::env::var_os("SYSTEMROOT").unwrap_or_else(|| r"C:\Windows".into());
    let program = Path::new(&system).join("System32").join("icacls.exe");
    let mut runner = Runner::new(program, MAX_BYTES, TIME_LIMIT);
    runner.command().args(words).stderr(Stdio::inherit());
    runner.output(&CancellationToken::default()).is_ok_and(|output| output.status.success())
}

/// Only administrators and the services can write to the folder of the logs.
fn create_folder(folder: &Path) -> Result<(), CliError> {
    let parents = folder.parent().into_iter().chain([folder]);
    for folder in parents {
        match os::create_own_folder(Some(folder), "") {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                let (folder, why) = (printable(&display(folder)), os::reason(&error));
                return Err(usage_error(format_args!("{folder}: {why}")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The log of a service. The service gets the path as an argument: its environment may differ.
fn log_file(name: &str) -> PathBuf {
    let data = std::env::var_os("PROGRAMDATA").unwrap_or_else(|| r"C:\ProgramData".into());
    Path::new(&data).join("swyx-teams").join("logs").join(format!("{name}.log"))
}

fn manager(access: ServiceManagerAccess) -> Result<ServiceManager, CliError> {
    ServiceManager::local_computer(None::<&OsStr>, access)
        .map_err(|error| failed("open the service manager", error))
}

fn number_of(error: &Error) -> Option<i32> {
    if let Error::Winapi(error) = error { error.raw_os_error() } else { None }
}

fn is_unsupported(error: &Error) -> bool {
    matches!(number_of(error), Some(number::INVALID_LEVEL | number::CALL_NOT_IMPLEMENTED))
}

/// The error of a call; `what` completes "cannot …".
fn failed(what: &str, error: Error) -> CliError {
    let why = match (number_of(&error), error) {
        (Some(number::ACCESS_DENIED), _) => {
            "permission denied; use a console that was started with \"Run as administrator\"".to_owned()
        }
        (Some(number::MARKED_FOR_DELETE), _) => {
            "it is being deleted; close the programs that show services, and try again".to_owned()
        }
        (_, Error::Winapi(error)) => os::reason(&error),
        (_, error) => error.to_string(),
    };
    usage_error(format_args!("cannot {what}: {why}"))
}

/// Opens a service; `None` if it is not installed.
fn open(name: &NameArgs, access: ServiceAccess) -> Result<Option<Service>, CliError> {
    match manager(ServiceManagerAccess::CONNECT)?.open_service(&name.name, access) {
        Ok(service) => Ok(Some(service)),
        Err(error) if number_of(&error) == Some(number::NO_SUCH_SERVICE) => Ok(None),
        Err(error) => Err(failed("open the service", error)),
    }
}

fn installed(name: &NameArgs, access: ServiceAccess) -> Result<Service, CliError> {
    open(name, access)?.ok_or_else(|| {
        let name = &name.name;
        usage_error(format_args!("there is no service {name}: install it with `swyx-teams service install`"))
    })
}

fn state(service: &Service) -> Result<ServiceState, CliError> {
    let status = service.query_status().map_err(|error| failed("query the service", error))?;
    Ok(status.current_state)
}

/// Waits until the service is in another state than `before`, and returns it.
fn wait_while(service: &Service, before: ServiceState) -> Result<ServiceState, CliError> {
    const INTERVAL: Duration = Duration::from_millis(250);
    let mut waited = Duration::ZERO;
    loop {
        let state = state(service)?;
        if state != before || waited >= STOP_LIMIT {
            return Ok(state);
        }
        std::thread::sleep(INTERVAL);
        waited += INTERVAL;
    }
}

pub(super) fn start(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    let service = installed(name, ServiceAccess::START | ServiceAccess::QUERY_STATUS)?;
    match service.start::<&OsStr>(&[]) {
        Err(error) if number_of(&error) != Some(number::ALREADY_RUNNING) => {
            return Err(failed("start the service", error));
        }
        _ => {}
    }
    let name = &name.name;
    match wait_while(&service, ServiceState::StartPending)? {
        ServiceState::Running => {
            writeln!(context.out, "started {name}")?;
            Ok(Exit::Clean)
        }
        _ => {
            let log = printable(&display(&log_file(name)));
            Err(failure(Exit::Usage, format_args!("the service {name} did not start; its log is {log}")))
        }
    }
}

pub(super) fn stop(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    let service = installed(name, ServiceAccess::STOP | ServiceAccess::QUERY_STATUS)?;
    stop_service(&service, &name.name)?;
    writeln!(context.out, "stopped {}", name.name)?;
    Ok(Exit::Clean)
}

fn stop_service(service: &Service, name: &str) -> Result<(), CliError> {
    match service.stop() {
        Err(error) if number_of(&error) == Some(number::NOT_ACTIVE) => return Ok(()),
        Err(error) => return Err(failed("stop the service", error)),
        Ok(_) => {}
    }
    // The manager may show the old state for a moment.
    let mut state = wait_while(service, ServiceState::Running)?;
    if state == ServiceState::StopPending {
        state = wait_while(service, ServiceState::StopPending)?;
    }
    if state == ServiceState::Stopped {
        return Ok(());
    }
    Err(failure(
        Exit::Timeout,
        format_args!("the service {name} has not stopped within {} seconds", STOP_LIMIT.as_secs()),
    ))
}

pub(super) fn status(context: &mut Context<'_>, name: &NameArgs) -> Result<Exit, CliError> {
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::QUERY_CONFIG;
    let Some(service) = open(name, access)? else {
        writeln!(context.out, "{}: not installed", name.name)?;
        return Ok(Exit::Findings);
    };
    let status = service.query_status().map_err(|error| failed("query the service", error))?;
    let config = service.query_config().map_err(|error| failed("query the service", error))?;
    let running = match (status.current_state, status.process_id) {
        (ServiceState::Running, Some(process)) => format!("running (process {process})"),
        (ServiceState::Running, None) => "running".to_owned(),
        (ServiceState::StartPending, _) => "starting".to_owned(),
        (ServiceState::StopPending, _) => "stopping".to_owned(),
        _ => "not running".to_owned(),
    };
    let starts = if config.start_type == ServiceStartType::AutoStart {
        "starts with the system"
    } else {
        "does not start with the system"
    };
    writeln!(context.out, "{}: {running}, {starts}", name.name)?;
    let is_running = status.current_state == ServiceState::Running;
    Ok(if is_running { Exit::Clean } else { Exit::Findings })
}

pub(super) fn uninstall(context: &mut Context<'_>, args: &UninstallArgs) -> Result<Exit, CliError> {
    let access = ServiceAccess::STOP | ServiceAccess::QUERY_STATUS | ServiceAccess::DELETE;
    let name = &args.name.name;
    let service = installed(&args.name, access)?;
    stop_service(&service, name)?;
    service.delete().map_err(|error| failed("delete the service", error))?;
    drop(service);
    let is_left = open(&args.name, ServiceAccess::QUERY_STATUS).is_ok_and(|service| service.is_some());
    let when =
        if is_left { "; Windows deletes it when the programs that show services are closed" } else { "" };
    writeln!(context.out, "uninstalled {name}; settings, secrets and logs stay{when}")?;
    Ok(Exit::Clean)
}
