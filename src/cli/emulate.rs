//! `emulate`: serves an emulated tenant on a loopback address until stopped.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::names::display;
use crate::cli::error::cannot;
use crate::emulator::{
    Calls, DeviceCode, Emulator, Facts, Fault, Load, Options, Scenario, ServeError, Server,
};
use crate::text::printable;

/// The largest state or script file: 64 MiB, enough for 100,000 users.
const MAX_FILE_BYTES: usize = 64 << 20;

/// The arguments.
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct EmulateArgs {
    /// Loopback address to listen on; port 0 means any free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443", value_parser = super::options::address)]
    listen: SocketAddr,
    /// Content of the tenant
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Read the tenant from a JSON file instead of using a scenario
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    state: Option<PathBuf>,
    /// Number of users, including the administrator [default: 25, or those in --state]
    #[arg(long, value_name = "N")]
    users: Option<u32>,
    /// Inject a fault; can be repeated
    #[arg(long = "fault", value_name = "NAME[=P]")]
    faults: Vec<Fault>,
    /// Answer 429 above the rates documented by Microsoft
    #[arg(long)]
    enforce_limits: bool,
    /// Seed for object ids and for the timing of faults
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What the emulated user does with a device code
    #[arg(long, value_enum, default_value_t)]
    device_code: DeviceCode,
    /// How often a client gets "authorization_pending" before the user answers
    #[arg(long, value_name = "N", default_value_t = 1)]
    device_polls: u32,
    /// Polling interval for a device code, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    device_interval: u32,
    /// Write one JSON line per request: method, path, status, ms and the parts of a batch; never a token or a secret
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Play calls, statuses and presences from a script file
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
    /// Simulate calls and Teams presence changes for P percent of the users per second (0.01 to 100)
    #[arg(long, value_name = "P")]
    load: Option<Load>,
    /// Write one JSON line per change in SwyxServer and Teams, and per effect of a client
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// The help text after the arguments.
fn after_help() -> String {
    format!("{BEFORE_FAULTS}{}{AFTER_FAULTS}", Fault::help())
}

const BEFORE_FAULTS: &str = "\
When it is ready, it prints one JSON line with authority, graph, gateway, ca_file, tenant_id, client_id, client_secret, admin_token and gateway_token. SIGTERM or Ctrl-C stops it and removes the folder of ca_file. Tenant and client ids are the same in every run.

Faults (P is a probability, default 0.2):
";

const AFTER_FAULTS: &str = "\
throttle and expired-token do not affect the gateway; the other faults of all requests also affect it.

Members of --state (all optional, no others allowed):
  tenant        id, domain, name
  applications  id, appId, displayName, uniqueName, signInAudience, isFallbackPublicClient, servicePrincipal, accountEnabled,
                secrets (keyId, displayName, value, startDateTime, endDateTime or endsInDays),
                declared and granted (application, delegated: names of Microsoft Graph permissions)
  users         userPrincipalName (required), id, displayName, givenName, surname, mail, proxyAddresses, accountEnabled, guest, teams,
                administrator, presence (as Busy/InAMeeting)
  policies      secretsBanned, maxSecretDays, consentForbidden (for the administrator)
  presence      unknownIdsAnswered, manualStatusByVendor
  swyx          users (a list of id, name, email, enabled), settable (statuses that the gateway can set)

A line of --calls has the seconds since the ready line, a user (id or e-mail address in SwyxServer, object id or sign-in name), and one of
  call | hangup | swyx Away | teams Busy/InAMeeting | teams - (signs out) | prefer Busy/Busy | prefer -
`#` starts a comment. A line of --journal has at (seconds since the start), user (the id in SwyxServer), what (call, hangup, swyx-by-hand, teams
and prefer; for clients set-status, set-presence and clear-presence) and value.

Opening AUTHORITY/TENANT/adminconsent?client_id=ID consents to what that application declares, even if the administrator is not allowed to.

Examples:
  swyx-teams emulate
  swyx-teams emulate --listen 127.0.0.1:0 --scenario expired-secret
  swyx-teams emulate --users 100000 --fault throttle=0.05 --enforce-limits --log requests.jsonl
  swyx-teams emulate --users 5000 --load 0.5 --journal changes.jsonl";

/// Serves until stopped.
pub(super) fn run(context: &mut Context<'_>, args: &EmulateArgs) -> Result<Exit, CliError> {
    let state = args.state.as_deref().map(|path| text("--state", path)).transpose().map_err(usage_error)?;
    let options = Options {
        scenario: args.scenario,
        state,
        users: args.users,
        faults: args.faults.clone(),
        enforce_limits: args.enforce_limits,
        seed: args.seed,
        device_code: args.device_code,
        device_polls: args.device_polls,
        device_interval: Duration::from_secs(args.device_interval.into()),
        log: args.log.clone(),
        journal: args.journal.clone(),
        ..Options::default()
    };
    let server = Server::bind(args.listen, options).map_err(|error| usage_error(with_cause(&error)))?;
    let calls = args.calls.as_deref().map(|path| calls(server.emulator(), path)).transpose();
    let calls = calls.map_err(usage_error)?.unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    let result = runtime.block_on(async {
        // Registered before the line is printed because its reader may send a signal at once.
        let end = crate::os::shutdown_signal().map_err(cannot("listen for termination signals"))?;
        context.note("this is an emulated tenant for trials and tests: give it no real secret")?;
        context.note(format_args!("use these settings with {}", trust_option(server.facts())))?;
        writeln!(context.out, "{}", server.facts().to_json())?;
        context.out.flush()?;
        let playing = play(server.emulator().clone(), calls, args.load);
        let result = tokio::select! {
            result = server.run(end) => result,
            never = playing => match never {},
        };
        Ok::<_, CliError>(result)
    })?;
    result.map_err(|error| usage_error(with_cause(&error)))?;
    Ok(Exit::Clean)
}

/// The only address of the emulated tenant.
pub(super) fn address(facts: &Facts) -> &str {
    facts.authority.split_once("://").map_or("", |(_, address)| address)
}

/// The option that lets settings connect to the emulated tenant.
pub(super) fn trust_option(facts: &Facts) -> String {
    format!("--trust={}", address(facts))
}

/// Plays the script and the load; never returns.
async fn play(emulator: Emulator, calls: Calls, load: Option<Load>) -> Infallible {
    let loading = async {
        if let Some(load) = load {
            emulator.load(load).await;
        }
    };
    tokio::join!(emulator.play(calls), loading);
    std::future::pending().await
}

/// The script, or all its errors.
fn calls(emulator: &Emulator, path: &Path) -> Result<Calls, String> {
    let text = text("--calls", path)?;
    emulator.read_calls(&text).map_err(|error| {
        let lines = error.mistakes().iter().map(|(line, what)| format!("--calls: line {line}: {what}"));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// The text of the file that an option names.
fn text(option: &str, path: &Path) -> Result<String, String> {
    let at = || format!("{option}: {}", printable(&display(path)));
    let (bytes, _) =
        crate::os::read_regular(path, MAX_FILE_BYTES).map_err(|error| format!("{}: {error}", at()))?;
    String::from_utf8(bytes).map_err(|_| format!("{}: the file is not UTF-8", at()))
}

/// The error, with the reason of the system, if there is one.
fn with_cause(outer: &ServeError) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = outer.source();
    while let Some(below) = cause {
        if let Some(error) = below.downcast_ref::<io::Error>() {
            return format!("{outer}: {}", crate::os::reason(error));
        }
        cause = below.source();
    }
    outer.to_string()
}
