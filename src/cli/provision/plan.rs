//! `plan`: shows the changes in the tenant, without making them.

use std::path::PathBuf;

use clap::Args;

use super::automation::{self, AutomationArgs};
use super::show::{self, PlanText};
use super::{AdminSession, AdministratorArgs, SecretOutArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::with_file;
use crate::cli::options::Plain;
use crate::cli::output_file::OutputArgs;
use crate::entra::sign_in::TO_READ;
use crate::provision::{Files, Options, Plan as Planned, ProvisioningSnapshot, SecretStore, plan};
use crate::report::json::write_pretty;
use crate::settings::Generation;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Changes nothing. Sends at most three requests, not counting the sign-in. The application is found by the client id in the settings, otherwise by the unique
name from an earlier run, otherwise by its display name, if it is unique.

Examples:
  swyx-teams plan north.toml
  swyx-teams plan --exit-code --format json north.toml
  swyx-teams plan --automation=rotate,audit north.toml")]
pub(in crate::cli) struct PlanArgs {
    /// Settings file
    pub(in crate::cli) file: Option<PathBuf>,
    #[command(flatten)]
    options: PlanOptionArgs,
    #[command(flatten)]
    automation: AutomationArgs,
    /// Exit with 1 if there is something to do
    #[arg(long)]
    exit_code: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    administrator: AdministratorArgs,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}

/// Optional additions to the plan.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct PlanOptionArgs {
    /// Remove Microsoft Graph permissions that the mode does not need; refused for SwyxWare 14.20 and later
    #[arg(long)]
    prune: bool,
    /// Set the redirect URI and the public client flows of the vendor's guide, which only SwyxWare 14.20 and later need; there they are always set
    #[arg(long)]
    as_in_the_guide: bool,
    /// Create another client secret even if the current one may be stored where swyx-teams cannot read it
    #[arg(long)]
    new_secret: bool,
}

impl PlanOptionArgs {
    fn options(&self) -> Options {
        Options { prune: self.prune, as_in_the_guide: self.as_in_the_guide, new_secret: self.new_secret }
    }
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &PlanArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    if args.automation.is_wanted() {
        let how = (args.format, args.exit_code);
        return automation::plan(context, &path, &args.automation, &args.administrator, how);
    }
    let (session, files) =
        AdminSession::open(context, &path, &args.administrator, TO_READ, &SecretOutArgs::default())?;
    let (snapshot, plan) = compute_plan(context, &session, &files, &args.options)?;
    match args.format {
        Plain::Human => PlanText::new(&session, &plan, &snapshot.objects).print(context)?,
        Plain::Json => write_pretty(&show::plan_shape(&session, &plan, &snapshot.objects), context.out)?,
    }
    Ok(if args.exit_code && !plan.steps.is_empty() { Exit::Findings } else { Exit::Clean })
}

/// The plan for the settings file at `path`, for the page of `serve`.
pub(in crate::cli) fn for_page(
    context: &mut Context<'_>,
    path: &std::path::Path,
    administrator: &AdministratorArgs,
) -> Result<PlanText, CliError> {
    let (session, files) =
        AdminSession::open(context, path, administrator, TO_READ, &SecretOutArgs::default())?;
    let (snapshot, plan) = compute_plan(context, &session, &files, &PlanOptionArgs::default())?;
    Ok(PlanText::new(&session, &plan, &snapshot.objects))
}

/// Why `--prune` is refused for the application of Federated Services.
const NO_PRUNING: &str = "--prune is only for SwyxWare before 14.20: the application of Federated Services also serves login, contacts and calendar, \
     and the vendor's list of its permissions is not completely public, so nothing is removed from it";

/// Probes the tenant and makes the plan.
pub(super) fn compute_plan(
    context: &mut Context<'_>,
    session: &AdminSession,
    files: &Files,
    options: &PlanOptionArgs,
) -> Result<(ProvisioningSnapshot, Planned), CliError> {
    if options.prune && session.wanted.generation == Generation::FederatedServices {
        return Err(usage_error(NO_PRUNING));
    }
    let provisioner = session.provisioner();
    let mut snapshot = session.result(context, provisioner.probe(files.stored()))?;
    snapshot.certificate = session.certificate.clone();
    match plan(&session.wanted, &snapshot, &session.installation, options.options()) {
        Ok(plan) => Ok((snapshot, plan)),
        Err(obstacle) => Err(usage_error(printable(&with_file(&obstacle.to_string(), &session.name)))),
    }
}
