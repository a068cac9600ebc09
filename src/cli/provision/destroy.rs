//! `destroy`: takes away what `apply` made.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::{Administrator, SecretOut, Site};
use crate::cli::{Context, Exit};
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
pub(in crate::cli) struct Destroy {
    /// The settings file
    file: Option<PathBuf>,
    /// Agree beforehand, by the application's name
    #[arg(long, value_name = "NAME")]
    yes: Option<String>,
    #[command(flatten)]
    administrator: Administrator,
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &Destroy) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let (mut site, _) =
        match Site::open(context, &path, &args.administrator, TO_PROVISION, &SecretOut::default())? {
            Ok(opened) => opened,
            Err(exit) => return Ok(exit),
        };
    let provisioner = site.provisioner();
    // What is removed is known by its name, whatever is kept.
    let nothing = Held { secret: Err(Absence::Empty), since: None };
    let look = match site.result(context, provisioner.look(nothing))? {
        Ok(look) => look,
        Err(exit) => return Ok(exit),
    };
    let Some((_, application)) = &look.objects.application else {
        writeln!(context.out, "{}: nothing to do: there is no such application", printable(&site.name))?;
        return Ok(Exit::Clean);
    };
    let removal = provisioner.removal(application);
    say(context, application, &removal)?;
    if removal == Removal::Secrets(Vec::new()) {
        return Ok(Exit::Clean);
    }
    context.out.flush()?;
    if let Err(exit) = agrees(context, args.yes.as_deref(), &application.name)? {
        return Ok(exit);
    }
    site.begin_anew();
    match site.result(context, site.provisioner().destroy(application, &removal))? {
        Ok(()) => {}
        Err(exit) => return Ok(exit),
    }
    let done = match removal {
        Removal::Application => format!(
            "deleted; it can be restored for 30 days, in the Entra portal under App registrations, Deleted applications. {} still names it; before another apply, take {} out of it, and give the new one another entra.application_name, for this one is kept until then; the secret that is kept for it is of no use any more, and no other is written over it",
            printable(&site.name),
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
fn agrees(context: &mut Context<'_>, yes: Option<&str>, name: &str) -> io::Result<Result<(), Exit>> {
    let typed = match yes {
        Some(typed) => typed.to_owned(),
        None if context.can_ask() => {
            inquire::Text::new("Type the application's name to agree:").prompt().unwrap_or_default()
        }
        None => {
            return context
                .misuse("nobody can be asked; --yes NAME agrees beforehand. Nothing was changed")
                .map(Err);
        }
    };
    if typed == name {
        return Ok(Ok(()));
    }
    context.misuse("that is not the application's name; nothing was changed").map(Err)
}
