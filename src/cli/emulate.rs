//! `emulate`: serves an emulated tenant on a loopback address until it is told to end.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Context, Exit};
use crate::emulator::{DeviceCode, Fault, Options, Scenario, ServeError, Server};

/// The largest state file that is read: 64 MiB, enough for 100,000 users.
const LARGEST_STATE: usize = 64 << 20;

/// The arguments.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Emulate {
    /// The loopback address to serve at; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443", value_parser = address)]
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
}

/// An address with a port; this machine may be called by its name.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let numeric =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().map_err(|_| "an address and a port are wanted, like 127.0.0.1:8443")
}

const AFTER: &str = "\
When it is ready it prints one line of JSON with authority, graph, gateway, ca_file, tenant_id, client_id, client_secret, admin_token and gateway_token. It ends on SIGTERM or Ctrl-C and removes the folder of ca_file. Tenant and client ids are the same in every run.

Faults (P is a probability, 0.2 if left out):
  throttle[=P]               Graph answers 429 with a fractional Retry-After; parts of a batch each by itself
  unavailable[=P]            503; parts of a batch each by itself, too
  html-body[=P]              502 with a page of HTML, as from a proxy
  slow[=MS]                  each answer comes MS milliseconds later (100)
  drop-request[=P]           the connection closes without an answer, and the request takes no effect
  drop-reply[=P]             the request takes effect, and the connection closes without an answer
  expired-token[=P]          Graph answers 401 as if the token had ended
  replication-lag[=SECONDS]  what was made is not seen, and a removed secret still is, for half that time, then at every second look (10)
  clock-skew[=SECONDS]       the clock of the tenant is that far ahead, behind if negative (3600)

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

Whoever opens AUTHORITY/TENANT/adminconsent?client_id=ID consents to what that application declares, even where the administrator may not.

Examples:
  swyx-teams emulate
  swyx-teams emulate --listen 127.0.0.1:0 --scenario expired-secret
  swyx-teams emulate --users 100000 --fault throttle=0.05 --enforce-limits --log requests.jsonl";

/// Serves until the end.
pub(super) fn run(context: &mut Context<'_>, args: &Emulate) -> io::Result<Exit> {
    let state = match args.state.as_deref().map(state) {
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(message)) => return context.misuse(message),
    };
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
        ..Options::default()
    };
    let server = match Server::bind(args.listen, options) {
        Ok(server) => server,
        Err(error) => return context.misuse(with_cause(&error)),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        // Caught before the line is out: whoever reads it may end the program at once.
        let end = crate::os::ending()?;
        context.note("an emulated tenant, for trying and testing: give it no real secret")?;
        writeln!(context.out, "{}", server.facts().to_json())?;
        context.out.flush()?;
        Ok::<_, io::Error>(server.run(end).await)
    })?;
    match result {
        Ok(()) => Ok(Exit::Clean),
        Err(error) => context.misuse(with_cause(&error)),
    }
}

fn state(path: &std::path::Path) -> Result<String, String> {
    let (bytes, _) = crate::os::read_regular(path, LARGEST_STATE).map_err(|error| match error {
        crate::os::ReadError::TooLarge => "--state: the file is over the limit of 64 MiB".to_owned(),
        error => format!("--state: {error}"),
    })?;
    String::from_utf8(bytes).map_err(|_| "--state: the file is not UTF-8".to_owned())
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
