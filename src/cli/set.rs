//! `set` and `unset`: change keys and leave all other bytes of the file unchanged.

use std::io::{self, Read};
use std::path::Path;

use clap::Args;

use super::context::{Context, NO_DEFAULT_FILE, is_missing_default};
use super::error::{CliError, failure, usage_error};
use super::exit::Exit;
use super::list;
use super::names::{display, is_name, named};
use super::prompt::{ask_secret, ask_text};
use super::value::from_argument;
use crate::diagnostic::{Diagnostic, Key, Step};
use crate::edit::{self, Change, ChangeError, NewValue, Outcome};
use crate::secret::{Secret, SecretSource};
use crate::settings::keys;
use crate::text::{decode_utf16, format_bytes, printable, without_edges};

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams set control_center.MsTeamsStatusSyncMode 2
  swyx-teams set control_center.MsTeamsClientSecret env:SWYX_TEAMS_CLIENT_SECRET
  pass show teams | swyx-teams set control_center.MsTeamsClientSecret --stdin
  swyx-teams set 'user[0]' '{ swyx = \"Jane Roe\", teams = \"jane.roe@example.com\" }'

Several pairs are one change: all or none. A change that would add an error is rejected with exit code 1.")]
pub(super) struct SetArgs {
    /// Pairs of a key and its new value. The value of a secret is a reference: env:NAME, file:PATH, keyring:swyx-teams/NAME or { command = [...] }
    #[arg(required = true, value_names = ["KEY", "VALUE"], num_args = 1.., allow_negative_numbers = true)]
    words: Vec<String>,
    /// Read the value of the last key from standard input. A secret itself is only accepted here or at the prompt
    #[arg(long)]
    stdin: bool,
}

#[derive(Args)]
pub(super) struct UnsetArgs {
    /// Keys to remove
    #[arg(required = true, value_parser = list::key)]
    keys: Vec<Key>,
}

/// The limit for standard input in bytes. No valid value is longer.
const MAX_VALUE_BYTES: u64 = 64 * 1024;

pub(super) fn set(context: &mut Context<'_>, args: &SetArgs) -> Result<Exit, CliError> {
    let mut pairs = Vec::new();
    for pair in args.words.chunks(2) {
        let [word, ..] = pair else { continue };
        if list::looks_like_a_file(word) {
            return Err(usage_error(
                "expected a key, but this looks like a file: name the file with --config FILE",
            ));
        }
        let Some(key) = word.parse::<Key>().ok().filter(can_be_set) else {
            return Err(usage_error(
                "expected a key, such as control_center.MsTeamsTenantId; pairs are KEY VALUE KEY VALUE …",
            ));
        };
        pairs.push((key, pair.get(1)));
    }
    let mut changes = Vec::new();
    for (key, value) in pairs {
        let value = match value {
            Some(text) => from_argument(&key, text),
            None => from_input(&key, last_value(context, &key, args.stdin)?),
        };
        let value =
            value.map_err(|message| usage_error(format_args!("`{}`: {message}", named(key.as_str()))))?;
        changes.push(Change::Set(key, value));
    }
    if args.stdin && args.words.len().is_multiple_of(2) {
        return Err(usage_error("with --stdin, the last key must have no value after it"));
    }
    let path = context.file(None);
    apply(context, &path, &changes)
}

pub(super) fn unset(context: &mut Context<'_>, args: &UnsetArgs) -> Result<Exit, CliError> {
    let path = context.file(None);
    if is_missing_default(&path) {
        return Err(usage_error(NO_DEFAULT_FILE));
    }
    if !path.exists() {
        return Err(usage_error(format!("{}: no such file", printable(&display(&path)))));
    }
    if let Some(key) = args.keys.iter().find(|key| !list::may_exist(key)) {
        return Err(usage_error(list::no_such_key(key)));
    }
    let changes = args.keys.iter().cloned().map(Change::Unset).collect::<Vec<_>>();
    apply(context, &path, &changes)
}

pub(super) fn apply(context: &mut Context<'_>, path: &Path, changes: &[Change]) -> Result<Exit, CliError> {
    let name = display(path);
    let concerns = |found: &Diagnostic| {
        let is_changed = |change: &Change| {
            found.place.key().is_some_and(|at| at.steps().starts_with(&change.key().steps()))
        };
        changes.iter().any(is_changed)
    };
    match edit::apply_to_file(&name, path, changes) {
        Ok(Outcome::Saved(after)) => {
            context.report_to_err(&after, concerns)?;
            context.note(format!("{}: saved", printable(&name)))?;
            Ok(Exit::Clean)
        }
        Ok(Outcome::Unchanged(_)) => {
            context.note(format!("{}: no changes to save", printable(&name)))?;
            Ok(Exit::Clean)
        }
        Ok(Outcome::Refused(after, added)) => {
            context.report_to_err(&after, |found| added.contains(found))?;
            let name = printable(&name);
            Err(failure(
                Exit::Findings,
                format_args!("this change would add errors to {name}; nothing was changed"),
            ))
        }
        Err(ChangeError::Unsound(checked)) => {
            let exit = context.report_unsound(&checked)?;
            let name = printable(&name);
            Err(failure(exit, format_args!("{name} has errors: fix them first; nothing was changed")))
        }
        Err(error) => Err(usage_error(format!("{}: {error}", printable(&name)))),
    }
}

/// Whether a word can be a key to set. Otherwise it may be a secret in the wrong place, which no report may repeat. Control Center fields
/// can have any name.
fn can_be_set(key: &Key) -> bool {
    let is_field = key.steps().starts_with(&keys::CONTROL_CENTER.steps());
    key.shown() == *key
        && (is_field
            || key.steps().iter().all(|step| {
                matches!(step, Step::Name(name) if is_name(name)) || matches!(step, Step::Index(_))
            }))
}

/// The value of the last key, from standard input or a prompt.
fn last_value(context: &mut Context<'_>, key: &Key, stdin: bool) -> Result<String, CliError> {
    if stdin {
        let text = read_stdin()?;
        if keys::SECRETS.contains(key) {
            return Ok(without_edges(&text).to_owned());
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        return Ok(line.to_owned());
    }
    if !context.can_ask() {
        return Err(usage_error(format!(
            "`{}` has no value: add it after the key, or use --stdin",
            named(key.as_str())
        )));
    }
    let question = format!("{key}:");
    let answer = if keys::SECRETS.contains(key) { ask_secret(&question) } else { ask_text(&question, "") };
    match answer {
        Ok(text) => Ok(text),
        Err(_) => Err(usage_error("cancelled; nothing was changed")),
    }
}

/// The text on standard input. It may be UTF-16, as Windows PowerShell writes it.
pub(super) fn read_stdin() -> Result<String, CliError> {
    let mut content = Vec::new();
    io::stdin().lock().take(MAX_VALUE_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_VALUE_BYTES {
        let limit = format_bytes(MAX_VALUE_BYTES as usize);
        return Err(usage_error(format_args!("standard input is larger than {limit}; nothing was changed")));
    }
    let text = decode_utf16(&content).or_else(|| String::from_utf8(content).ok());
    text.ok_or_else(|| usage_error("standard input is not UTF-8 text"))
}

/// The value of a key from standard input or a prompt. Only here may the text be a secret itself.
fn from_input(key: &Key, text: String) -> Result<NewValue, String> {
    if !keys::SECRETS.contains(key) {
        return from_argument(key, &text);
    }
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    Ok(NewValue::Secret(SecretSource::Inline(Secret::new(text))))
}
