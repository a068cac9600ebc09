//! `secret put`: stores a secret at the place that the settings file names.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::context::Context;
use super::error::{CliError, failure, usage_error};
use super::exit::Exit;
use super::list::{is_no_file, looks_like_a_file};
use super::names::{display, folder, with_file};
use super::prompt::ask_secret;
use super::set::{self, read_stdin};
use crate::check::Checked;
use crate::diagnostic::{Diagnostic, Key, Severity, id};
use crate::edit::{self, Change, NewValue};
use crate::os::{ReadError, Rewrite};
use crate::secret::keyring;
use crate::secret::{MAX_BYTES, RevealError, Secret, SecretFault, SecretSource, reveal_within, save_secret};
use crate::settings::keys;
use crate::text::{printable, without_edges};

#[derive(Args)]
pub(super) struct SecretArgs {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Subcommand)]
enum SecretCommand {
    /// Store a secret: in the secret store of this system, in its file, or in the settings file
    Put(PutArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams set control_center.MsTeamsClientSecret keyring:swyx-teams/north
  swyx-teams secret put
  pass show teams | swyx-teams secret put --stdin
  swyx-teams secret put swyx.gateway_token customers/north.toml

The secret goes where the settings file reads it from. If the file names no place yet, set one first, as in the first \
example, or with file:PATH. A secret store keeps it for the user who runs this command. \
An environment variable, and what a command prints, cannot be written from here: the exit code is 2. A value that is \
not a secret is rejected with exit code 1, for example the ID of a secret, or one with invisible characters.")]
pub(super) struct PutArgs {
    /// Key of the secret: the client secret of the file (default), or swyx.gateway_token
    key: Option<String>,
    /// Settings file
    file: Option<PathBuf>,
    /// Read the secret from standard input instead of a prompt
    #[arg(long)]
    stdin: bool,
}

pub(super) fn run(context: &mut Context<'_>, args: &SecretArgs) -> Result<Exit, CliError> {
    let SecretCommand::Put(args) = &args.command;
    put(context, args)
}

/// Where a secret is stored.
struct Target {
    key: Key,
    path: PathBuf,
    checked: Checked,
    source: SecretSource,
}

fn put(context: &mut Context<'_>, args: &PutArgs) -> Result<Exit, CliError> {
    let target = target(context, args)?;
    // Before the prompt, so that nobody types a secret in vain.
    target.try_out(context)?;
    let secret = ask(context, &target.key, args.stdin)?;
    target.refuse_faults(context, &secret)?;
    target.store(context, secret)
}

/// The key and the settings file of the arguments, and the place that the file names.
fn target(context: &mut Context<'_>, args: &PutArgs) -> Result<Target, CliError> {
    let only_word = args.key.as_ref().filter(|word| args.file.is_none() && looks_like_a_file(word));
    let file = only_word.map(PathBuf::from).or_else(|| args.file.clone());
    let named = args.key.as_ref().filter(|_| only_word.is_none());
    // The word may be the secret, so it is not repeated.
    let named =
        named.map(|word| keys::SECRETS.into_iter().find(|key| key.as_str() == word).ok_or_else(not_a_key));
    let named = named.transpose()?;
    let path = context.only_file(file.as_ref())?;
    // The word may be the secret here, too, unless it ends like a settings file.
    let found = path.metadata().map(drop);
    let is_settings = |file: &&PathBuf| file.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    if let Some(file) = file.as_ref().filter(is_settings)
        && found.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    {
        let file = printable(&display(file));
        return Err(usage_error(format_args!(
            "{file}: the file does not exist; `swyx-teams setup --config {file}` creates it"
        )));
    }
    if file.is_some() && is_no_file(found) {
        return Err(usage_error(
            "the last word is not a settings file; the secret itself is never an argument: use the prompt or --stdin",
        ));
    }
    let checked = context.load(&path)?;
    let of_file = || checked.draft().map(|draft| draft.registration().keys.client_secret());
    let key = named.or_else(of_file).unwrap_or(keys::CLIENT_SECRET);
    let source = checked.draft().and_then(|draft| draft.secret(&key)).cloned();
    let Some(source) = source else { return Err(no_place(context, &checked, &key)?) };
    Ok(Target { key, path, checked, source })
}

fn not_a_key() -> CliError {
    let keys = keys::SECRETS.map(|key| key.to_string()).join(", ");
    usage_error(format_args!("expected the key of a secret: {keys}; the secret itself is never an argument"))
}

/// Why the settings file names no place for a secret.
fn no_place(context: &mut Context<'_>, checked: &Checked, key: &Key) -> io::Result<CliError> {
    let is_wrong = |found: &Diagnostic| {
        found.severity == Severity::Error
            && found.rule != id::MISSING_KEY
            && found.place.key().is_some_and(|at| at == key)
    };
    let file = checked.source().name();
    if checked.diagnostics().iter().any(is_wrong) {
        context.report_to_err(checked, is_wrong)?;
        return Ok(failure(Exit::Findings, "fix this error first; nothing was stored"));
    }
    let message = format!(
        "{file}: `{key}` is not set: name a place first, for example `swyx-teams set {key} keyring:swyx-teams/NAME` or \
         `swyx-teams set {key} file:NAME.secret`"
    );
    Ok(usage_error(printable(&with_file(&message, file))))
}

/// The secret from standard input or a prompt.
fn ask(context: &Context<'_>, key: &Key, stdin: bool) -> Result<Secret, CliError> {
    let text = if stdin {
        without_edges(&read_stdin()?).to_owned()
    } else if context.can_ask() {
        ask_secret(&format!("{key}:")).map_err(|_| usage_error("cancelled; nothing was stored"))?
    } else {
        return Err(usage_error("cannot prompt for the secret: use --stdin; nothing was stored"));
    };
    if text.is_empty() {
        return Err(usage_error("the secret is empty; nothing was stored"));
    }
    Ok(Secret::new(text))
}

impl Target {
    fn error(&self, why: impl Display) -> CliError {
        let place = self.source.holder();
        usage_error(printable(&format!("`{}`: {place}: {why}; nothing was stored", self.key)))
    }

    /// Whether a secret can be stored there.
    fn try_out(&self, context: &Context<'_>) -> Result<(), CliError> {
        match &self.source {
            SecretSource::Inline(_) => Ok(()),
            SecretSource::Env(_) => Err(self.error(
                "no program can set a variable of another one: set it where the program that needs it is started, \
                 or name another place, such as keyring:swyx-teams/NAME",
            )),
            SecretSource::Command(_) => Err(self.error(
                "a command only prints a secret: store it with the program that manages it, or name another place, \
                 such as keyring:swyx-teams/NAME",
            )),
            SecretSource::Keyring(entry) => {
                keyring::try_out(entry, &context.cancellation()).map_err(|error| self.error(error))
            }
            SecretSource::File(path) => self.try_out_file(context, path),
        }
    }

    /// Whether a file can be replaced, so that at most another secret is lost: the settings file may come from someone
    /// else.
    fn try_out_file(&self, context: &Context<'_>, path: &Path) -> Result<(), CliError> {
        let policy = context.policy();
        let draft = self.checked.draft();
        if let Some(why) = draft.and_then(|draft| draft.untrusted_key(&self.key, &policy.trust)) {
            return Err(self.error(why));
        }
        let path = folder(&self.path).join(path);
        let is_empty = std::fs::metadata(&path).is_ok_and(|file| file.len() == 0);
        match reveal_within(&self.source, &folder(&self.path), &policy.trust, &policy.cancellation.into()) {
            Ok(_) | Err(RevealError::NotAscii(_)) => {}
            Err(RevealError::File(_, ReadError::Io(error))) if error.kind() == io::ErrorKind::NotFound => {}
            Err(RevealError::NotText) if is_empty => {}
            Err(RevealError::File(_, error)) => return Err(self.error(error)),
            Err(_) => {
                return Err(self.error(
                    "its content is not a secret and would be lost: name another file, or delete this one",
                ));
            }
        }
        let rewrite = Rewrite::begin(&path, MAX_BYTES).and_then(|rewrite| rewrite.try_out());
        rewrite.map_err(|error| self.error(error.reason()))
    }

    /// Refuses what `check` would refuse as text in the settings file, and shows its warnings.
    fn refuse_faults(&self, context: &mut Context<'_>, secret: &Secret) -> Result<(), CliError> {
        let change = Change::Set(self.key.clone(), NewValue::Secret(SecretSource::Inline(secret.clone())));
        let Ok((after, _)) = edit::preview(&self.checked, &[change]) else { return Ok(()) };
        // In a file that someone wrote these are warnings, but a new secret was copied wrongly.
        let is_copied_wrongly = keys::CLIENT_SECRETS.contains(&self.key)
            && matches!(secret.fault(), Some(SecretFault::Quoted | SecretFault::UrlEncoded));
        let is_about_it = |found: &&Diagnostic| found.place.key() == Some(&self.key);
        for found in after.diagnostics().iter().filter(is_about_it) {
            let help = found.help.iter().map(|help| format!("; {help}")).collect::<String>();
            match found.severity {
                // Other warnings are about the file, which will not contain the secret, or are reported when it is saved.
                Severity::Warning | Severity::Info if found.rule != "secret-shape" => {}
                severity if severity == Severity::Error || is_copied_wrongly => {
                    let message = format!("`{}`: {}{help}; nothing was stored", self.key, found.message);
                    return Err(failure(Exit::Findings, printable(&message)));
                }
                _ if matches!(self.source, SecretSource::Inline(_)) => {}
                severity => {
                    context.note(format_args!("{severity}: `{}`: {}{help}", self.key, found.message))?;
                }
            }
        }
        Ok(())
    }

    fn store(&self, context: &mut Context<'_>, secret: Secret) -> Result<Exit, CliError> {
        match &self.source {
            SecretSource::Keyring(entry) => {
                keyring::write(entry, &secret, &context.cancellation()).map_err(|error| self.error(error))?
            }
            SecretSource::File(path) => {
                let path = folder(&self.path).join(path);
                let saved =
                    Rewrite::begin(&path, MAX_BYTES).and_then(|rewrite| save_secret(rewrite, &secret));
                saved.map_err(|error| self.error(error.reason()))?;
            }
            _ => {
                let value = NewValue::Secret(SecretSource::Inline(secret));
                set::apply(context, &self.path, &[Change::Set(self.key.clone(), value)])?;
            }
        }
        let name = display(&self.path);
        context.note(printable(&format!("{name}: `{}`: stored {}", self.key, self.source.place())))?;
        Ok(Exit::Clean)
    }
}
