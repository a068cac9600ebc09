//! `rotate`: replaces the client secret or the certificate with a new one.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::apply::CERTIFICATE_NOTE;
use super::{AdminSession, AdministratorArgs, SecretOutArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Plain;
use crate::cli::output::Prose;
use crate::cli::sheet;
use crate::entra::sign_in::TO_PROVISION;
use crate::provision::{Absence, Files, RotateRequest, Rotated, SecretStore, StoreOutcome};
use crate::report::json::write_pretty;
use crate::report::wrap::unbroken;
use crate::secret::SecretSource;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Creates a new secret, tests it with a sign-in, stores it where the settings say, and tests the stored secret. The old secret stays valid until you have entered
the new one in Control Center; then --finish removes it. If a run is interrupted, one secret still works, and the next run continues.

Examples:
  swyx-teams rotate north.toml
  swyx-teams rotate --finish north.toml
  swyx-teams rotate --if-due --use-az --quiet north.toml")]
pub(in crate::cli) struct RotateArgs {
    /// Settings file
    file: Option<PathBuf>,
    /// Remove the older secrets, after you have entered the stored one in Control Center
    #[arg(long, conflicts_with_all = ["remove_old", "if_due", "new_secret", "secret_out"])]
    finish: bool,
    /// Remove the old secret at once: for a secret that is only read from where the settings say
    #[arg(long)]
    remove_old: bool,
    /// Rotate only if the secret expires within entra.renew_before_days, and remove nothing that is still valid
    #[arg(long, conflicts_with = "remove_old")]
    if_due: bool,
    /// Create another secret even if an earlier one may be stored elsewhere
    #[arg(long, conflicts_with = "if_due")]
    new_secret: bool,
    /// The Secret ID of the stored secret, if several secrets begin with the same characters
    #[arg(long, value_name = "SECRET_ID", value_parser = secret_id)]
    stored: Option<uuid::Uuid>,
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
    fn is_for_a_secret(&self) -> bool {
        self.remove_old || self.new_secret || self.stored.is_some() || self.secret_out.secret_out.is_some()
    }

    fn request(&self) -> RotateRequest {
        match self {
            Self { finish: true, .. } => RotateRequest::Finish,
            Self { if_due: true, .. } => RotateRequest::IfDue,
            Self { new_secret, remove_old, .. } => {
                RotateRequest::New { again: *new_secret, remove_old: *remove_old }
            }
        }
    }
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &RotateArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let (mut session, mut files) =
        AdminSession::open(context, &path, &args.administrator, TO_PROVISION, &args.secret_out)?;
    let is_certificate = session.wanted.credential.is_certificate();
    if is_certificate && args.is_for_a_secret() {
        return Err(usage_error(
            "--remove-old, --new-secret, --stored and --secret-out are for a client secret, but SwyxServer signs in with a certificate; nothing was changed",
        ));
    }
    let is_stored_by_hand = session.wanted.client_secret().is_some_and(SecretSource::is_stored_by_hand);
    if args.remove_old && is_stored_by_hand {
        return Err(usage_error(
            "--remove-old needs a secret that swyx-teams can store: in a file, or in the settings file; nothing was changed",
        ));
    }
    let rotated = rotate(context, &session, &mut files, args.request(), args.stored)?;
    if args.format == Plain::Json {
        print_json(context, &session, &rotated)?;
        return Ok(Exit::Clean);
    }
    print(context, &session, &rotated)?;
    if matches!(rotated, Rotated::Made { kept: StoreOutcome::InPlace, .. } | Rotated::Pending { .. })
        && !args.if_due
        && !is_certificate
    {
        writeln!(context.out)?;
        sheet::print_file(context, &path)?;
        return offer_to_finish(context, args, &mut session, &mut files, &rotated);
    }
    Ok(Exit::Clean)
}

/// Probes the tenant, and carries out the request.
fn rotate(
    context: &mut Context<'_>,
    session: &AdminSession,
    files: &mut Files,
    request: RotateRequest,
    named: Option<uuid::Uuid>,
) -> Result<Rotated, CliError> {
    let stored = files.stored();
    if let Err(Absence::OutOfReach(why)) = &stored.secret {
        let name = printable(&session.name);
        let message = format!(
            "{name}: cannot fetch the stored secret, so the one in use is unknown: {why}; nothing was changed"
        );
        return Err(usage_error(message));
    }
    let provisioner = session.provisioner();
    session.result(context, async {
        let mut snapshot = provisioner.probe(stored).await?;
        if session.wanted.credential.is_certificate() {
            snapshot.certificate = session.certificate.clone();
            return provisioner.rotate_certificate(&snapshot, request, files).await;
        }
        if let Some(named) = named {
            snapshot.set_stored(named)?;
        }
        provisioner.rotate(&snapshot, request, files).await
    })
}

/// Asks whether the new secret is in Control Center, if prompting is possible. If so, removes the old one.
fn offer_to_finish(
    context: &mut Context<'_>,
    args: &RotateArgs,
    session: &mut AdminSession,
    files: &mut Files,
    rotated: &Rotated,
) -> Result<Exit, CliError> {
    let has_old = matches!(rotated, Rotated::Pending { .. } | Rotated::Made { old_until: Some(_), .. });
    if !has_old || !context.can_ask() {
        return Ok(Exit::Clean);
    }
    context.out.flush()?;
    let question = "Is the new value in Control Center? If so, the old secret is removed now";
    if !matches!(inquire::Confirm::new(question).with_default(false).prompt(), Ok(true)) {
        return Ok(Exit::Clean);
    }
    session.restart_time_limit();
    let finished =
        rotate(context, session, files, RotateRequest::Finish, stored_after(args.stored, rotated))?;
    print(context, session, &finished)?;
    Ok(Exit::Clean)
}

/// The Secret ID of the stored secret after a run that was told `named`. A run that created a secret has stored that one.
fn stored_after(named: Option<uuid::Uuid>, rotated: &Rotated) -> Option<uuid::Uuid> {
    named.filter(|_| matches!(rotated, Rotated::Pending { .. }))
}

/// Reads a Secret ID. A rejected text may be the secret itself, so the reason contains nothing of it.
fn secret_id(text: &str) -> Result<uuid::Uuid, &'static str> {
    text.parse().map_err(|_| "expected the Secret ID from the portal, not the secret itself")
}

fn print(context: &mut Context<'_>, session: &AdminSession, rotated: &Rotated) -> io::Result<()> {
    let name = unbroken(&printable(&session.name));
    let out = &mut Prose::new(context.out);
    let day = |at: &jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let is_certificate = session.wanted.credential.is_certificate();
    let noun = if is_certificate { "certificate" } else { "client secret" };
    if is_certificate && let Some(text) = describe_certificate(&name, rotated) {
        return writeln!(out, "{text}");
    }
    let then = format!(
        "enter the new one in Control Center, then run `swyx-teams rotate --finish {name}` to remove the old one"
    );
    match rotated {
        Rotated::NotDue(ends) => {
            writeln!(out, "{name}: not due: the {noun} is valid until {}", day(ends))
        }
        Rotated::Pending { until } => writeln!(
            out,
            "{name}: the new client secret is stored and works; the old one is valid until {}: {then}",
            day(until)
        ),
        Rotated::Made { kept, ends, old_until } => {
            writeln!(out, "{name}: created a new client secret, valid until {}", day(ends))?;
            if let StoreOutcome::HandedOver(what) = kept {
                writeln!(out, "to do: {}", printable(what))?;
            }
            match old_until {
                Some(until) => writeln!(out, "the old one is valid until {}: {then}", day(until)),
                None => Ok(()),
            }
        }
        Rotated::Finished(0) => writeln!(out, "{name}: nothing to remove: there is no older {noun}"),
        Rotated::Finished(1) => writeln!(out, "{name}: removed the old {noun}"),
        Rotated::Finished(count) => writeln!(out, "{name}: removed {count} old {noun}s"),
    }
}

/// The result for a certificate, as far as it needs other words than for a secret.
fn describe_certificate(name: &str, rotated: &Rotated) -> Option<String> {
    let day = |at: &jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let finish = format!(
        "{CERTIFICATE_NOTE}; then run `swyx-teams rotate --finish {name}` to remove the old certificate"
    );
    match rotated {
        Rotated::Made { ends, old_until: Some(until), .. } => Some(format!(
            "{name}: added the new certificate, valid until {}; the old one stays, valid until {}\n{finish}",
            day(ends),
            day(until)
        )),
        Rotated::Made { ends, old_until: None, .. } => Some(format!(
            "{name}: added the new certificate, valid until {}; no certificate of this installation was replaced\n{CERTIFICATE_NOTE}",
            day(ends)
        )),
        Rotated::Pending { until } => Some(format!(
            "{name}: the application has the new certificate; the old one is valid until {}\n{finish}",
            day(until)
        )),
        Rotated::Finished(0) => Some(format!(
            "{name}: nothing to remove: swyx-teams replaced no other certificate with this one; remove others in the Entra portal"
        )),
        Rotated::NotDue(_) | Rotated::Finished(_) => None,
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
            if let StoreOutcome::HandedOver(what) = kept {
                shape.to_do = Some(what);
            }
        }
        Rotated::Finished(count) => (shape.outcome, shape.removed) = ("finished", *count),
    }
    write_pretty(&shape, context.out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_secret_is_the_stored_one_until_another_is_created() {
        let named = Some(uuid::Uuid::from_u128(1));
        let until = jiff::Timestamp::UNIX_EPOCH;
        assert_eq!(stored_after(named, &Rotated::Pending { until }), named);
        let made = Rotated::Made { kept: StoreOutcome::InPlace, ends: until, old_until: Some(until) };
        assert_eq!(stored_after(named, &made), None);
    }
}
