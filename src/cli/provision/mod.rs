//! `plan`, `apply`, `rotate` and `destroy`: one file each. They share the administrator's session, which is defined here.

pub(super) mod apply;
mod automation;
pub(super) mod destroy;
pub(super) mod plan;
mod progress;
pub(super) mod rotate;
pub(super) mod show;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use tokio::runtime::Runtime;

use super::administrator::{self, AdminChoice};
use crate::check::Checked;
use crate::cli::connection::{Connection, Transports};
use crate::cli::context::Context;
use crate::cli::error::cannot;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder, with_file};
use crate::entra::graph::Client;
use crate::entra::sign_in::{Credential, TO_READ, Token};
use crate::entra::snapshot::{Cause, Unseen};
use crate::http::{Deadline, Limits};
use crate::os;
use crate::provision::{
    Failure, Files, HandOver, Installation, Patience, Provisioner, StoredKey, WantedCertificate,
};
use crate::secret::SecretSource;
use crate::settings::{ClientId, Wanted, build_consent_address};
use crate::text::printable;
use progress::ProgressReporter;

/// How the administrator signs in, and the time limit.
#[derive(Args, Clone)]
#[command(next_help_heading = "Administrator")]
pub(in crate::cli) struct AdministratorArgs {
    /// If $SWYX_TEAMS_ADMIN_TOKEN is not set: sign in with the Azure CLI account
    #[arg(long)]
    use_az: bool,
    /// If $SWYX_TEAMS_ADMIN_TOKEN is not set: sign in with the browser of this machine. This is the default on a terminal with a desktop,
    /// unless the settings have `[entra.automation]`
    #[arg(long, conflicts_with = "use_az")]
    browser: bool,
    /// If $SWYX_TEAMS_ADMIN_TOKEN is not set: sign in with a code, in the browser of any device. This is the default over SSH and without a
    /// desktop
    #[arg(long, conflicts_with_all = ["use_az", "browser"])]
    device_code: bool,
    /// Time limit for the whole run, including Entra ID's replication; the sign-in page and a device code keep their own lifetime
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=7200))]
    timeout: u64,
}

/// The target of a new secret that swyx-teams cannot store where the settings say.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct SecretOutArgs {
    /// If the settings name an environment variable or a command: write the new secret to this file, which must be new or empty
    #[arg(long, value_name = "FILE")]
    secret_out: Option<PathBuf>,
}

impl AdministratorArgs {
    /// The default time limit of the command line.
    pub(in crate::cli) fn usual(way: AdminSignIn) -> Self {
        let use_az = way == AdminSignIn::AzureCli;
        Self { use_az, browser: false, device_code: false, timeout: 600 }
    }
}

/// How an administrator signs in without a ready token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum AdminSignIn {
    /// With the Azure CLI account.
    AzureCli,
    /// With a device code.
    DeviceCode,
}

impl SecretOutArgs {
    fn hand_over(&self, context: &Context<'_>, progress: &ProgressReporter) -> Option<HandOver> {
        match &self.secret_out {
            Some(path) => Some(HandOver::File(path.clone())),
            None if context.can_ask() => {
                let bar = progress.bar().clone();
                let show = move |secret: &_| bar.suspend(|| progress::show_secret(secret));
                Some(HandOver::Terminal(Box::new(show)))
            }
            None => None,
        }
    }
}

/// An administrator's session on the tenant of one settings file.
struct AdminSession {
    runtime: Runtime,
    name: String,
    wanted: Wanted,
    certificate: WantedCertificate,
    installation: Installation,
    admin: Client,
    connection: Connection,
    progress: ProgressReporter,
    patience: Duration,
    until: Deadline,
    /// Excludes other runs for this settings file. A plan changes nothing, so it needs no lock.
    _lock: Option<os::ProcessLock>,
}

impl AdminSession {
    /// Signs the administrator in, for the settings file at `path`.
    fn open(
        context: &mut Context<'_>,
        path: &Path,
        args: &AdministratorArgs,
        scopes: &'static [&'static str],
        secret_out: &SecretOutArgs,
    ) -> Result<(Self, Files), CliError> {
        let installation = installation(path)?;
        let lock = if scopes == TO_READ { None } else { Some(lock(path, &installation)?) };
        let (checked, wanted) = wanted(context, path, secret_out)?;
        let policy = context.policy();
        let mut transports = Transports::default();
        let connection = Connection::open(&checked, &folder(path), &wanted.access, &policy, &mut transports)
            .map_err(|unseen| sign_in_error(&unseen))?;
        let certificate = WantedCertificate::read(&wanted.credential, &folder(path));
        let certificate = certificate.map_err(|why| {
            usage_error(printable(&format!("{}: {why}; nothing was changed", display(path))))
        })?;
        let runtime = Runtime::new().map_err(cannot("start the runtime"))?;
        let progress = ProgressReporter::new(context.global.quiet, context.page.clone(), wanted.keys);
        let patience = Duration::from_secs(args.timeout);
        let token = sign_in(context, args, scopes, (&runtime, &connection, progress.bar()))?;
        let until = Deadline::after(patience);
        let limits = Limits { until: Some(until), ..Limits::default() };
        let admin = connection.client(Credential::Token(token), limits);
        let name = display(path);
        let hand_over = secret_out.hand_over(context, &progress);
        let files = Files::new(name.as_str(), path, wanted.client_secret().cloned(), policy.trust, hand_over)
            .with_keys(wanted.keys)
            .with_cancellation(policy.cancellation);
        let session = Self {
            runtime,
            name,
            wanted,
            certificate,
            installation,
            admin,
            connection,
            progress,
            patience,
            until,
            _lock: lock,
        };
        Ok((session, files))
    }

    /// The key of the automation application in this place, if there is one. A certificate that has expired is as good as none.
    fn stored_key(
        &self,
        place: &SecretSource,
        password: Option<&SecretSource>,
    ) -> Result<Option<StoredKey>, CliError> {
        let key = self.runtime.block_on(self.connection.stored_key(place, password, self.patience));
        let key = key.map_err(|unseen| sign_in_error(&unseen))?;
        Ok(key.map(|key| StoredKey::of(&key)))
    }

    /// Restarts the time limit: time spent at a prompt does not count against it.
    fn restart_time_limit(&mut self) {
        self.until = Deadline::after(self.patience);
        self.admin.wait_until(self.until);
    }

    fn provisioner(&self) -> Provisioner<'_> {
        Provisioner {
            wanted: &self.wanted,
            installation: &self.installation,
            admin: &self.admin,
            transport: Arc::clone(self.connection.transport()),
            patience: Patience { until: self.until, progress: &self.progress },
        }
    }

    /// Runs `work` to its end, or until a termination signal. Completed changes stay in both cases.
    fn result<T>(
        &self,
        context: &mut Context<'_>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, CliError> {
        let done = self.runtime.block_on(async {
            let end = os::shutdown_signal().map_err(cannot("listen for termination signals"))?;
            Ok::<_, CliError>(tokio::select! {
                done = work => Some(done),
                () = end => None,
            })
        });
        self.progress.rest();
        match done? {
            Some(Ok(done)) => Ok(done),
            Some(Err(failure)) => {
                let why = with_file(&failure.to_string(), &self.name);
                context.error(printable(&format!("{}: {why}", self.name)));
                // `TooLate` already has this note.
                if self.progress.has_done() && !matches!(failure, Failure::TooLate(_)) {
                    context.note("completed changes stay; run the same command again to continue")?;
                }
                Err(CliError::Reported(failure.cause().into()))
            }
            None => Err(usage_error(
                "interrupted; completed changes stay; run the same command again to continue",
            )),
        }
    }
}

/// The installation that the settings file at `path` identifies.
fn installation(path: &Path) -> Result<Installation, CliError> {
    let absolute = path
        .canonicalize()
        .or_else(|_| std::path::absolute(path))
        .map_err(cannot("find the settings file"))?;
    Ok(Installation::new(&os::host_name(), &absolute))
}

/// Locks the settings file at `path`. Without the lock, a second run would treat the first run's unsaved secret as an orphan.
fn lock(path: &Path, installation: &Installation) -> Result<os::ProcessLock, CliError> {
    let target = path.canonicalize().or_else(|_| std::path::absolute(path));
    let target = target.map_err(cannot("find the settings file"))?;
    os::ProcessLock::acquire(&installation.mark(), &target).map_err(|error| {
        let why = match error {
            os::LockError::Held => {
                "another swyx-teams is running for this settings file: wait until it ends".to_owned()
            }
            os::LockError::Foreign(lock) => format!(
                "cannot lock {}: another user may be running swyx-teams for this settings file: wait until that run ends; if there is none, remove this file",
                lock.display()
            ),
            os::LockError::NoFolder(error) => format!(
                "cannot lock the settings file: {}; set TMPDIR to a folder that only you can use",
                os::reason(&error)
            ),
        };
        usage_error(printable(&format!("{}: {why}; nothing was changed", display(path))))
    })
}

/// The administrator's token.
fn sign_in(
    context: &Context<'_>,
    args: &AdministratorArgs,
    scopes: &'static [&'static str],
    (runtime, connection, bar): (&Runtime, &Connection, &ProgressBar),
) -> Result<Token, CliError> {
    let patience = Duration::from_secs(args.timeout);
    let choice = AdminChoice::of_flags(args.use_az, args.browser, args.device_code);
    administrator::administrators(context, choice, scopes, patience, bar)
        .and_then(|administrators| runtime.block_on(administrator::token(&administrators, connection)))
        .map(|signed_in| signed_in.token)
        .map_err(|unseen| sign_in_error(&unseen))
}

/// The settings at `path`, which may lack a client id and a secret.
fn wanted(
    context: &mut Context<'_>,
    path: &Path,
    secret_out: &SecretOutArgs,
) -> Result<(Checked, Wanted), CliError> {
    let advice = "fix these errors first; a missing client id or secret is allowed here";
    let (checked, wanted) = context.resolve(path, Checked::wanted, advice)?;
    let is_writable = wanted.client_secret().is_some_and(|source| !source.is_stored_by_hand());
    if is_writable && secret_out.secret_out.is_some() {
        let why = "--secret-out is only for a secret in an environment variable or from a command; swyx-teams can store this secret itself";
        return Err(usage_error(why));
    }
    Ok((checked, wanted))
}

/// Why the administrator could not sign in.
fn sign_in_error(unseen: &Unseen) -> CliError {
    // If Microsoft rejects the administrator, that is a response, not a usage error.
    let exit = match unseen.cause {
        Cause::NotAsked | Cause::Follows => Exit::UnexpectedResponse,
        cause => cause.into(),
    };
    failure(exit, &unseen.reason)
}

/// Whether the user agrees, with `--yes` or at the prompt.
fn confirm(context: &mut Context<'_>, yes: bool, question: &str) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !context.can_ask() {
        return Err(usage_error("cannot prompt: use --yes to agree in advance; nothing was changed"));
    }
    let answer = inquire::Confirm::new(question).with_default(false).prompt();
    Ok(answer.unwrap_or(false))
}

/// Compares the application's name with `--yes` or with a prompt.
fn confirm_name(context: &mut Context<'_>, yes: Option<&str>, name: &str) -> Result<(), CliError> {
    let typed = match yes {
        Some(typed) => typed.to_owned(),
        None if context.can_ask() => {
            super::prompt::ask_text("Type the application's name to agree:", "").unwrap_or_default()
        }
        None => {
            return Err(usage_error(
                "cannot prompt: use --yes NAME to agree in advance; nothing was changed",
            ));
        }
    };
    if typed == name {
        return Ok(());
    }
    Err(usage_error("the name does not match the application's name; nothing was changed"))
}

/// The address where an administrator consents, at the authority of the settings, which are trusted here.
fn consent_link(wanted: &Wanted, client_id: ClientId) -> String {
    let access = &wanted.access;
    build_consent_address(&access.login_address(), access.tenant_id, client_id)
}
