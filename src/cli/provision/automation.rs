//! `plan --automation`, `apply --automation` and `destroy --automation`: the application that signs in instead of an administrator.

use std::io::Write;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::show::{self, LineShape, PlanText};
use super::{AdminSession, AdministratorArgs, SecretOutArgs, confirm, confirm_name};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Plain;
use crate::cli::output::Prose;
use crate::cli::value::reference;
use crate::entra::sign_in::{TO_AUTOMATE, TO_READ};
use crate::provision::{
    AutomationPlan, AutomationScope, AutomationState, KeyStore, StoredKey, WantedAutomation, plan_automation,
};
use crate::report::json::write_pretty;
use crate::secret::SecretSource;
use crate::settings::Automation;
use crate::text::printable;

/// The automation application instead of the application of SwyxWare.
#[derive(Args, Clone, Default)]
pub(super) struct AutomationArgs {
    /// Instead: an application that signs in without an administrator, with a certificate whose key is made on this machine. It may renew
    /// the client secret (rotate), read the registration (audit), or both (rotate,audit)
    #[arg(long, value_name = "SCOPE", num_args = 0..=1, value_delimiter = ',', default_missing_value = "rotate", require_equals = true)]
    automation: Option<Vec<ScopeName>>,
    /// Where to store a new key: file:PATH or keyring:swyx-teams/NAME; otherwise where the settings say, otherwise in a file next to the
    /// settings file
    #[arg(long, value_name = "PLACE", requires = "automation")]
    automation_key: Option<String>,
}

/// What the automation application may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScopeName {
    Rotate,
    Audit,
}

impl AutomationArgs {
    /// Whether the automation application is meant.
    pub(super) fn is_wanted(&self) -> bool {
        self.automation.is_some()
    }

    fn scopes(&self) -> Vec<AutomationScope> {
        let names = self.automation.iter().flatten();
        let scope = |name: &ScopeName| match name {
            ScopeName::Rotate => AutomationScope::Rotate,
            ScopeName::Audit => AutomationScope::Audit,
        };
        names.map(scope).collect()
    }

    /// The place of the key.
    fn place(&self, known: Option<&Automation>, path: &Path) -> Result<SecretSource, CliError> {
        let Some(text) = &self.automation_key else {
            let beside = || {
                SecretSource::File(
                    path.with_extension("automation.pem").file_name().unwrap_or_default().into(),
                )
            };
            return Ok(known.map_or_else(beside, |known| known.key.clone()));
        };
        if known.is_some() {
            return Err(usage_error(
                "--automation-key: the settings already name a key; change `entra.automation.key` instead",
            ));
        }
        match reference(text) {
            Some(place @ (SecretSource::File(_) | SecretSource::Keyring(_))) => Ok(place),
            _ => Err(usage_error("--automation-key: expected file:PATH or keyring:swyx-teams/NAME")),
        }
    }
}

/// A plan of the automation application in JSON, version 1.
#[derive(Serialize)]
struct AutomationShape<'a> {
    version: u8,
    file: &'a str,
    steps: Vec<LineShape>,
    notes: &'a [String],
    client_id: Option<String>,
}

/// The session, with the wanted and the current state.
struct Stage {
    session: AdminSession,
    wanted: WantedAutomation,
    state: AutomationState,
    plan: AutomationPlan,
}

impl Stage {
    fn open(
        context: &mut Context<'_>,
        path: &Path,
        args: &AutomationArgs,
        administrator: &AdministratorArgs,
        scopes: &'static [&'static str],
    ) -> Result<Self, CliError> {
        let (session, _) =
            AdminSession::open(context, path, administrator, scopes, &SecretOutArgs::default())?;
        let known = session.wanted.access.automation.as_ref();
        let place = args.place(known, path)?;
        let days = session.wanted.secret_lifetime_days;
        let mut wanted =
            WantedAutomation::new(args.scopes(), place, known.map(|known| known.client_id), days);
        wanted.stored = stored_key(&session, &wanted, known)?;
        let provisioner = session.provisioner();
        let state = session.result(context, provisioner.probe_automation(&wanted))?;
        let plan = plan_automation(&state, &wanted, session.wanted.renew_before_days);
        Ok(Self { session, wanted, state, plan })
    }

    fn text(&self) -> PlanText {
        let name = match self.state.application() {
            Some((name, id)) => format!("automation application {} ({id})", printable(name)),
            None => "automation application: does not exist yet".to_owned(),
        };
        PlanText {
            head: vec![show::tenant_line(&self.session), name],
            lines: self.plan.lines.clone(),
            notes: self.plan.notes.clone(),
            end: show::summary(&self.plan.lines),
        }
    }

    fn shape(&self) -> AutomationShape<'_> {
        AutomationShape {
            version: 1,
            file: &self.session.name,
            steps: self.plan.lines.iter().cloned().map(LineShape::of).collect(),
            notes: &self.plan.notes,
            client_id: self.state.application().map(|(_, id)| id.to_string()),
        }
    }
}

/// The key that is stored, if it can be used; a certificate that has expired is replaced, and anything else is an error.
fn stored_key(
    session: &AdminSession,
    wanted: &WantedAutomation,
    known: Option<&Automation>,
) -> Result<Option<StoredKey>, CliError> {
    session.stored_key(&wanted.key, known.and_then(|known| known.key_password.as_ref()))
}

/// `plan --automation`.
pub(super) fn plan(
    context: &mut Context<'_>,
    path: &Path,
    args: &AutomationArgs,
    administrator: &AdministratorArgs,
    (format, exit_code): (Plain, bool),
) -> Result<Exit, CliError> {
    let stage = Stage::open(context, path, args, administrator, TO_READ)?;
    match format {
        Plain::Human => stage.text().print(context)?,
        Plain::Json => write_pretty(&stage.shape(), context.out)?,
    }
    Ok(if exit_code && !stage.plan.lines.is_empty() { Exit::Findings } else { Exit::Clean })
}

/// `apply --automation`.
pub(super) fn apply(
    context: &mut Context<'_>,
    path: &Path,
    args: &AutomationArgs,
    administrator: &AdministratorArgs,
    (format, yes): (Plain, bool),
) -> Result<Exit, CliError> {
    let mut stage = Stage::open(context, path, args, administrator, TO_AUTOMATE)?;
    match format {
        Plain::Human => stage.text().print(context)?,
        Plain::Json if !yes => {
            return Err(usage_error(
                "--format json does not prompt: add --yes to agree to the plan; nothing was changed",
            ));
        }
        Plain::Json => {}
    }
    context.out.flush()?;
    if !stage.plan.lines.is_empty() {
        if !confirm(context, yes, "Carry out this plan?")? {
            return Err(usage_error("nothing was changed"));
        }
        stage.session.restart_time_limit();
        let store = KeyStore::new(&stage.session.name, path, context.policy().cancellation);
        let provisioner = stage.session.provisioner();
        let work = provisioner.apply_automation(&stage.plan, &stage.state, &stage.wanted, &store);
        let id = stage.session.result(context, work)?;
        if format == Plain::Human {
            let name = printable(&stage.session.name);
            let done = format!(
                "{name}: done; the automation application {id} signs in; keep its key as you keep a password"
            );
            writeln!(Prose::new(context.out), "{done}")?;
        }
    }
    if format == Plain::Json {
        write_pretty(&stage.shape(), context.out)?;
    }
    Ok(Exit::Clean)
}

/// `destroy --automation`: deletes the automation application alone, after the administrator agrees with its name.
pub(super) fn destroy(
    context: &mut Context<'_>,
    path: &Path,
    yes: Option<&str>,
    administrator: &AdministratorArgs,
) -> Result<Exit, CliError> {
    let args = AutomationArgs::default();
    let mut stage = Stage::open(context, path, &args, administrator, TO_AUTOMATE)?;
    let Some((name, id)) = stage.state.application() else {
        writeln!(
            context.out,
            "{}: nothing to do: there is no automation application",
            printable(&stage.session.name)
        )?;
        return Ok(Exit::Clean);
    };
    let shown = printable(name);
    if !stage.state.is_ours() {
        let why = format!("the automation application {shown} ({id}) was not created by apply and stays");
        writeln!(Prose::new(context.out), "{why}")?;
        return Ok(Exit::Clean);
    }
    let what = format!(
        "to be deleted: the automation application {shown} ({id}); scheduled jobs can no longer sign in"
    );
    writeln!(Prose::new(context.out), "{what}")?;
    context.out.flush()?;
    confirm_name(context, yes, name)?;
    stage.session.restart_time_limit();
    stage.session.result(context, stage.session.provisioner().destroy_automation(&stage.state))?;
    let done = format!(
        "deleted; for 30 days, it can be restored in the Entra portal. Now delete its key, {}, and remove `[entra.automation]` from {}",
        stage.wanted.key.place(),
        printable(&stage.session.name)
    );
    writeln!(Prose::new(context.out), "{done}")?;
    Ok(Exit::Clean)
}
