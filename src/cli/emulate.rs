//! `emulate`: serves an emulated tenant on a loopback address until it is told to end.

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
use crate::emulator::{
    Calls, DeviceCode, Emulator, Facts, Fault, Load, Options, Scenario, ServeError, Server,
};

/// The largest state or script that is read: 64 MiB, enough for 100,000 users.
const MAX_FILE_BYTES: usize = 64 << 20;

/// The arguments.
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct EmulateArgs {
    /// The loopback address to serve at; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443", value_parser = super::options::address)]
    listen: SocketAddr,
    /// What the tenant holds
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// The tenant as JSON, in place of a scenario
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    state: Option<PathBuf>,
    /// How many users there are, the administrator among them [default: 25, with --state those named there]
    #[arg(long, value_name = "N")]
    users: Option<u32>,
    /// Something that goes wrong; may be given several times
    #[arg(long = "fault", value_name = "NAME[=P]")]
    faults: Vec<Fault>,
    /// Answer 429 above the rates that Microsoft documents
    #[arg(long)]
    enforce_limits: bool,
    /// Decides the ids of objects and when faults strike
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What the emulated user does with a device code
    #[arg(long, value_enum, default_value_t)]
    device_code: DeviceCode,
    /// How often a client hears before that that the user has not answered yet
    #[arg(long, value_name = "N", default_value_t = 1)]
    device_polls: u32,
    /// How many seconds a client is asked to wait between two questions for a device code
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    device_interval: u32,
    /// Write a line of JSON for each request: method, path, status, ms and, of a batch, its parts; never a token or a secret
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Let calls, statuses and presences happen as the file says
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
    /// In each second begin or end calls of P percent of the users, and change the presence in Teams of as many (0.01 to 100)
    #[arg(long, value_name = "P")]
    load: Option<Load>,
    /// Write a line of JSON for each change at SwyxServer and in Teams and for each effect of a client
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// What the help says after the arguments.
fn after_help() -> String {
    format!("{BEFORE_FAULTS}{}{AFTER_FAULTS}", Fault::help())
}

const BEFORE_FAULTS: &str = "\
When it is ready it prints one line of JSON with authority, graph, gateway, ca_file, tenant_id, client_id, client_secret, admin_token and gateway_token. It ends on SIGTERM or Ctrl-C and removes the folder of ca_file. Tenant and client ids are the same in every run.

Faults (P is a probability, 0.2 if left out):
";

const AFTER_FAULTS: &str = "\
throttle and expired-token spare the gateway, the others of all requests strike it, too.

The members of --state, all at will, and none but these:
  tenant        id, domain, name
  applications  id, appId, displayName, uniqueName, signInAudience, isFallbackPublicClient, servicePrincipal, accountEnabled,
                secrets (keyId, displayName, value, startDateTime, endDateTime or endsInDays),
                declared and granted (application, delegated: names of permissions of Microsoft Graph)
  users         userPrincipalName (always), id, displayName, givenName, surname, mail, proxyAddresses, accountEnabled, guest, teams,
                administrator, presence (as Busy/InAMeeting)
  policies      secretsBanned, maxSecretDays, consentForbidden (for the administrator)
  presence      unknownIdsAnswered, manualStatusByVendor
  swyx          users (a list of id, name, email, enabled), settable (statuses that the gateway can set)

A line of --calls is a number of seconds since the ready line, a user (id or e-mail address at SwyxServer, object id or sign-in name), and one of
  call | hangup | swyx Away | teams Busy/InAMeeting | teams - (signs out) | prefer Busy/Busy | prefer -
`#` begins a comment. A line of --journal has at (seconds since the start), user (the id at SwyxServer), what (call, hangup, swyx-by-hand, teams
and prefer; of clients set-status, set-presence and clear-presence) and value.

Whoever opens AUTHORITY/TENANT/adminconsent?client_id=ID consents to what that application declares, even where the administrator may not.

Examples:
  swyx-teams emulate
  swyx-teams emulate --listen 127.0.0.1:0 --scenario expired-secret
  swyx-teams emulate --users 100000 --fault throttle=0.05 --enforce-limits --log requests.jsonl
  swyx-teams emulate --users 5000 --load 0.5 --journal changes.jsonl";

/// Serves until the end.
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        // Registered before the line is printed: its reader may end the program at once.
        let end = crate::os::shutdown_signal()?;
        context.note("an emulated tenant, for trying and testing: give it no real secret")?;
        context.note(format_args!("use these settings with {}", trust_option(server.facts())))?;
        writeln!(context.out, "{}", server.facts().to_json())?;
        context.out.flush()?;
        let playing = play(server.emulator().clone(), calls, args.load);
        let result = tokio::select! {
            result = server.run(end) => result,
            never = playing => match never {},
        };
        Ok::<_, io::Error>(result)
    })?;
    result.map_err(|error| usage_error(with_cause(&error)))?;
    Ok(Exit::Clean)
}

/// The option with which settings may lead to the emulated tenant: it serves everything at one address.
pub(super) fn trust_option(facts: &Facts) -> String {
    let address = facts.authority.split_once("://").map_or("", |(_, address)| address);
    format!("--trust={address}")
}

/// Lets happen what was asked for, beside what is served.
async fn play(emulator: Emulator, calls: Calls, load: Option<Load>) -> Infallible {
    let loading = async {
        if let Some(load) = load {
            emulator.load(load).await;
        }
    };
    tokio::join!(emulator.play(calls), loading);
    std::future::pending().await
}

/// The script, or all its mistakes.
fn calls(emulator: &Emulator, path: &Path) -> Result<Calls, String> {
    let text = text("--calls", path)?;
    emulator.read_calls(&text).map_err(|error| {
        let mistakes = error.mistakes().iter().map(|(line, what)| format!("--calls: line {line}: {what}"));
        mistakes.collect::<Vec<_>>().join("\n")
    })
}

/// The text of the file that an option names.
fn text(option: &str, path: &Path) -> Result<String, String> {
    let (bytes, _) =
        crate::os::read_regular(path, MAX_FILE_BYTES).map_err(|error| format!("{option}: {error}"))?;
    String::from_utf8(bytes).map_err(|_| format!("{option}: the file is not UTF-8"))
}

/// What failed and, where the system said why, the reason.
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
