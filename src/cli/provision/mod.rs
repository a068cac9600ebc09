//! `plan`, `apply`, `rotate` and `destroy`: a file for each, and here what they share: from a settings file to an administrator at work.

pub(super) mod apply;
pub(super) mod destroy;
pub(super) mod plan;
pub(super) mod rotate;
pub(super) mod show;
mod teller;

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::online::weight;
use super::{Context, Exit, administrator, display, folder, untrusted};
use crate::entra::graph::Client;
use crate::entra::sign_in::{Credential, TO_READ};
use crate::entra::snapshot::{Cause, Unseen};
use crate::http::{Https, Limits, Transport};
use crate::os;
use crate::provision::{Failure, Files, HandOver, Installation, Patience, Provisioner};
use crate::settings::{Unresolved, Wanted};
use crate::text::printable;
use teller::Teller;

/// How the administrator signs in, and how long is waited.
#[derive(Args, Clone)]
#[command(next_help_heading = "Administrator")]
pub(in crate::cli) struct Administrator {
    /// Where $SWYX_TEAMS_ADMIN_TOKEN is not set: sign in with the account of the Azure CLI, and not by a device code
    #[arg(long)]
    use_az: bool,
    /// Time for all of it, Entra ID's replication included; a person has as long as the code is valid
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=7200))]
    timeout: u64,
}

/// Where a secret goes that only a person can put where the settings say.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct SecretOut {
    /// Where the settings name an environment variable or a command: write the new secret into this file, which must be new, or empty
    #[arg(long, value_name = "FILE")]
    secret_out: Option<PathBuf>,
}

impl Administrator {
    /// As long as the command line waits where nothing else is said.
    pub(in crate::cli) fn usual(way: Way) -> Self {
        Self { use_az: way == Way::AzureCli, timeout: 600 }
    }
}

/// How an administrator without a ready token signs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Way {
    /// With the account of the Azure CLI.
    AzureCli,
    /// With a code.
    DeviceCode,
}

impl SecretOut {
    fn hand_over(&self, context: &Context<'_>, teller: &Teller) -> Option<HandOver> {
        match &self.secret_out {
            Some(path) => Some(HandOver::File(path.clone())),
            None if context.can_ask() => {
                let bar = teller.bar().clone();
                let show = move |secret: &_| bar.suspend(|| teller::show_secret(secret));
                Some(HandOver::Terminal(Box::new(show)))
            }
            None => None,
        }
    }
}

/// An administrator at work on the tenant of one settings file.
struct Site {
    runtime: Runtime,
    name: String,
    wanted: Wanted,
    installation: Installation,
    admin: Client,
    transport: Arc<dyn Transport>,
    teller: Teller,
    patience: Duration,
    until: Instant,
    /// Nobody else provisions for this settings file meanwhile; a plan changes nothing, and needs nobody to wait.
    _alone: Option<os::ProcessLock>,
}

impl Site {
    /// Signs the administrator in, for the settings file at `path`; else says why not.
    fn open(
        context: &mut Context<'_>,
        path: &Path,
        args: &Administrator,
        scopes: &'static [&'static str],
        secret_out: &SecretOut,
    ) -> io::Result<Result<(Self, Files), Exit>> {
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path))?;
        let installation = Installation::new(&os::host_name(), &whole);
        // Of two runs at once, one would take what the other has not kept yet for left over.
        let alone = if scopes == TO_READ { None } else { os::ProcessLock::acquire(&installation.mark()) };
        if alone.is_none() && scopes != TO_READ {
            let why = format!(
                "{}: another swyx-teams is at work for this settings file; nothing was changed",
                printable(&display(path))
            );
            return context.misuse(why).map(Err);
        }
        let wanted = match wanted(context, path, secret_out)? {
            Ok(wanted) => wanted,
            Err(exit) => return Ok(Err(exit)),
        };
        let transport = match Https::new(&wanted.access, &folder(path)) {
            Ok(https) => Arc::new(https) as Arc<dyn Transport>,
            Err(error) => return context.misuse(error).map(Err),
        };
        let runtime = Runtime::new()?;
        let teller = Teller::new(context.global.quiet);
        let patience = Duration::from_secs(args.timeout);
        let administrators =
            administrator::administrators(context, args.use_az, scopes, patience, teller.bar());
        let token = administrators.and_then(|administrators| {
            runtime.block_on(administrator::token(
                &administrators,
                &wanted.access,
                &context.trust(),
                &transport,
            ))
        });
        let token = match token {
            Ok(token) => token,
            Err(unseen) => return unsigned(context, &unseen).map(Err),
        };
        let until = Instant::now() + patience;
        let limits = Limits { until: Some(until), ..Limits::default() };
        let admin = Client::new(&wanted.access, Credential::Token(token), Arc::clone(&transport), limits);
        let name = display(path);
        let hand_over = secret_out.hand_over(context, &teller);
        let files = Files::new(name.as_str(), path, wanted.client_secret.clone(), context.trust(), hand_over)
            .with_cancellation(context.cancellation());
        Ok(Ok((
            Self {
                runtime,
                name,
                wanted,
                installation,
                admin,
                transport,
                teller,
                patience,
                until,
                _alone: alone,
            },
            files,
        )))
    }

    /// Begins the time limit anew: a person who thinks takes nothing of it.
    fn begin_anew(&mut self) {
        self.until = Instant::now() + self.patience;
        self.admin.wait_until(self.until);
    }

    fn provisioner(&self) -> Provisioner<'_> {
        Provisioner {
            wanted: &self.wanted,
            installation: &self.installation,
            admin: &self.admin,
            transport: Arc::clone(&self.transport),
            patience: Patience { until: self.until, told: &self.teller },
        }
    }

    /// Waits for work, unless the process is told to end meanwhile. Nothing if it is: what was done stays.
    fn wait_for<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> io::Result<Option<Result<T, Failure>>> {
        let done = self.runtime.block_on(async {
            let end = os::shutdown_signal()?;
            Ok::<_, io::Error>(tokio::select! {
                done = work => Some(done),
                () = end => None,
            })
        });
        self.teller.rest();
        done
    }

    /// The result of work, or what it comes to that there is none.
    fn result<T>(
        &self,
        context: &mut Context<'_>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> io::Result<Result<T, Exit>> {
        match self.wait_for(work)? {
            Some(Ok(done)) => Ok(Ok(done)),
            Some(Err(failure)) => {
                context.complain(printable(&format!("{}: {failure}", self.name)))?;
                // Of a time limit, the failure says so itself.
                if self.teller.has_done() && !matches!(failure, Failure::TooLate(_)) {
                    context.note("what was done stays, and the same command goes on from there")?;
                }
                Ok(Err(weight(failure.cause())))
            }
            None => context
                .misuse("interrupted; what was done stays, and the same command goes on from there")
                .map(Err),
        }
    }
}

/// What the settings at `path` want; else what is to be mended first.
fn wanted(
    context: &mut Context<'_>,
    path: &Path,
    secret_out: &SecretOut,
) -> io::Result<Result<Wanted, Exit>> {
    let checked = match context.load(path)? {
        Ok(checked) => checked,
        Err(exit) => return Ok(Err(exit)),
    };
    let wanted = match checked.wanted() {
        Ok(wanted) => wanted,
        Err(Unresolved::Errors) => {
            context.report_to_err(&checked, |_| true)?;
            context.complain("mend these first; a missing client id or secret is no obstacle here")?;
            return Ok(Err(Exit::Findings));
        }
        Err(error) => return context.misuse(error).map(Err),
    };
    let is_written_to = wanted.client_secret.as_ref().is_some_and(|source| !source.takes_a_person());
    if is_written_to && secret_out.secret_out.is_some() {
        let why = "--secret-out is for settings that name an environment variable or a command; these name a place that is written to";
        return context.misuse(why).map(Err);
    }
    match untrusted(&checked, &context.trust()) {
        Some(why) => context.misuse(why).map(Err),
        None => Ok(Ok(wanted)),
    }
}

fn unsigned(context: &mut Context<'_>, unseen: &Unseen) -> io::Result<Exit> {
    context.complain(&unseen.reason)?;
    // A refusal of the administrator is an answer.
    Ok(match unseen.cause {
        Cause::NotAsked | Cause::Follows => Exit::Answer,
        cause => weight(cause),
    })
}

/// Whether a person agrees; without one, `--yes` has to.
fn agrees(context: &mut Context<'_>, yes: bool, question: &str) -> io::Result<Result<bool, Exit>> {
    if yes {
        return Ok(Ok(true));
    }
    if !context.can_ask() {
        return context.misuse("nobody can be asked; --yes agrees beforehand. Nothing was changed").map(Err);
    }
    let answer = inquire::Confirm::new(question).with_default(false).prompt();
    Ok(Ok(answer.unwrap_or(false)))
}

/// The address at which an administrator who may consents to what the application declares.
/// Source: <https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>.
fn consent_address(wanted: &Wanted, client_id: crate::settings::ClientId) -> String {
    let access = &wanted.access;
    format!("{}/{}/adminconsent?client_id={client_id}", access.login_address(), access.tenant_id)
}
