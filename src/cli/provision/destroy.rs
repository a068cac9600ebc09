//! `destroy`: deletes what `apply` created.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::automation;
use super::{AdminSession, AdministratorArgs, SecretOutArgs, confirm_name};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::output::Prose;
use crate::entra::sign_in::TO_PROVISION;
use crate::entra::snapshot::objects::Application;
use crate::provision::{Absence, Removal, StoredSecret};
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
If `apply` created the application, it is deleted with its service principal, grants and secrets, and can be restored for 30 days. If the application
existed before, only the secrets created for this settings file are removed. The settings file stays unchanged.

Examples:
  swyx-teams destroy north.toml
  swyx-teams destroy --yes SwyxMSTeamsPresenceSync --use-az north.toml")]
pub(in crate::cli) struct DestroyArgs {
    /// Settings file
    file: Option<PathBuf>,
    /// Agree in advance, with the application's name
    #[arg(long, value_name = "NAME")]
    yes: Option<String>,
    /// Delete the automation application instead, which stays otherwise
    #[arg(long)]
    automation: bool,
    #[command(flatten)]
    administrator: AdministratorArgs,
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &DestroyArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    if args.automation {
        return automation::destroy(context, &path, args.yes.as_deref(), &args.administrator);
    }
    let (mut session, _) =
        AdminSession::open(context, &path, &args.administrator, TO_PROVISION, &SecretOutArgs::default())?;
    let provisioner = session.provisioner();
    // Secrets to remove are identified by their name, not by the stored secret.
    let nothing = StoredSecret { secret: Err(Absence::Empty), since: None };
    let snapshot = session.result(context, provisioner.probe(nothing))?;
    let Some((_, application)) = &snapshot.objects.application else {
        writeln!(context.out, "{}: nothing to do: the application does not exist", printable(&session.name))?;
        return Ok(Exit::Clean);
    };
    let removal = provisioner.plan_removal(application);
    print_removal(context, application, &removal)?;
    if removal == Removal::Secrets(Vec::new()) {
        return Ok(Exit::Clean);
    }
    context.out.flush()?;
    confirm_name(context, args.yes.as_deref(), &application.name)?;
    session.restart_time_limit();
    session.result(context, session.provisioner().destroy(application, &removal))?;
    let done = match removal {
        Removal::Application => format!(
            "deleted; for 30 days, it can be restored in the Entra portal under App registrations, Deleted applications, and its name stays reserved. Before you run apply again: remove {1} from {0}, set a different entra.application_name, and delete the stored secret, which no longer works and is never overwritten",
            printable(&session.name),
            session.wanted.keys.client_id()
        ),
        Removal::Secrets(_) => "removed; a secret cannot be restored".to_owned(),
    };
    writeln!(Prose::new(context.out), "{done}")?;
    if let Some(automation) = &session.wanted.access.automation {
        let stays = format!(
            "the automation application {} stays; `swyx-teams destroy --automation` deletes it",
            automation.client_id
        );
        writeln!(Prose::new(context.out), "{stays}")?;
    }
    Ok(Exit::Clean)
}

fn print_removal(context: &mut Context<'_>, application: &Application, removal: &Removal) -> io::Result<()> {
    let (name, id, out) = (printable(&application.name), application.client_id, &mut Prose::new(context.out));
    match removal {
        Removal::Application => writeln!(
            out,
            "to be deleted: the application {name} ({id}), with its service principal, its grants and its {}; this stops the synchronisation",
            match application.secrets.len() {
                1 => "client secret".to_owned(),
                count => format!("{count} client secrets"),
            }
        ),
        Removal::Secrets(all) => {
            let secrets = match all.len() {
                0 => "none of its client secrets was created for this settings file".to_owned(),
                1 => "to be removed: the client secret created for this settings file".to_owned(),
                count => {
                    format!("to be removed: {count} client secrets created for this settings file")
                }
            };
            writeln!(out, "the application {name} ({id}) was not created by apply and stays; {secrets}")
        }
    }
}
