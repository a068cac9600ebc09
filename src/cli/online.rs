//! `check --online`: signs in for each file, probes its tenant, and checks the file again with the result.
//!
//! Files are probed in parallel, each with its own time limit, so that one unreachable tenant does not affect the others. For a file with
//! errors, or with an untrusted host or command, nothing is sent and no secret is fetched.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::administrator::{self, AdminAccess, AdminChoice, SignedIn};
use super::connection::{CERTIFICATE, Connection, ConnectionPolicy, Transports};
use super::context::Context;
use super::exit::Exit;
use crate::check::{Checked, check_with_tenant};
use crate::cli::error::{CliError, cannot};
use crate::entra::probe::{self, Depth};
use crate::entra::sign_in::{Credential, TO_READ};
use crate::entra::snapshot::{Cause, Snapshot, Unseen};
use crate::http::{Deadline, Limits};
use crate::rules::Skipped;
use crate::settings::{Settings, Unresolved};
use crate::text::printable;

#[derive(Args)]
#[command(next_help_heading = "Online")]
pub(super) struct OnlineArgs {
    /// Sign in as the application and check its permissions: two requests per file
    #[arg(long, conflicts_with = "diff")]
    pub(super) online: bool,
    /// Also read the presence of a real user: one more request
    #[arg(long, requires = "online")]
    pub(super) thorough: bool,
    /// Also read the application's registration, as an administrator: $SWYX_TEAMS_ADMIN_TOKEN, otherwise one of the following options,
    /// otherwise `[entra.automation]`, otherwise the browser, otherwise a device code
    #[arg(long, requires = "online")]
    pub(super) as_admin: bool,
    /// Sign in as the administrator with the Azure CLI account
    #[arg(long, requires = "as_admin")]
    pub(super) use_az: bool,
    /// Sign in as the administrator with the browser of this machine
    #[arg(long, requires = "as_admin", conflicts_with = "use_az")]
    pub(super) browser: bool,
    /// Sign in as the administrator with a code, in the browser of any device
    #[arg(long, requires = "as_admin", conflicts_with_all = ["use_az", "browser"])]
    pub(super) device_code: bool,
    /// Time limit per file; the administrator's part has the same limit again, and the sign-in page and a device code keep their own lifetime
    #[arg(long, requires = "online", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: u64,
}

/// The maximum number of files that are probed in parallel.
const MAX_PARALLEL: usize = 64;

/// A file after the first check, with the base folder of its relative paths.
pub(super) struct File {
    pub(super) checked: Checked,
    pub(super) folder: PathBuf,
}

/// A file with the snapshot of its tenant.
pub(super) struct Examined {
    pub(super) checked: Checked,
    pub(super) tenant: Snapshot,
}

/// Probes the tenant of every file, and returns the files in the same order.
pub(super) fn examine(
    context: &mut Context<'_>,
    args: &OnlineArgs,
    files: Vec<File>,
) -> Result<Vec<Examined>, CliError> {
    let progress = progress(context, files.len());
    let policy = context.policy();
    let administrators = args.as_admin.then(|| {
        let patience = Duration::from_secs(args.timeout);
        let choice = AdminChoice::of_flags(args.use_az, args.browser, args.device_code);
        administrator::administrators(context, choice, TO_READ, patience, &progress)
    });
    let mut transports = Transports::default();
    let lookups = files.iter().map(|file| Lookup::new(file, &policy, &mut transports)).collect::<Vec<_>>();
    let depth = if args.thorough { Depth::RealUser } else { Depth::MadeUpUser };
    let timeout = Duration::from_secs(args.timeout);
    let options = Arc::new(LookupOptions { depth, timeout, administrators });
    let runtime = tokio::runtime::Runtime::new().map_err(cannot("start the runtime"))?;
    let tenants = runtime.block_on(look_up_all(lookups, options, &progress));
    // Does not wait for a name server that does not answer.
    runtime.shutdown_background();
    progress.finish_and_clear();
    let examined = files
        .into_iter()
        .zip(tenants)
        .map(|(file, tenant)| Examined { checked: check_with_tenant(file.checked, &tenant), tenant });
    Ok(examined.collect())
}

/// Prints each reason why parts of a tenant were not probed, and returns the exit code.
pub(super) fn report_unseen(context: &mut Context<'_>, file: &Examined) -> Exit {
    let mut exit = Exit::Clean;
    let mut printed: Vec<&str> = Vec::new();
    for Skipped { why, .. } in file.checked.skipped() {
        exit = exit.max(Exit::from(why.cause));
        if why.cause.is_failure() && !printed.contains(&why.reason.as_str()) {
            printed.push(&why.reason);
            let name = printable(file.checked.source().name());
            context.error(format_args!("{name}: {}", why.reason));
        }
    }
    exit
}

/// The options for every file.
struct LookupOptions {
    depth: Depth,
    /// The limit of the application's part, and also of the administrator's part.
    timeout: Duration,
    administrators: Option<Result<AdminAccess, Unseen>>,
}

/// Everything needed to probe one file's tenant, or the reason why that is not possible.
struct Lookup(Result<(Settings, Connection), Unseen>);

impl Lookup {
    fn new(file: &File, policy: &ConnectionPolicy, transports: &mut Transports) -> Self {
        let ready = settings(&file.checked).and_then(|settings| {
            let (folder, access) = (&file.folder, &settings.access);
            let connection = Connection::open(&file.checked, folder, access, policy, transports)?;
            Ok((settings, connection))
        });
        Self(ready)
    }
}

/// The settings to sign in with.
fn settings(checked: &Checked) -> Result<Settings, Unseen> {
    checked.settings().map_err(|error| match error {
        Unresolved::Errors => {
            Unseen::new(Cause::Follows, "the settings have errors: fix them before signing in")
        }
        Unresolved::UndocumentedMode => Unseen::new(Cause::Use, error.to_string()),
    })
}

async fn look_up_all(
    lookups: Vec<Lookup>,
    options: Arc<LookupOptions>,
    progress: &ProgressBar,
) -> Vec<Snapshot> {
    let gate = Arc::new(Semaphore::new(MAX_PARALLEL));
    let mut tenants = lookups.iter().map(|_| None).collect::<Vec<_>>();
    let mut running = JoinSet::new();
    for (at, lookup) in lookups.into_iter().enumerate() {
        let (gate, options) = (Arc::clone(&gate), Arc::clone(&options));
        running.spawn(async move {
            let _place = gate.acquire().await;
            (at, look_up(lookup, &options).await)
        });
    }
    while let Some(done) = running.join_next().await {
        progress.inc(1);
        if let Ok((at, tenant)) = done
            && let Some(place) = tenants.get_mut(at)
        {
            *place = Some(tenant);
        }
    }
    let lost = || {
        Snapshot::unseen(
            Timestamp::now(),
            &Unseen::new(Cause::Answer, "the online check stopped unexpectedly"),
        )
    };
    tenants.into_iter().map(|tenant| tenant.unwrap_or_else(lost)).collect()
}

async fn look_up(lookup: Lookup, options: &LookupOptions) -> Snapshot {
    let unseen = |why: &Unseen| Snapshot::unseen(Timestamp::now(), why);
    let (settings, connection) = match lookup.0 {
        Ok(ready) => ready,
        Err(why) => return unseen(&why),
    };
    let secret = if settings.credential.is_certificate() {
        Err(Unseen::new(Cause::NotAsked, CERTIFICATE))
    } else {
        connection.client_secret(&settings, options.timeout).await
    };
    let limits = || Limits { until: Some(Deadline::after(options.timeout)), ..Limits::default() };
    let mut tenant = match &secret {
        Ok(secret) => {
            let credential = Credential::Secret(settings.client_id, secret.clone());
            let client = connection.client(credential, limits());
            probe::read_application(&client, secret, options.depth).await
        }
        Err(why) => unseen(why),
    };
    if settings.credential.is_certificate() && options.administrators.is_some() {
        tenant.certificate = connection.thumbprint(&settings);
    }
    match &options.administrators {
        None => {}
        Some(Err(why)) => {
            tenant.registration = Err(why.clone());
            tenant.automation_key_ends = Err(why.clone());
        }
        Some(Ok(administrators)) => match administrator::token(administrators, &connection).await {
            Ok(SignedIn { token, key_ends }) => {
                let other = || Unseen::new(Cause::NotAsked, "the automation application did not sign in");
                tenant.automation_key_ends = key_ends.ok_or_else(other);
                let client = connection.client(Credential::Token(token), limits());
                probe::read_registration(&client, &settings, secret.as_ref().ok(), &mut tenant).await;
            }
            Err(why) => {
                tenant.automation_key_ends = Err(why.clone());
                tenant.registration = Err(why);
            }
        },
    }
    tenant
}

/// A progress bar on a terminal; nothing in a pipe or with --quiet.
fn progress(context: &Context<'_>, files: usize) -> ProgressBar {
    let length = u64::try_from(files).unwrap_or(u64::MAX);
    let is_wanted = files > 0 && !context.global.quiet;
    let target = if is_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("signing in: {pos} of {len} files [{bar:30}] {elapsed}");
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
    if is_wanted {
        bar.enable_steady_tick(Duration::from_millis(500));
    }
    bar
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::http::{Request, SendFuture, Transport};
    use crate::os::process::CancellationToken;
    use crate::secret::Trust;

    /// Accepts every request and never answers.
    struct SilentTransport;

    impl Transport for SilentTransport {
        fn send(&self, _: Request) -> SendFuture<'_> {
            Box::pin(std::future::pending())
        }
    }

    fn checked() -> Checked {
        let text = "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                    MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = \"Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\"\n";
        crate::check::check_bytes("a.toml", text.into(), false)
    }

    #[tokio::test(start_paused = true)]
    async fn timeout_is_exit_code_4_and_names_its_limit() {
        let checked = checked();
        let settings = checked.settings().expect("complete");
        let (trust, cancellation) = (Trust::nothing(), CancellationToken::default());
        let policy = ConnectionPolicy { trust, cancellation, pause_observer: None };
        let connection =
            Connection::over(Arc::new(SilentTransport), Path::new(""), &settings.access, &policy);
        let options = LookupOptions {
            depth: Depth::MadeUpUser,
            timeout: Duration::from_secs(20),
            administrators: None,
        };
        let tenant = look_up(Lookup(Ok((settings, connection))), &options).await;
        let file = Examined { checked: check_with_tenant(checked, &tenant), tenant };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let global = super::super::options::tests::global();
        let mut context = Context {
            out: &mut out,
            err: &mut err,
            global,
            admin_token: None,
            page: None,
            has_new_secret: false,
            dispatch: |_, _| Ok(Exit::Clean),
        };
        let exit = report_unseen(&mut context, &file);
        assert_eq!(exit.code(), 4);
        let text = String::from_utf8(err).expect("UTF-8");
        assert_eq!(text, "error: a.toml: login.microsoftonline.com: no answer within 20 s\n");
    }
}
