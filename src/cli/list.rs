//! `get` and `list`: values and their sources.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::connection::printable_secret;
use super::context::{Context, is_stdin};
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::names::named;
use super::options::Plain;
use super::output_file::OutputArgs;
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::report::json::write_versioned;
use crate::secret::Secret;
use crate::settings::entries::{self, Entry, EntryValue};
use crate::settings::suggest::nearest;

#[derive(Args)]
pub(super) struct GetArgs {
    /// Key, such as control_center.MsTeamsTenantId or user[0].teams
    #[arg(value_parser = key, index = 1)]
    key: Key,
    /// Settings file, or - for standard input
    #[arg(index = 2)]
    file: Option<PathBuf>,
    /// Fetch a secret from its source and print it
    #[arg(long)]
    reveal: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
}

#[derive(Args)]
pub(super) struct ListArgs {
    /// Settings file, or - for standard input
    pub(super) file: Option<PathBuf>,
    /// Fetch secrets from their sources and print them
    #[arg(long)]
    reveal: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Serialize)]
struct Listing {
    values: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    key: String,
    /// `None` for a secret that is not revealed.
    value: Option<Value>,
    origin: &'static str,
    /// The source of a secret.
    secret: Option<String>,
}

/// The version of the JSON of `get` and `list`. Since version 2, numbers are numbers.
const VERSION: u8 = 2;

/// The maximum width of the key column. A key can be as long as the file.
const MAX_KEY_WIDTH: usize = 80;

pub(super) fn get(context: &mut Context<'_>, args: &GetArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    // The word may be a value for `set`, even a secret, so it is not repeated.
    if args.file.is_some() && !is_stdin(&path) && is_no_file(path.metadata().map(|_| ())) {
        return Err(usage_error(
            "the word after the key is not a settings file; to change a value, use swyx-teams set",
        ));
    }
    let checked = context.load_input(&path)?;
    let entries = all(&checked);
    if let Some(entry) = entries.iter().find(|entry| entry.key == args.key) {
        return print_one(context, &checked, entry, args, &path);
    }
    let below = entries
        .iter()
        .filter(|entry| entry.key.steps().starts_with(&args.key.steps()))
        .map(|entry| entry.key.as_str());
    let below = below.collect::<Vec<_>>();
    if !below.is_empty() {
        return Err(usage_error(format!(
            "`{}` is a table with these keys: {}",
            named(args.key.as_str()),
            below.join(", ")
        )));
    }
    if may_exist(&args.key) {
        context.note(format_args!("`{}` is not set", named(args.key.as_str())))?;
        return Ok(Exit::Findings);
    }
    Err(usage_error(no_such_key(&args.key)))
}

/// Whether a word names no file. A file that may not be reached exists, and is reported as a file.
pub(super) fn is_no_file(found: io::Result<()>) -> bool {
    found.is_err_and(|error| error.kind() != io::ErrorKind::PermissionDenied)
}

/// Parses a key. A word that is a file gets a suggestion.
pub(super) fn key(text: &str) -> Result<Key, String> {
    if looks_like_a_file(text) {
        return Err("this looks like a file, not a key: name the file with --config FILE".to_owned());
    }
    text.parse::<Key>().map_err(|error| error.to_string())
}

/// Whether a word is probably a file in the place of a key.
pub(super) fn looks_like_a_file(text: &str) -> bool {
    let has_extension =
        text.get(text.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case(".toml"));
    // The names of statuses have a `/`, too.
    let is_key = text.parse::<Key>().is_ok_and(|key| may_exist(&key));
    !is_key && (has_extension || (!text.contains('"') && text.contains(['/', '\\'])))
}

/// Whether a settings file may have this key. Control Center fields, statuses and users can have any name.
pub(super) fn may_exist(key: &Key) -> bool {
    let is_free = |start: &&str| key.as_str().starts_with(start);
    entries::list_known_keys().any(|known| known == *key)
        || ["sync.status.", "user[", "control_center."].iter().any(is_free)
}

/// The error for a key that no settings file has.
pub(super) fn no_such_key(key: &Key) -> String {
    let known = entries::list_known_keys().map(|known| known.to_string()).collect::<Vec<_>>();
    let of_that_name =
        known.iter().find(|known| known.rsplit('.').next() == Some(key.as_str())).map(String::as_str);
    let near = of_that_name.or_else(|| nearest(key.as_str(), known.iter().map(String::as_str)));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("unknown key `{}`{near}", named(key.as_str()))
}

fn print_one(
    context: &mut Context<'_>,
    checked: &Checked,
    entry: &Entry,
    args: &GetArgs,
    path: &Path,
) -> Result<Exit, CliError> {
    let secret = revealed(context, checked, entry, args.reveal, path)?;
    match args.format {
        Plain::Json => write_versioned(VERSION, item(entry, secret.as_ref()), context.out)?,
        Plain::Human => match &secret {
            Some(secret) => writeln!(context.out, "{}", Secret::expose(secret))?,
            None => writeln!(context.out, "{}", entry.shown())?,
        },
    }
    Ok(Exit::Clean)
}

pub(super) fn list(context: &mut Context<'_>, args: &ListArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let checked = context.load_input(&path)?;
    let mut rows = Vec::new();
    for entry in all(&checked) {
        let secret = revealed(context, &checked, &entry, args.reveal, &path)?;
        rows.push((entry, secret));
    }
    if args.format == Plain::Json {
        let values = rows.iter().map(|(entry, secret)| item(entry, secret.as_ref())).collect();
        write_versioned(VERSION, Listing { values }, context.out)?;
        return Ok(Exit::Clean);
    }
    let longest = rows.iter().map(|(entry, _)| entry.key.as_str().chars().count()).max();
    let width = longest.unwrap_or(0).min(MAX_KEY_WIDTH);
    for (entry, secret) in &rows {
        let default = if entry.is_given { "" } else { "  (default)" };
        write!(context.out, "{:width$}  ", entry.key.as_str())?;
        match secret {
            Some(secret) => writeln!(context.out, "{}", Secret::expose(secret))?,
            None => writeln!(context.out, "{}{default}", entry.shown())?,
        }
    }
    Ok(Exit::Clean)
}

fn all(checked: &Checked) -> Vec<Entry> {
    checked.draft().map(|draft| entries::list_all(checked.source(), draft)).unwrap_or_default()
}

/// The secret of an entry, if `reveal` is set and the entry is a secret.
fn revealed(
    context: &Context<'_>,
    checked: &Checked,
    entry: &Entry,
    reveal: bool,
    path: &Path,
) -> Result<Option<Secret>, CliError> {
    match &entry.value {
        _ if !reveal => Ok(None),
        EntryValue::Plain(_) | EntryValue::Number(_) => Ok(None),
        EntryValue::Hidden(secret) => {
            let secret = printable_secret(secret.clone());
            secret.map(Some).map_err(|error| usage_error(format_args!("`{}`: {error}", entry.key)))
        }
        EntryValue::Secret(source) => {
            let secret = context.fetch(checked, source, path);
            secret.map(Some).map_err(|error| usage_error(format_args!("`{}`: {error}", entry.key)))
        }
    }
}

fn item(entry: &Entry, secret: Option<&Secret>) -> Item {
    let kept = match &entry.value {
        EntryValue::Plain(_) | EntryValue::Number(_) => None,
        EntryValue::Secret(source) => Some(source.describe()),
        EntryValue::Hidden(_) => Some("in this file; it may not be a secret".to_owned()),
    };
    Item {
        key: entry.key.to_string(),
        value: secret.map(|secret| Secret::expose(secret).into()).or_else(|| entry.value.to_json()),
        origin: if entry.is_given { "file" } else { "default" },
        secret: kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_may_not_be_reached_is_reported_as_a_file() {
        assert!(!is_no_file(Ok(())) && !is_no_file(Err(io::ErrorKind::PermissionDenied.into())));
        // A secret in place of a file is no file name, or too long for one.
        for kind in [io::ErrorKind::NotFound, io::ErrorKind::InvalidFilename, io::ErrorKind::NotADirectory] {
            assert!(is_no_file(Err(kind.into())));
        }
    }
}
