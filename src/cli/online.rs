//! `check --online`: signs in for each file, looks at its tenant, and checks the file again with what was seen.
//!
//! Files are looked at side by side, each within its own time limit, so that one that gets no answer spoils nothing for the others.
//! Nothing is sent, and no secret is fetched, for a file with errors, or for one that names a host or a command that nobody trusts.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::args::Online;
use super::{Context, Exit, distrusted};
use crate::check::{Checked, with_tenant};
use crate::diagnostic::printable;
use crate::graph::{
    AdminWay, Administrators, Client, Credential, DevicePrompt, Https, Limits, TO_READ, Token, Transport,
};
use crate::observe::{self, Depth};
use crate::rules::Skipped;
use crate::settings::reveal::{Trust, reveal};
use crate::settings::{Secret, Settings, Unresolved, defaults};
use crate::tenant::{Cause, Tenant, Unseen};

/// Files that are looked at side by side at most: enough to hide the way to Microsoft and back, few enough for one connection each.
const SIDE_BY_SIDE: usize = 64;

/// A file after the first check, with the folder that its relative paths start at.
pub(super) struct File {
    pub(super) checked: Checked,
    pub(super) folder: PathBuf,
}

/// A file with what was seen of its tenant.
pub(super) struct Examined {
    pub(super) checked: Checked,
    pub(super) tenant: Tenant,
}

/// Looks at the tenant of every file, and gives the files in the same order.
pub(super) fn examine(
    context: &mut Context<'_>,
    args: &Online,
    files: Vec<File>,
) -> io::Result<Vec<Examined>> {
    let progress = progress(context, files.len());
    let trust = context.trust();
    let administrators = args.as_admin.then(|| administrators(context, args, &progress));
    let mut transports = Transports::default();
    let jobs = files.iter().map(|file| Job::new(file, trust, &mut transports)).collect::<Vec<_>>();
    let depth = if args.thorough { Depth::RealUser } else { Depth::MadeUpUser };
    let plan = Arc::new(Plan { depth, timeout: Duration::from_secs(args.timeout), trust, administrators });
    let runtime = tokio::runtime::Runtime::new()?;
    let tenants = runtime.block_on(look_at_all(jobs, plan, &progress));
    // A name server that does not answer would keep its thread, and this program, past the time limit.
    runtime.shutdown_background();
    progress.finish_and_clear();
    let examined = files
        .into_iter()
        .zip(tenants)
        .map(|(file, tenant)| Examined { checked: with_tenant(file.checked, &tenant), tenant });
    Ok(examined.collect())
}

/// Says on standard error why parts of a tenant were not seen, once for each reason, and what that comes to.
pub(super) fn report_unseen(context: &mut Context<'_>, file: &Examined) -> io::Result<Exit> {
    let mut exit = Exit::Clean;
    let mut said: Vec<&str> = Vec::new();
    for Skipped { why, .. } in file.checked.skipped() {
        exit = exit.max(weight(why.cause));
        if why.cause.is_failure() && !said.contains(&why.reason.as_str()) {
            said.push(&why.reason);
            let name = printable(file.checked.source().name());
            context.complain(format_args!("{name}: {}", why.reason))?;
        }
    }
    Ok(exit)
}

fn weight(cause: Cause) -> Exit {
    match cause {
        Cause::NotAsked | Cause::Follows => Exit::Clean,
        Cause::Answer => Exit::Answer,
        Cause::Silence => Exit::Silence,
        Cause::Use => Exit::Usage,
    }
}

/// What is done with every file.
struct Plan {
    depth: Depth,
    /// For the application's part and for the administrator's, each.
    timeout: Duration,
    trust: Trust,
    administrators: Option<Result<Administrators, Unseen>>,
}

/// What is needed to look at one file's tenant, or why that is not possible.
struct Job(Result<(Settings, PathBuf, Arc<dyn Transport>), Unseen>);

impl Job {
    fn new(file: &File, trust: Trust, transports: &mut Transports) -> Self {
        let ready = settings(&file.checked, trust).and_then(|settings| {
            let transport = transports.of(&settings, &file.folder)?;
            Ok((settings, file.folder.clone(), transport))
        });
        Self(ready)
    }
}

/// The settings to sign in with, if someone may sign in with them.
fn settings(checked: &Checked, trust: Trust) -> Result<Settings, Unseen> {
    let settings = checked.settings().map_err(|error| match error {
        Unresolved::Errors => {
            Unseen::new(Cause::Follows, "the settings have errors; nobody signs in with them")
        }
        Unresolved::UndocumentedMode => Unseen::new(Cause::Use, error.to_string()),
    })?;
    match distrusted(checked, trust) {
        Some(why) => Err(Unseen::new(Cause::Use, why)),
        None => Ok(settings),
    }
}

/// Connections are shared by the files with the same certificate authority and proxy.
#[derive(Default)]
struct Transports(HashMap<Way, Result<Arc<Https>, Unseen>>);

/// A certificate authority and a proxy, where the settings name them.
type Way = (Option<PathBuf>, Option<String>);

impl Transports {
    fn of(&mut self, settings: &Settings, folder: &std::path::Path) -> Result<Arc<dyn Transport>, Unseen> {
        let ca_file = settings.ca_file.as_ref().map(|path| folder.join(path));
        let proxy = settings.proxy.as_ref().map(|proxy| proxy.as_str().to_owned());
        let made = self.0.entry((ca_file, proxy)).or_insert_with(|| {
            let https = Https::new(settings, folder).map(Arc::new);
            https.map_err(|error| Unseen::new(Cause::Use, error.to_string()))
        });
        made.clone().map(|https| https as Arc<dyn Transport>)
    }
}

async fn look_at_all(jobs: Vec<Job>, plan: Arc<Plan>, progress: &ProgressBar) -> Vec<Tenant> {
    let gate = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut tenants = jobs.iter().map(|_| None).collect::<Vec<_>>();
    let mut running = JoinSet::new();
    for (at, job) in jobs.into_iter().enumerate() {
        let (gate, plan) = (Arc::clone(&gate), Arc::clone(&plan));
        running.spawn(async move {
            let _place = gate.acquire().await;
            (at, look(job, &plan).await)
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
    let lost =
        || Tenant::unseen(Timestamp::now(), &Unseen::new(Cause::Answer, "the look at the tenant broke off"));
    tenants.into_iter().map(|tenant| tenant.unwrap_or_else(lost)).collect()
}

async fn look(job: Job, plan: &Plan) -> Tenant {
    let unseen = |why: &Unseen| Tenant::unseen(Timestamp::now(), why);
    let (settings, folder, transport) = match job.0 {
        Ok(ready) => ready,
        Err(why) => return unseen(&why),
    };
    let secret = secret(&settings, folder, plan).await;
    let limits = || Limits { until: Some(Instant::now() + plan.timeout), ..Limits::default() };
    let mut tenant = match &secret {
        Ok(secret) => {
            let credential = Credential::Secret(secret.clone());
            let client = Client::new(&settings, credential, Arc::clone(&transport), limits());
            observe::application(&client, secret, plan.depth).await
        }
        Err(why) => unseen(why),
    };
    match &plan.administrators {
        None => {}
        Some(Err(why)) => tenant.registration = Err(why.clone()),
        Some(Ok(administrators)) => {
            tenant.registration = match administrator(administrators, &settings, plan.trust, &transport).await
            {
                Ok(token) => {
                    let client = Client::new(&settings, Credential::Token(token), transport, limits());
                    observe::registration(&client, &settings, secret.as_ref().ok()).await
                }
                Err(why) => Err(why),
            }
        }
    }
    tenant
}

/// The administrator's token. Whoever is asked to enter a code consents to the application that it is for, so a file that nobody trusts
/// may not name that application.
async fn administrator(
    administrators: &Administrators,
    settings: &Settings,
    trust: Trust,
    transport: &Arc<dyn Transport>,
) -> Result<Token, Unseen> {
    let is_microsofts = settings.admin_client_id.to_string() == defaults::ADMIN_CLIENT_ID;
    if trust == Trust::Withheld && administrators.ask_a_person() && !is_microsofts {
        let why = "`entra.admin_client_id` names another application than Microsoft's to sign in with; with --trust it is used";
        return Err(Unseen::new(Cause::Use, why));
    }
    let token = administrators.token(settings, Arc::clone(transport)).await;
    token.map_err(|error| observe::unseen(&error))
}

/// The client secret, from where it is kept. A command may take its time, so this has a thread of its own.
async fn secret(settings: &Settings, folder: PathBuf, plan: &Plan) -> Result<Secret, Unseen> {
    let cannot = |why: String| Unseen::new(Cause::Use, why);
    let Some(source) = settings.client_secret.clone() else {
        return Err(cannot(
            "`control_center.MsTeamsClientSecret` is not set; signing in takes a client secret".to_owned(),
        ));
    };
    let trust = plan.trust;
    let fetching = tokio::task::spawn_blocking(move || reveal(&source, &folder, trust));
    let Ok(fetched) = tokio::time::timeout(plan.timeout, fetching).await else {
        return Err(Unseen::new(
            Cause::Silence,
            "`control_center.MsTeamsClientSecret`: it was not fetched in time",
        ));
    };
    match fetched {
        Ok(Ok(secret)) => Ok(secret),
        Ok(Err(error)) => Err(cannot(format!("`control_center.MsTeamsClientSecret`: {error}"))),
        Err(_) => Err(cannot("the client secret could not be fetched".to_owned())),
    }
}

/// How the administrator signs in: with a ready token, else by the Azure CLI, else, if someone is there, with a code.
fn administrators(
    context: &Context<'_>,
    args: &Online,
    progress: &ProgressBar,
) -> Result<Administrators, Unseen> {
    let way = match admin_token() {
        Some(token) => AdminWay::Token(token),
        None if args.use_az => AdminWay::AzureCli,
        None if context.can_ask() => {
            let progress = progress.clone();
            AdminWay::DeviceCode(Box::new(move |prompt| progress.suspend(|| show(prompt))))
        }
        None => {
            let why = format!(
                "no administrator can sign in: set {ADMIN_TOKEN}, or give --use-az; without a terminal, or with --no-input, nobody is asked for a code"
            );
            return Err(Unseen::new(Cause::Use, why));
        }
    };
    Ok(Administrators::new(way, TO_READ, Duration::from_secs(args.timeout)))
}

/// The administrator's ready token, if there is one.
pub(super) fn admin_token() -> Option<Secret> {
    // A line end is easily copied along.
    let token = std::env::var(ADMIN_TOKEN).ok().map(|token| token.trim().to_owned());
    token.filter(|token| !token.is_empty()).map(Secret::new)
}

/// The environment variable of a ready token. It is read here, and not by the parser of arguments, whose help shows values.
pub(super) const ADMIN_TOKEN: &str = "SWYX_TEAMS_ADMIN_TOKEN";

fn show(prompt: &DevicePrompt) {
    let (address, code) = (printable(&prompt.address), printable(&prompt.code));
    let minutes = prompt.lifetime.as_secs() / 60;
    let text = format!(
        "To sign in as an administrator, open {address} and enter the code {code} (valid for {minutes} minutes)."
    );
    // Who closed the terminal reads nothing.
    let _ = writeln!(io::stderr(), "{text}");
}

/// How far it is, on a terminal; nothing in a pipe, or where nobody wants to hear of it.
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
    use super::*;
    use crate::graph::{Answer, Request};

    /// Takes every request and never answers.
    struct Abyss;

    impl Transport for Abyss {
        fn send(&self, _: Request) -> Answer<'_> {
            Box::pin(std::future::pending())
        }
    }

    fn checked() -> Checked {
        let text = "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                    MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = \"Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\"\n";
        crate::check::bytes("a.toml", text.into(), false)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reply_that_never_comes_is_exit_code_4_and_names_its_limit() {
        let checked = checked();
        let ready =
            (checked.settings().expect("complete"), PathBuf::new(), Arc::new(Abyss) as Arc<dyn Transport>);
        let plan = Plan {
            depth: Depth::MadeUpUser,
            timeout: Duration::from_secs(20),
            trust: Trust::Withheld,
            administrators: None,
        };
        let tenant = look(Job(Ok(ready)), &plan).await;
        let file = Examined { checked: with_tenant(checked, &tenant), tenant };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let global = super::super::args::tests::global();
        let mut context = Context { out: &mut out, err: &mut err, global };
        let exit = report_unseen(&mut context, &file).expect("written");
        assert_eq!(exit.code(), 4);
        let said = String::from_utf8(err).expect("UTF-8");
        assert_eq!(said, "error: a.toml: login.microsoftonline.com: no answer within 20 s\n");
    }

    #[test]
    fn of_several_exit_codes_2_comes_before_4_before_3_before_1() {
        let mut all = [Exit::Usage, Exit::Findings, Exit::Silence, Exit::Clean, Exit::Answer];
        all.sort();
        assert_eq!(all.map(Exit::code), [0, 1, 3, 4, 2]);
        assert_eq!(
            [Cause::NotAsked, Cause::Follows, Cause::Answer, Cause::Silence, Cause::Use]
                .map(|cause| weight(cause).code()),
            [0, 0, 3, 4, 2]
        );
    }
}
