//! `rotate`: a new client secret in the place of the present one.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{AdminSession, AdministratorArgs, SecretOutArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Plain;
use crate::cli::sheet;
use crate::entra::sign_in::TO_PROVISION;
use crate::provision::{Absence, Asked, Files, Keep, Kept, Rotated};
use crate::report::json::write_pretty;
use crate::secret::SecretSource;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
A new secret is made, proven by a sign-in, kept where the settings say, and proven from there. The old one stays valid: Control Center learns the new one only by
hand. Once it has it, --finish removes the old one. Whenever a run breaks off, a secret works, and the next run goes on.

Examples:
  swyx-teams rotate north.toml
  swyx-teams rotate --finish north.toml
  swyx-teams rotate --if-due --use-az --quiet north.toml")]
pub(in crate::cli) struct RotateArgs {
    /// The settings file
    file: Option<PathBuf>,
    /// Control Center has the secret that is kept: remove those before it; where one was made after it, nothing is
    #[arg(long, conflicts_with_all = ["remove_old", "if_due", "new_secret", "secret_out"])]
    finish: bool,
    /// Remove the old secret at once: nothing uses it but what reads it where the settings say
    #[arg(long)]
    remove_old: bool,
    /// Do it only if the secret ends within entra.renew_before_days, and remove nothing that is still valid
    #[arg(long, conflicts_with = "remove_old")]
    if_due: bool,
    /// Make one also if another was made before whose value somebody may have
    #[arg(long, conflicts_with = "if_due")]
    new_secret: bool,
    #[command(flatten)]
    secret_out: SecretOutArgs,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    administrator: AdministratorArgs,
}

/// The outcome in JSON, version 1.
#[derive(Serialize)]
struct RotatedShape<'a> {
    version: u8,
    file: &'a str,
    outcome: &'static str,
    ends: Option<String>,
    old_until: Option<String>,
    removed: usize,
    to_do: Option<&'a str>,
}

impl RotateArgs {
    fn asked(&self) -> Asked {
        match self {
            Self { finish: true, .. } => Asked::Finish,
            Self { if_due: true, .. } => Asked::IfDue,
            Self { new_secret, remove_old, .. } => Asked::New { again: *new_secret, remove_old: *remove_old },
        }
    }
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &RotateArgs) -> Result<Exit, CliError> {
    let path = context.file(args.file.as_ref());
    let (mut session, mut files) =
        AdminSession::open(context, &path, &args.administrator, TO_PROVISION, &args.secret_out)?;
    let takes_a_person = session.wanted.client_secret.as_ref().is_some_and(SecretSource::takes_a_person);
    if args.remove_old && takes_a_person {
        return Err(usage_error(
            "--remove-old needs a secret that this program can put in its place: a file, or the settings file itself. Nothing was changed",
        ));
    }
    let rotated = rotate_secret(context, &session, &mut files, args.asked())?;
    if args.format == Plain::Json {
        print_json(context, &session, &rotated)?;
        return Ok(Exit::Clean);
    }
    print(context, &session, &rotated)?;
    if matches!(rotated, Rotated::Made { kept: Kept::InPlace, .. } | Rotated::Pending { .. }) && !args.if_due
    {
        writeln!(context.out)?;
        sheet::print_file(context, &path)?;
        return offer_to_finish(context, &mut session, &mut files, &rotated);
    }
    Ok(Exit::Clean)
}

/// Looks, and does what is asked.
fn rotate_secret(
    context: &mut Context<'_>,
    session: &AdminSession,
    files: &mut Files,
    asked: Asked,
) -> Result<Rotated, CliError> {
    let held = files.held();
    if let Err(Absence::OutOfReach(why)) = &held.secret {
        let name = printable(&session.name);
        let message = format!(
            "{name}: which secret is in use shows only where it can be fetched: {why}. Nothing was changed"
        );
        return Err(usage_error(message));
    }
    let provisioner = session.provisioner();
    session.result(context, async {
        let look = provisioner.look(held).await?;
        provisioner.rotate(&look, asked, files).await
    })
}

/// Asks whether Control Center has the new secret, if a person can be asked, and then removes the old one.
fn offer_to_finish(
    context: &mut Context<'_>,
    session: &mut AdminSession,
    files: &mut Files,
    rotated: &Rotated,
) -> Result<Exit, CliError> {
    let has_old = matches!(rotated, Rotated::Pending { .. } | Rotated::Made { old_until: Some(_), .. });
    if !has_old || !context.can_ask() {
        return Ok(Exit::Clean);
    }
    context.out.flush()?;
    let question = "Is the new value in Control Center? Then the old secret is removed now";
    if !matches!(inquire::Confirm::new(question).with_default(false).prompt(), Ok(true)) {
        return Ok(Exit::Clean);
    }
    session.restart_time_limit();
    let finished = rotate_secret(context, session, files, Asked::Finish)?;
    print(context, session, &finished)?;
    Ok(Exit::Clean)
}

fn print(context: &mut Context<'_>, session: &AdminSession, rotated: &Rotated) -> io::Result<()> {
    let name = printable(&session.name);
    let out = &mut *context.out;
    let day = |at: &jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let then = format!("once Control Center has the new one, swyx-teams rotate --finish {name} removes it");
    match rotated {
        Rotated::NotDue(ends) => {
            writeln!(out, "{name}: not due: the client secret is valid until {}", day(ends))
        }
        Rotated::Pending { until } => writeln!(
            out,
            "{name}: the new client secret is in its place and works; the one before it is valid until {}: {then}",
            day(until)
        ),
        Rotated::Made { kept, ends, old_until } => {
            writeln!(out, "{name}: there is a new client secret, valid until {}", day(ends))?;
            if let Kept::HandedOver(what) = kept {
                writeln!(out, "to do: {}", printable(what))?;
            }
            match old_until {
                Some(until) => writeln!(out, "the old one is valid until {}: {then}", day(until)),
                None => Ok(()),
            }
        }
        Rotated::Finished(0) => writeln!(out, "{name}: nothing to remove: there is no older client secret"),
        Rotated::Finished(1) => writeln!(out, "{name}: the old client secret is removed"),
        Rotated::Finished(count) => writeln!(out, "{name}: {count} old client secrets are removed"),
    }
}

fn print_json(context: &mut Context<'_>, session: &AdminSession, rotated: &Rotated) -> io::Result<()> {
    let mut shape = RotatedShape {
        version: 1,
        file: &session.name,
        outcome: "",
        ends: None,
        old_until: None,
        removed: 0,
        to_do: None,
    };
    match rotated {
        Rotated::NotDue(ends) => (shape.outcome, shape.ends) = ("not-due", Some(ends.to_string())),
        Rotated::Pending { until } => {
            (shape.outcome, shape.old_until) = ("pending", Some(until.to_string()));
        }
        Rotated::Made { kept, ends, old_until } => {
            (shape.outcome, shape.ends) = ("made", Some(ends.to_string()));
            shape.old_until = old_until.map(|until| until.to_string());
            if let Kept::HandedOver(what) = kept {
                shape.to_do = Some(what);
            }
        }
        Rotated::Finished(count) => (shape.outcome, shape.removed) = ("finished", *count),
    }
    write_pretty(&shape, context.out)
}
