//! `sync`: synchronises the statuses of one or many tenants, each with its own settings file, until stopped.
//!
//! Each tenant has its own task ([`keeper`]). A file with errors does not affect the others: it is reported, skipped, and used as soon as
//! it is valid.

mod endpoints;
mod keeper;
mod keepers;
pub(super) mod load;
pub(super) mod meter;
mod metrics;
mod pace;
mod process_metrics;
mod record;
mod replay;
mod shapes;
mod shown;
mod sources;
mod state;
pub(super) mod status;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::sync::Semaphore;

use crate::cli::context::{Context, NO_DEFAULT_FILE, is_missing_default};
use crate::cli::error::cannot;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::cli::patterns::expand_all;
use crate::os;
use keeper::CLEARING_LIMIT;
use keepers::{Keepers, Start, register};
use load::Loader;
use pace::Pace;
use record::Recorder;
use sources::Sources;
use state::State;

/// The arguments.
#[derive(Args, Clone)]
#[command(after_help = "\
SIGTERM or Ctrl-C stops it. It first clears its presences in Teams, for at most 25 seconds; a second signal stops it at once. On Windows, \
it has 4 seconds when the console is closed, the user logs off or the system shuts down. If presences are left, the exit code is 4. When a \
settings file, a secret's file or a CA file changes, it is read again and used if it is valid; files that are added to a folder are used, and \
those that are removed are released. SIGHUP reads everything again, also secrets from commands. User names are only logged with -vv.

With --metrics: /metrics for Prometheus, /healthz (200 while it runs), /readyz (200 while both sides also answer) and the data of `swyx-teams status`.

Examples:
  swyx-teams sync north.toml --dry-run
  swyx-teams sync customers/ --metrics 127.0.0.1:9464 --log-format json
  swyx-teams sync north.toml --record north.jsonl
  swyx-teams sync north.toml --replay north.jsonl")]
pub(super) struct SyncArgs {
    /// Settings files, patterns such as *.toml, or folders (searched for *.toml) [default: the settings file]
    paths: Vec<PathBuf>,
    /// Write nothing; print what would be set
    #[arg(long)]
    dry_run: bool,
    /// Serve metrics, health and status at this address without authentication: use this machine or a trusted network
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = super::options::address)]
    metrics: Option<SocketAddr>,
    /// Record what is read and done, in a new file that only its owner can read; it names users
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// Do not connect; print what would be set for a recording, a regular file of at most 1 GiB
    #[arg(long, value_name = "FILE", conflicts_with_all = ["metrics", "dry_run"])]
    replay: Option<PathBuf>,
    /// Log format on standard error
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_format: LogFormat,
}

/// How a log is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Text lines for people
    #[default]
    Text,
    /// JSON lines
    Json,
}

/// How many files are read again at the same time.
const RELOADS: usize = 8;

const BLOCKING_THREADS: usize = 32;

pub(super) fn run(context: &mut Context<'_>, args: &SyncArgs) -> Result<Exit, CliError> {
    os::raise_open_file_limit();
    let sources = Sources::new(&named_paths(context, &args.paths)?);
    let scan = sources.first()?;
    let files = scan.files;
    if let Some(recording) = &args.replay {
        return replay::run(context, &files, recording);
    }
    if args.record.is_some() && (files.len() > 1 || sources.has_folder()) {
        return Err(usage_error("--record needs exactly one settings file"));
    }
    // A dry run changes nothing, so that it may run beside another process.
    let loader = if args.dry_run { Loader::new } else { Loader::exclusive }(context.trust());
    let state = Arc::new(State::default());
    let (starts, exit) = load_all(context, &files, &loader, &state, args.log_format)?;
    if starts.iter().all(|(_, (_, loaded))| loaded.is_err()) {
        return Ok(exit);
    }
    if scan.links > 0 {
        tracing::warn!("symbolic links to folders are not followed; skipped: {}", scan.links);
    }
    let recorder = recorder(args, files.len() > 1 || sources.has_folder())?;
    let (pace, reloads) = (Pace::default(), Semaphore::new(RELOADS));
    let plan = Arc::new(keeper::Plan { is_dry_run: args.dry_run, loader, recorder, pace, reloads });
    context.out.flush()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Enough for reading files again and for looking up hosts; each thread takes memory.
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    let ended = runtime.block_on(synchronise((starts, plan, state, sources), args));
    runtime.shutdown_background();
    ended
}

fn recorder(args: &SyncArgs, names_files: bool) -> Result<Recorder, CliError> {
    Recorder::create(args.record.as_deref(), names_files).map_err(|error| {
        let path = args.record.iter().map(|path| format!(" {}", display(path))).collect::<String>();
        usage_error(format_args!("--record{path}: {}", os::reason(&error)))
    })
}

/// The named settings files and folders, or the default file.
pub(super) fn named_paths(context: &Context<'_>, paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    if paths.is_empty() {
        let path = context.file(None);
        if is_missing_default(&path) {
            return Err(usage_error(NO_DEFAULT_FILE));
        }
        return Ok(vec![path]);
    }
    context.refuse_two_files(true)?;
    expand_all(paths).map_err(usage_error)
}

type Starts = Vec<(usize, Start)>;

/// Loads all files, and reports those that cannot be used. The exit code applies if no file can be used.
fn load_all(
    context: &mut Context<'_>,
    files: &[PathBuf],
    loader: &Loader,
    state: &State,
    format: LogFormat,
) -> io::Result<(Starts, Exit)> {
    let loaded = files.iter().map(|path| (path.clone(), loader.load(path))).collect();
    let starts = register(loaded, state);
    let mut exit = Exit::Clean;
    for (path, error) in keepers::refused(&starts) {
        exit = exit.max(error.exit);
        match format {
            LogFormat::Text => write!(context.err, "{}", error.text)?,
            LogFormat::Json => {
                let file = display(path);
                tracing::error!(file, "the settings cannot be used: {}", error.brief);
            }
        }
    }
    Ok((starts, exit))
}

/// Logs the options that change what this run does.
fn announce(args: &SyncArgs) {
    if args.dry_run {
        tracing::info!("dry run: nothing is set in Teams or Swyx; standard output shows what would be set");
    }
    if let Some(path) = &args.record {
        let file = display(path);
        tracing::info!(file, "recording is on; the file names users");
    }
}

/// Synchronises until a signal arrives.
async fn synchronise(
    (starts, plan, state, sources): (Starts, Arc<keeper::Plan>, Arc<State>, Sources),
    args: &SyncArgs,
) -> Result<Exit, CliError> {
    let mut signals = os::ShutdownSignals::new().map_err(cannot("listen for termination signals"))?;
    let mut reload = os::ReloadSignal::new().map_err(cannot("listen for the signal to reload"))?;
    // Bound first, so that an unavailable address has no side effects.
    if let Some(address) = args.metrics {
        serve_metrics(address, &state)?;
    }
    announce(args);
    for (_, (path, _)) in starts.iter().filter(|(_, (_, loaded))| loaded.is_err()) {
        let file = display(path);
        tracing::warn!(file, "skipped; it is checked again when it changes");
    }
    let mut keepers = Keepers::start(starts, &plan, &state, sources);
    os::notify_supervisor("READY=1");
    if let Some(interval) = os::watchdog_interval() {
        tokio::spawn(answer_watchdog(interval, Arc::clone(&state)));
    }
    let urgency = loop {
        tokio::select! {
            () = keepers.follow() => {}
            urgency = signals.next() => break urgency,
            () = reload.next() => {
                tracing::info!("reading all settings again");
                keepers.reload();
            }
        }
    };
    os::notify_supervisor("STOPPING=1");
    tracing::info!("{}", if args.dry_run { "stopping" } else { "stopping: clearing the presences in Teams" });
    tokio::select! {
        () = keepers.stop() => {}
        () = tokio::time::sleep(urgency.limit(CLEARING_LIMIT)) => {}
        _ = signals.next() => {}
    }
    let left = if args.dry_run { (0, Duration::ZERO) } else { state.open_sessions() };
    Ok(exit_for_open_sessions(left))
}

/// Tells the supervisor again and again that the process works. If a tenant hangs, it does not, and the supervisor restarts the process.
async fn answer_watchdog(interval: Duration, state: Arc<State>) {
    let mut interval = tokio::time::interval(interval);
    loop {
        interval.tick().await;
        if state.is_alive() {
            os::notify_supervisor("WATCHDOG=1");
        }
    }
}

/// Serves metrics, health and status at `address`.
fn serve_metrics(address: SocketAddr, state: &Arc<State>) -> Result<(), CliError> {
    let bind = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    let listener =
        bind().map_err(|error: io::Error| usage_error(format_args!("--metrics: {}", os::reason(&error))))?;
    tracing::info!("metrics, health and status at http://{}", listener.local_addr()?);
    tokio::spawn(endpoints::serve(listener, Arc::clone(state)));
    Ok(())
}

/// Reports the presences that are still set in Teams, and returns the exit code for them.
fn exit_for_open_sessions((count, longest): (usize, Duration)) -> Exit {
    let presences = match count {
        0 => return Exit::Clean,
        1 => "1 presence is left in Teams".to_owned(),
        count => format!("{count} presences are left in Teams"),
    };
    let end = jiff::Timestamp::now().saturating_add(longest).unwrap_or_default();
    tracing::warn!("{presences}; \"In a call\" ends there by itself by {}", end.strftime("%H:%M:%S UTC"));
    Exit::Timeout
}
