//! The running service of Windows: connects `sync` to the service manager.

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle};
use windows_service::{Error, define_windows_service, service_dispatcher};

use super::args::RunArgs;
use super::log_file::LogFile;
use crate::cli::context::{Context, Dispatch};
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Global;
use crate::cli::{log, sync};
use crate::os;

/// What the service runs.
struct Job {
    args: RunArgs,
    global: Global,
    dispatch: Dispatch,
}

/// The service manager calls a function without context.
static JOB: Mutex<Option<Job>> = Mutex::new(None);

define_windows_service!(service_main, serve);

/// Hands the process over to the service manager. Nothing is read before, because the manager waits for 30 seconds only.
pub(super) fn run(context: &mut Context<'_>, args: &RunArgs) -> Result<Exit, CliError> {
    /// The process was not started by the service manager.
    const NO_SERVICE_MANAGER: i32 = 1063;
    let job = Job { args: args.clone(), global: context.global.clone(), dispatch: context.dispatch };
    *JOB.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
    os::listen_to_service_manager();
    match service_dispatcher::start(&args.name.name, service_main) {
        Ok(()) => Ok(Exit::Clean),
        Err(Error::Winapi(error)) if error.raw_os_error() == Some(NO_SERVICE_MANAGER) => Err(usage_error(
            "this is started by the service manager; run `swyx-teams service start` or `swyx-teams sync`",
        )),
        Err(Error::Winapi(error)) => Err(CliError::System("run as a service", error)),
        Err(error) => Err(usage_error(format_args!("cannot run as a service: {error}"))),
    }
}

fn serve(_: Vec<OsString>) {
    let Some(job) = JOB.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let on_control = |control| match control {
        ServiceControl::Stop | ServiceControl::Preshutdown => {
            os::request_shutdown();
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    // Without a handler, the state cannot be reported, and the manager ends the process.
    let Ok(handle) = service_control_handler::register(&job.args.name.name, on_control) else { return };
    let reporter = Reporter::start(handle);
    let of_sync = Arc::clone(&reporter);
    os::report_to_service_manager(move |state| of_sync.note(state));
    let exit = synchronise(&job);
    reporter.stopped(exit);
}

/// Runs `sync`, whose messages go to the log.
fn synchronise(job: &Job) -> Exit {
    const MAX_LOG: u64 = 10 * 1024 * 1024;
    // A service whose log cannot be written still works.
    let log = LogFile::open(&job.args.log, MAX_LOG).ok();
    if let Some(log) = log.clone() {
        log::start(job.global.verbose, Some(job.args.sync.log_format), move || log.clone());
    }
    let mut err: Box<dyn Write> =
        log.map_or_else(|| Box::new(io::sink()) as Box<dyn Write>, |log| Box::new(log));
    let mut context = Context {
        out: &mut io::sink(),
        err: &mut *err,
        global: job.global.clone(),
        admin_token: None,
        page: None,
        has_new_secret: false,
        dispatch: job.dispatch,
    };
    let trust = crate::cli::options::trust_of_environment();
    let result = trust.map_err(usage_error).and_then(|trust| {
        context.global.trust.push(trust);
        sync::run(&mut context, &job.args.sync)
    });
    result.unwrap_or_else(|error| error.report(&mut err))
}

/// The phases of a service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Running,
    Stopping,
    Stopped(Exit),
}

/// Reports the state to the service manager. While the service starts or stops, it reports progress each second, so that the manager goes
/// on waiting.
struct Reporter {
    handle: ServiceStatusHandle,
    current: Mutex<Current>,
}

struct Current {
    phase: Phase,
    checkpoint: u32,
    was_asked_to_stop: bool,
}

impl Reporter {
    fn start(handle: ServiceStatusHandle) -> Arc<Self> {
        const INTERVAL: Duration = Duration::from_secs(1);
        let current = Current { phase: Phase::Starting, checkpoint: 0, was_asked_to_stop: false };
        let reporter = Arc::new(Self { handle, current: Mutex::new(current) });
        reporter.progress();
        let ticking = Arc::clone(&reporter);
        std::thread::spawn(move || {
            while ticking.progress() {
                std::thread::sleep(INTERVAL);
            }
        });
        reporter
    }

    /// Reports the next checkpoint of a phase that takes time. Returns whether the service has not stopped.
    fn progress(&self) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.phase {
            Phase::Starting | Phase::Stopping => {
                current.checkpoint += 1;
                self.report(&current);
                true
            }
            Phase::Running => true,
            Phase::Stopped(_) => false,
        }
    }

    fn enter(&self, phase: Phase) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.was_asked_to_stop |= phase == Phase::Stopping;
        (current.phase, current.checkpoint) = (phase, 1);
        self.report(&current);
    }

    /// Reads what `sync` tells its supervisor.
    fn note(&self, state: &str) {
        match state {
            "READY=1" => self.enter(Phase::Running),
            "STOPPING=1" => self.enter(Phase::Stopping),
            _ => {}
        }
    }

    fn stopped(&self, exit: Exit) {
        self.enter(Phase::Stopped(exit));
    }

    fn report(&self, current: &Current) {
        // If the manager does not listen, it is shutting down.
        let _ = self.handle.set_service_status(current.status());
    }
}

impl Current {
    fn status(&self) -> ServiceStatus {
        /// How long the manager waits for the next checkpoint.
        const PATIENCE: Duration = Duration::from_secs(30);
        let (state, accepted, takes_time) = match self.phase {
            Phase::Starting => (ServiceState::StartPending, ServiceControlAccept::empty(), true),
            Phase::Running => {
                let accepted = ServiceControlAccept::STOP | ServiceControlAccept::PRESHUTDOWN;
                (ServiceState::Running, accepted, false)
            }
            Phase::Stopping => (ServiceState::StopPending, ServiceControlAccept::empty(), true),
            Phase::Stopped(_) => (ServiceState::Stopped, ServiceControlAccept::empty(), false),
        };
        let exit_code = match self.phase {
            // Presences that are left after a stop are in the log. An error here would start the service again.
            Phase::Stopped(exit) if exit != Exit::Clean && !self.was_asked_to_stop => {
                ServiceExitCode::ServiceSpecific(exit.code().into())
            }
            _ => ServiceExitCode::NO_ERROR,
        };
        ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: state,
            controls_accepted: accepted,
            exit_code,
            checkpoint: if takes_time { self.checkpoint } else { 0 },
            wait_hint: if takes_time { PATIENCE } else { Duration::ZERO },
            process_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(phase: Phase, was_asked_to_stop: bool) -> ServiceStatus {
        Current { phase, checkpoint: 3, was_asked_to_stop }.status()
    }

    #[test]
    fn only_a_running_service_accepts_controls() {
        for phase in [Phase::Starting, Phase::Stopping, Phase::Stopped(Exit::Clean)] {
            assert!(status(phase, false).controls_accepted.is_empty());
        }
        let running = status(Phase::Running, false);
        assert_eq!(running.controls_accepted, ServiceControlAccept::STOP | ServiceControlAccept::PRESHUTDOWN);
        assert_eq!((running.checkpoint, running.wait_hint), (0, Duration::ZERO));
        let stopping = status(Phase::Stopping, true);
        assert_eq!((stopping.checkpoint, stopping.wait_hint), (3, Duration::from_secs(30)));
    }

    #[test]
    fn failure_is_an_error_and_a_stop_is_none() {
        let code = |exit, was_asked| status(Phase::Stopped(exit), was_asked).exit_code;
        assert_eq!(code(Exit::Usage, false), ServiceExitCode::ServiceSpecific(2));
        assert_eq!(code(Exit::Findings, false), ServiceExitCode::ServiceSpecific(1));
        assert_eq!(code(Exit::Timeout, true), ServiceExitCode::NO_ERROR);
        assert_eq!(code(Exit::Clean, false), ServiceExitCode::NO_ERROR);
    }
}
