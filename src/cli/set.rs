//! `set` and `unset`: changes of a file that leave every other byte as it is.

use std::io::{self, Read};
use std::path::Path;

use super::args::{Set, Unset};
use super::value::from_argument;
use super::{Context, Exit, display, is_name, list, named};
use crate::diagnostic::{Diagnostic, Key, Step};
use crate::edit::{self, ChangeError, Outcome};
use crate::edit::{Change, NewValue};
use crate::secret::{Secret, SecretSource};
use crate::settings::keys;
use crate::text::printable;

/// Standard input may have this many bytes; no value is longer.
const MOST_BYTES: u64 = 64 * 1024;

pub(super) fn set(context: &mut Context<'_>, args: &Set) -> io::Result<Exit> {
    let mut pairs = Vec::new();
    for pair in args.words.chunks(2) {
        let [word, ..] = pair else { continue };
        let Some(key) = word.parse::<Key>().ok().filter(may_be_set) else {
            return context.misuse(
                "a key was expected, like control_center.MsTeamsTenantId; pairs are KEY VALUE KEY VALUE …",
            );
        };
        pairs.push((key, pair.get(1)));
    }
    let mut changes = Vec::new();
    for (key, value) in pairs {
        let value = match value {
            Some(text) => from_argument(&key, text),
            None => match last_value(context, &key, args.stdin)? {
                Ok(text) => from_outside(&key, text),
                Err(exit) => return Ok(exit),
            },
        };
        match value {
            Ok(value) => changes.push(Change::Set(key, value)),
            Err(message) => return context.misuse(format!("`{}`: {message}", named(key.as_str()))),
        }
    }
    if args.stdin && args.words.len().is_multiple_of(2) {
        return context.misuse("with --stdin the last key has no value after it");
    }
    let path = context.file(None);
    apply(context, &path, &changes)
}

pub(super) fn unset(context: &mut Context<'_>, args: &Unset) -> io::Result<Exit> {
    let path = context.file(None);
    if !path.exists() {
        return context.misuse(format!("{}: no such file", printable(&display(&path))));
    }
    if let Some(key) = args.keys.iter().find(|key| !list::may_exist(key)) {
        return context.misuse(list::no_such_key(key));
    }
    let changes = args.keys.iter().cloned().map(Change::Unset).collect::<Vec<_>>();
    apply(context, &path, &changes)
}

fn apply(context: &mut Context<'_>, path: &Path, changes: &[Change]) -> io::Result<Exit> {
    let name = display(path);
    let concerns = |found: &Diagnostic| {
        changes.iter().any(|change| match change {
            Change::Set(key, _) | Change::Unset(key) => {
                found.place.key().is_some_and(|at| at.steps().starts_with(&key.steps()))
            }
        })
    };
    match edit::apply_to_file(&name, path, changes) {
        Ok(Outcome::Saved(after)) => {
            context.report_to_err(&after, concerns)?;
            context.note(format!("{}: saved", printable(&name)))?;
            Ok(Exit::Clean)
        }
        Ok(Outcome::Unchanged(_)) => {
            context.note(format!("{}: nothing to change", printable(&name)))?;
            Ok(Exit::Clean)
        }
        Ok(Outcome::Refused(after, added)) => {
            context.report_to_err(&after, |found| added.contains(found))?;
            writeln!(
                context.err,
                "error: this would add errors to {}; nothing was changed",
                printable(&name)
            )?;
            Ok(Exit::Findings)
        }
        Err(ChangeError::Unsound(checked)) => {
            let exit = context.report_unsound(&checked)?;
            let name = printable(&name);
            writeln!(context.err, "error: {name} has faults that must be mended first; nothing was changed")?;
            Ok(exit)
        }
        Err(error) => context.misuse(format!("{}: {error}", printable(&name))),
    }
}

/// Whether a word can be a key that someone wants to set, and not a secret in a key's place, which no report of the refused change
/// may name. The fields of Control Center may have any name.
fn may_be_set(key: &Key) -> bool {
    let is_field = key.steps().starts_with(&keys::CONTROL_CENTER.steps());
    key.shown() == *key
        && (is_field
            || key.steps().iter().all(|step| {
                matches!(step, Step::Name(name) if is_name(name)) || matches!(step, Step::Index(_))
            }))
}

/// The value of the last key, from standard input or a prompt.
fn last_value(context: &mut Context<'_>, key: &Key, stdin: bool) -> io::Result<Result<String, Exit>> {
    if stdin {
        let mut text = String::new();
        if io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text).is_err() {
            return context.misuse("standard input is not UTF-8 text").map(Err);
        }
        let line =
            text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
        return Ok(Ok(line.to_owned()));
    }
    if !context.can_ask() {
        return context
            .misuse(format!(
                "`{}` has no value: write it behind the key, or give it to --stdin",
                named(key.as_str())
            ))
            .map(Err);
    }
    let question = format!("{key}:");
    let answer = if keys::SECRETS.contains(key) {
        let help = "it is not shown; Esc to give up";
        inquire::Password::new(&question).without_confirmation().with_help_message(help).prompt()
    } else {
        inquire::Text::new(&question).prompt()
    };
    match answer {
        Ok(text) => Ok(Ok(text)),
        Err(_) => context.misuse("nothing was entered; nothing was changed").map(Err),
    }
}

fn from_outside(key: &Key, text: String) -> Result<NewValue, String> {
    if !keys::SECRETS.contains(key) {
        return from_argument(key, &text);
    }
    if text.is_empty() {
        return Err("an empty secret is none".to_owned());
    }
    Ok(NewValue::Secret(SecretSource::Inline(Secret::new(text))))
}
