//! `destroy`: takes away what `apply` made.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::{AdminSession, AdministratorArgs, SecretOutArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::entra::sign_in::TO_PROVISION;
use crate::entra::snapshot::objects::Application;
use crate::provision::{Absence, Held, Removal};
use crate::settings::keys;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
An application that apply made is deleted, and with it its service principal, grants and secrets; for 30 days it can be restored. Of one that was there before,
only the secrets that were made for this settings file are removed. The settings file stays as it is.

Examples:
  swyx-teams destroy north.toml
  swyx-teams destroy --yes SwyxMSTeamsPresenceSync --use-az north.toml")]
pub(in crate::cli) struct DestroyArgs {
    /// The settings file
    file: Option<PathBuf>,
    /// Agree beforehand, by the application's name
    #[arg(long, value_name = "NAME")]
    yes: Option<String>,
    #[command(flatten)]
    administrator: AdministratorArgs,
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &DestroyArgs) -> Result<Exit, CliError> {
    let path = context.file(args.file.as_ref());
    let (mut session, _) =
        AdminSession::open(context, &path, &args.administrator, TO_PROVISION, &SecretOutArgs::default())?;
    let provisioner = session.provisioner();
    // What is removed is known by its name, whatever is kept.
    let nothing = Held { secret: Err(Absence::Empty), since: None };
    let look = session.result(context, provisioner.look(nothing))?;
    let Some((_, application)) = &look.objects.application else {
        writeln!(context.out, "{}: nothing to do: there is no such application", printable(&session.name))?;
        return Ok(Exit::Clean);
    };
    let removal = provisioner.removal(application);
    say(context, application, &removal)?;
    if removal == Removal::Secrets(Vec::new()) {
        return Ok(Exit::Clean);
    }
    context.out.flush()?;
    confirm(context, args.yes.as_deref(), &application.name)?;
    session.restart_time_limit();
    session.result(context, session.provisioner().destroy(application, &removal))?;
    let done = match removal {
        Removal::Application => format!(
            "deleted; it can be restored for 30 days, in the Entra portal under App registrations, Deleted applications. {} still names it; before another apply, take {} out of it, and give the new one another entra.application_name, for this one is kept until then; the secret that is kept for it is of no use any more, and no other is written over it",
            printable(&session.name),
            keys::CLIENT_ID
        ),
        Removal::Secrets(_) => "removed; a secret cannot be restored".to_owned(),
    };
    writeln!(context.out, "{done}")?;
    Ok(Exit::Clean)
}

fn say(context: &mut Context<'_>, application: &Application, removal: &Removal) -> io::Result<()> {
    let (name, id, out) = (printable(&application.name), application.client_id, &mut *context.out);
    match removal {
        Removal::Application => writeln!(
            out,
            "to be deleted: the application {name} ({id}), with its service principal, its grants and its {}; the synchronisation stops with it",
            match application.secrets.len() {
                1 => "client secret".to_owned(),
                count => format!("{count} client secrets"),
            }
        ),
        Removal::Secrets(all) => {
            let of_these = match all.len() {
                0 => "none of its client secrets was made for this settings file".to_owned(),
                1 => "to be removed: the client secret that was made for this settings file".to_owned(),
                count => {
                    format!("to be removed: {count} client secrets that were made for this settings file")
                }
            };
            writeln!(out, "the application {name} ({id}) was not made by apply and stays; {of_these}")
        }
    }
}

/// Whether the application's name was given, or is typed now.
fn confirm(context: &mut Context<'_>, yes: Option<&str>, name: &str) -> Result<(), CliError> {
    let typed = match yes {
        Some(typed) => typed.to_owned(),
        None if context.can_ask() => {
            inquire::Text::new("Type the application's name to agree:").prompt().unwrap_or_default()
        }
        None => {
            return Err(usage_error(
                "nobody can be asked; --yes NAME agrees beforehand. Nothing was changed",
            ));
        }
    };
    if typed == name {
        return Ok(());
    }
    Err(usage_error("that is not the application's name; nothing was changed"))
}
