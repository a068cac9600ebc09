//! `apply`: shows the plan and carries it out.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::automation::{self, AutomationArgs};
use super::plan::{PlanOptionArgs, compute_plan};
use super::show::{self, PlanShape, PlanText};
use super::{AdminSession, AdministratorArgs, SecretOutArgs, confirm, consent_link};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::with_file;
use crate::cli::options::Plain;
use crate::cli::output::Prose;
use crate::entra::sign_in::TO_PROVISION;
use crate::entra::snapshot::objects::{Application, FoundBy};
use crate::provision::{Applied, Plan, Proof, StoreOutcome};
use crate::report::json::write_pretty;
use crate::report::wrap::unbroken;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Shows the plan, and carries it out after you agree. If it is interrupted, run the same command again to continue; if there is nothing to do, nothing changes.
If you cannot grant the permissions, `apply` does the rest and prints a link for another administrator to consent.

Examples:
  swyx-teams apply north.toml
  swyx-teams apply --yes --use-az north.toml
  swyx-teams apply --yes --secret-out new.secret north.toml
  swyx-teams apply --automation north.toml")]
pub(in crate::cli) struct ApplyArgs {
    /// Settings file
    file: Option<PathBuf>,
    #[command(flatten)]
    options: PlanOptionArgs,
    #[command(flatten)]
    automation: AutomationArgs,
    /// Agree to the plan in advance
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    secret_out: SecretOutArgs,
    /// Output format of the result
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    administrator: AdministratorArgs,
}

/// The result in JSON, version 1.
#[derive(Serialize)]
struct AppliedShape<'a> {
    version: u8,
    plan: PlanShape<'a>,
    client_id: Option<String>,
    proof: Option<&'static str>,
    not_granted: Vec<&'a str>,
    consent_address: Option<String>,
    to_do: Option<&'a str>,
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &ApplyArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    if args.automation.is_wanted() {
        let how = (args.format, args.yes);
        return automation::apply(context, &path, &args.automation, &args.administrator, how);
    }
    let (mut session, mut files) =
        AdminSession::open(context, &path, &args.administrator, TO_PROVISION, &args.secret_out)?;
    let (snapshot, plan) = compute_plan(context, &session, &files, &args.options)?;
    if args.format == Plain::Human {
        PlanText::new(&session, &plan, &snapshot.objects).print(context)?;
        context.out.flush()?;
    }
    if let Some((FoundBy::DisplayName, application)) = &snapshot.objects.application {
        confirm_adoption(context, application, &session)?;
    }
    if plan.steps.is_empty() {
        if args.format == Plain::Json {
            print_json(context, &session, &plan, &snapshot.objects, None)?;
        }
        return Ok(Exit::Clean);
    }
    if args.format == Plain::Json && !args.yes {
        return Err(usage_error(
            "--format json does not prompt: add --yes to agree to the plan; nothing was changed",
        ));
    }
    if !confirm(context, args.yes, "Carry out this plan?")? {
        return Err(usage_error("nothing was changed"));
    }
    session.restart_time_limit();
    let provisioner = session.provisioner();
    let applied = session.result(context, provisioner.apply(&plan, &snapshot, &mut files))?;
    context.has_new_secret |= applied.secret.is_some();
    match args.format {
        Plain::Json => print_json(context, &session, &plan, &snapshot.objects, Some(&applied))?,
        Plain::Human => print(context, &session, &applied)?,
    }
    Ok(if applied.not_granted.is_empty() { Exit::Clean } else { Exit::UnexpectedResponse })
}

/// Asks before using an application that was found only by its name, because it may belong to another project. `--yes` does not cover
/// this.
fn confirm_adoption(
    context: &mut Context<'_>,
    application: &Application,
    session: &AdminSession,
) -> Result<(), CliError> {
    let (name, id) = (printable(&application.name), application.client_id);
    if !context.can_ask() {
        let message = format!(
            "the tenant has an application named {name} ({id}), which may belong to another project; to use it, run `swyx-teams set {} {id}`; to create a new one, set a different entra.application_name; nothing was changed",
            session.wanted.keys.client_id()
        );
        return Err(usage_error(printable(&with_file(&message, &session.name))));
    }
    let question = format!("Use the application {name} ({id})?");
    match inquire::Confirm::new(&question).with_default(false).prompt() {
        Ok(true) => Ok(()),
        _ => Err(usage_error(
            "nothing was changed; to create a new application, set a different entra.application_name",
        )),
    }
}

fn print(context: &mut Context<'_>, session: &AdminSession, applied: &Applied) -> io::Result<()> {
    let name = unbroken(&printable(&session.name));
    let out = &mut Prose::new(context.out);
    let is_certificate = session.wanted.credential.is_certificate();
    let done = if applied.not_granted.is_empty() { "done" } else { "done, except for the consent" };
    match applied.proof {
        Some(Proof::Whole) => {
            writeln!(out, "{name}: {done}; the sign-in works, with the permissions for the mode")?
        }
        Some(Proof::SignIn) => writeln!(out, "{name}: {done}; the sign-in works")?,
        None if is_certificate => writeln!(out, "{name}: {done}; {CERTIFICATE_NOTE}")?,
        None => writeln!(
            out,
            "{name}: {done}; after you have stored the secret, run `swyx-teams check --online {name}` to test it"
        )?,
    }
    match &applied.secret {
        Some((StoreOutcome::HandedOver(what), _)) => writeln!(out, "to do: {}", printable(what))?,
        Some((StoreOutcome::InPlace, _)) => writeln!(
            out,
            "to do: enter the new secret in Control Center; `swyx-teams sheet --reveal {name}` shows it"
        )?,
        None => {}
    }
    if applied.not_granted.is_empty() {
        return Ok(());
    }
    let names = applied.not_granted.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    let address = consent_link(&session.wanted, applied.client_id);
    context.error(format_args!(
        "not granted: {names}; consent needs at least Privileged Role Administrator (HTTP 403). Ask an administrator with that role to open {address} or to use the Entra portal: App registrations, the application, API permissions, Grant admin consent. A final page with AADSTS500113 is not an error: the consent is granted. Then run swyx-teams apply again to continue"
    ));
    Ok(())
}

/// What to do after a change of the certificate. The English Control Center of some versions prints the second text.
pub(super) const CERTIFICATE_NOTE: &str = "swyx-teams cannot sign in with the certificate: in Control Center, under General settings, Federated Services, check that the connection status is \"Successfully checked\" (or \"Check Installation\")";

fn print_json(
    context: &mut Context<'_>,
    session: &AdminSession,
    plan: &Plan,
    objects: &crate::entra::snapshot::objects::Objects,
    applied: Option<&Applied>,
) -> io::Result<()> {
    let incomplete = applied.filter(|applied| !applied.not_granted.is_empty());
    let shape = AppliedShape {
        version: 1,
        plan: show::plan_shape(session, plan, objects),
        client_id: applied
            .map(|applied| applied.client_id)
            .or(session.wanted.client_id)
            .map(|id| id.to_string()),
        proof: applied.and_then(|applied| applied.proof).map(|proof| match proof {
            Proof::Whole => "sign-in-and-permissions",
            Proof::SignIn => "sign-in",
        }),
        not_granted: applied
            .map(|applied| applied.not_granted.iter().map(|one| one.name.as_str()).collect())
            .unwrap_or_default(),
        consent_address: incomplete.map(|applied| consent_link(&session.wanted, applied.client_id)),
        to_do: applied.and_then(|applied| match &applied.secret {
            Some((StoreOutcome::HandedOver(what), _)) => Some(what.as_str()),
            _ => None,
        }),
    };
    write_pretty(&shape, context.out)
}
