//! `sync`: synchronises the statuses of one or many tenants, each with its own settings file, until stopped.
//!
//! Each tenant has its own task ([`keeper`]). A file with errors does not affect the others: it is reported, skipped, and used as soon as
//! it is valid.

mod endpoints;
mod keeper;
pub(super) mod load;
mod metrics;
mod record;
mod replay;
mod shapes;
mod shown;
mod state;
pub(super) mod status;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::task::JoinSet;

use super::walk::{Target, Walk};
use crate::cli::context::{Context, NO_DEFAULT_FILE, is_missing_default};
use crate::cli::error::cannot;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::os;
use keeper::{CLEARING_LIMIT, Keeper};
use load::{Loaded, NotLoaded};
use record::Recorder;
use state::State;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
SIGTERM or Ctrl-C stops it. It first clears its presences in Teams, for at most 25 seconds; a second signal stops it at once. When a \
settings file or a secret's file changes, it is read again and used if it is valid. User names are only logged with -vv.

With --metrics: /metrics for Prometheus, /healthz (200 while it runs), /readyz (200 while both sides also answer) and the data of `swyx-teams status`.

Examples:
  swyx-teams sync north.toml --dry-run
  swyx-teams sync customers/ --metrics 127.0.0.1:9464 --log-format json
  swyx-teams sync north.toml --record north.jsonl
  swyx-teams sync north.toml --replay north.jsonl")]
pub(super) struct SyncArgs {
    /// Settings files, or folders (searched for *.toml) [default: the settings file]
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
    /// Do not connect; print what would be set for a recording
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

pub(super) fn run(context: &mut Context<'_>, args: &SyncArgs) -> Result<Exit, CliError> {
    let files = files(context, args)?;
    if let Some(recording) = &args.replay {
        return replay::run(context, &files, recording);
    }
    if args.record.is_some() && files.len() > 1 {
        return Err(usage_error("--record needs exactly one settings file"));
    }
    let (loaded, exit) = load_all(context, &files, args.log_format)?;
    if loaded.iter().all(|(_, loaded)| loaded.is_err()) {
        return Ok(exit);
    }
    let recorder = recorder(args, files.len() > 1)?;
    let plan = keeper::Plan { is_dry_run: args.dry_run, trust: context.trust(), recorder };
    context.out.flush()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    let ended = runtime.block_on(synchronise(loaded, &Arc::new(plan), args));
    runtime.shutdown_background();
    ended?;
    Ok(Exit::Clean)
}

fn recorder(args: &SyncArgs, names_files: bool) -> Result<Recorder, CliError> {
    Recorder::create(args.record.as_deref(), names_files).map_err(|error| {
        let path = args.record.iter().map(|path| format!(" {}", display(path))).collect::<String>();
        usage_error(format_args!("--record{path}: {}", os::reason(&error)))
    })
}

/// The named settings files, or the default one.
fn files(context: &mut Context<'_>, args: &SyncArgs) -> Result<Vec<PathBuf>, CliError> {
    if args.paths.is_empty() {
        let path = context.file(None);
        if is_missing_default(&path) {
            return Err(usage_error(NO_DEFAULT_FILE));
        }
        return Ok(vec![path]);
    }
    context.refuse_two_files(true)?;
    let mut walk = Walk { exclude: &[], skipped: Vec::new() };
    let mut files = Vec::new();
    for target in args.paths.iter().flat_map(|path| walk.targets(path)).collect::<Vec<_>>() {
        match target {
            Target::File(path) => files.push(path),
            Target::NoFile(path, why) => {
                return Err(usage_error(format_args!("{}: {why}", display(&path))));
            }
            Target::Stdin => {
                return Err(usage_error("a settings file on standard input cannot be watched: name a file"));
            }
        }
    }
    Ok(files)
}

type Start = (PathBuf, Result<Loaded, NotLoaded>);

/// Loads all files, and reports those that cannot be used. The exit code applies if no file can be used.
fn load_all(
    context: &mut Context<'_>,
    files: &[PathBuf],
    format: LogFormat,
) -> io::Result<(Vec<Start>, Exit)> {
    let trust = context.trust();
    let mut exit = Exit::Clean;
    let mut loaded: Vec<Start> = Vec::new();
    for path in files {
        let mut one = Loaded::load(path, &trust);
        let other = one.as_ref().ok().and_then(|one| {
            let others =
                loaded.iter().filter_map(|(path, other)| other.as_ref().ok().map(|other| (path, other)));
            others
                .filter(|(_, other)| other.identity() == one.identity())
                .map(|(path, _)| display(path))
                .next()
        });
        if let (Ok(loaded), Some(other)) = (&one, other) {
            one = Err(NotLoaded { stamp: loaded.stamp.clone(), ..NotLoaded::duplicate(path, &other) });
        }
        if let Err(error) = &one {
            exit = exit.max(error.exit);
            match format {
                LogFormat::Text => write!(context.err, "{}", error.text)?,
                LogFormat::Json => {
                    let file = display(path);
                    tracing::error!(file, "the settings cannot be used: {}", error.brief);
                }
            }
        }
        loaded.push((path.clone(), one));
    }
    Ok((loaded, exit))
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
async fn synchronise(loaded: Vec<Start>, plan: &Arc<keeper::Plan>, args: &SyncArgs) -> Result<(), CliError> {
    let mut signals = os::ShutdownSignals::new().map_err(cannot("listen for termination signals"))?;
    let state = Arc::new(State::default());
    // Bound first, so that an unavailable address has no side effects.
    if let Some(address) = args.metrics {
        serve_metrics(address, &state).await?;
    }
    announce(args);
    let mut keepers = JoinSet::new();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    for (path, loaded) in loaded {
        if loaded.is_err() {
            let file = display(&path);
            tracing::warn!(file, "skipped; it is checked again when it changes");
        }
        let keeper = Keeper::new(path, loaded, Arc::clone(plan), &state);
        keepers.spawn(keeper.run(stopped.clone()));
    }
    os::notify_supervisor("READY=1");
    signals.next().await;
    os::notify_supervisor("STOPPING=1");
    tracing::info!("stopping: clearing the presences in Teams");
    stop.send_replace(true);
    let cleared = async { while keepers.join_next().await.is_some() {} };
    tokio::select! {
        () = cleared => {}
        () = tokio::time::sleep(CLEARING_LIMIT) => {}
        () = signals.next() => {}
    }
    if !args.dry_run {
        warn_of_open_sessions(state.open_sessions());
    }
    Ok(())
}

/// Serves metrics, health and status at `address`.
async fn serve_metrics(address: SocketAddr, state: &Arc<State>) -> Result<(), CliError> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| usage_error(format_args!("--metrics: {}", os::reason(&error))))?;
    tracing::info!("metrics, health and status at http://{}", listener.local_addr()?);
    tokio::spawn(endpoints::serve(listener, Arc::clone(state)));
    Ok(())
}

fn warn_of_open_sessions(count: usize) {
    let minutes = "`sync.session_minutes`";
    match count {
        0 => {}
        1 => tracing::warn!("1 presence is left; Graph ends it after {minutes}"),
        count => tracing::warn!("{count} presences are left; Graph ends them after {minutes}"),
    }
}
