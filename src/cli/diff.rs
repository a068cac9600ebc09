//! `diff`: describes the differences between two settings files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::options::Plain;
use crate::check::Checked;
use crate::diagnostic::{Key, Severity, id};
use crate::report::json::write_pretty;
use crate::secret::shape::without_secret;
use crate::settings::entries::{self, Entry, EntryValue};
use crate::settings::{Draft, keys};
use crate::text::printable;

#[derive(Args)]
pub(super) struct DiffArgs {
    /// Old settings file
    before: PathBuf,
    /// New settings file
    after: PathBuf,
    /// Exit with 1 if there are differences
    #[arg(long)]
    exit_code: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
}

#[derive(Serialize)]
struct Report {
    version: u8,
    changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    key: String,
    before: Option<String>,
    after: Option<String>,
    message: String,
}

pub(super) fn run(context: &mut Context<'_>, args: &DiffArgs) -> Result<Exit, CliError> {
    let mut sides = Vec::new();
    for path in [&args.before, &args.after] {
        sides.push(context.load(path)?);
    }
    let [before, after] = sides.as_slice() else { return Ok(Exit::Usage) };
    for checked in [before, after].into_iter().filter(|checked| checked.has_errors()) {
        let name = printable(checked.source().name());
        context
            .note(format!("{name} has errors, so some differences may be missing; see `swyx-teams check`"))?;
    }
    let changes = changes(before, after);
    let exit = if args.exit_code && !changes.is_empty() { Exit::Findings } else { Exit::Clean };
    match args.format {
        Plain::Json => write_pretty(&Report { version: 1, changes }, context.out)?,
        Plain::Human if changes.is_empty() => writeln!(context.out, "no differences")?,
        Plain::Human => {
            for change in changes {
                writeln!(context.out, "{}", change.message)?;
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "not set".to_owned());
                writeln!(
                    context.out,
                    "    {}: {} -> {}",
                    change.key,
                    side(&change.before),
                    side(&change.after)
                )?;
            }
        }
    }
    Ok(exit)
}

fn changes(before: &Checked, after: &Checked) -> Vec<Change> {
    let (Some(old), Some(new)) = (before.draft(), after.draft()) else { return Vec::new() };
    let (old_entries, new_entries) =
        (entries::list_all(before.source(), old), entries::list_all(after.source(), new));
    let is_user = |entry: &&Entry| entry.key.as_str().starts_with("user[");
    let (old_by_key, new_by_key) = (by_key(&old_entries), by_key(&new_entries));
    // First the keys of the new file in its order, then the removed keys.
    let keys = new_entries.iter().chain(&old_entries).filter(|entry| !is_user(entry)).map(|entry| &entry.key);
    let mut seen = HashSet::new();
    let changed = keys.filter(|key| seen.insert(*key)).filter_map(|key| {
        let (old, new) = (old_by_key.get(key).copied(), new_by_key.get(key).copied());
        let same = match (old, new) {
            (Some(old), Some(new)) => old.value == new.value,
            (old, new) => old.is_none() && new.is_none(),
        };
        let is_invalid = new.is_some() && has_invalid_value(after, key);
        (!same).then(|| change(key, old, new, is_invalid))
    });
    changed.chain(user_changes(old, new)).collect()
}

/// Whether the value of a key, or of a part of it, is invalid, so that nothing can be said about its effect.
fn has_invalid_value(checked: &Checked, key: &Key) -> bool {
    const RULES: [&str; 3] = [id::INVALID_VALUE, id::WRONG_TYPE, id::MODE_AS_TEXT];
    let is_of_key = |place: &Key| place.steps().starts_with(&key.steps());
    let mut found = checked.diagnostics().iter().filter(|found| RULES.contains(&found.rule));
    found.any(|found| found.severity == Severity::Error && found.place.key().is_some_and(is_of_key))
}

fn by_key(entries: &[Entry]) -> HashMap<&Key, &Entry> {
    entries.iter().map(|entry| (&entry.key, entry)).collect()
}

fn change(key: &Key, old: Option<&Entry>, new: Option<&Entry>, is_invalid: bool) -> Change {
    let shown = |entry: &Entry| {
        let default = if entry.is_given { "" } else { " (default)" };
        format!("{}{default}", entry.shown())
    };
    Change {
        key: key.to_string(),
        before: old.map(shown),
        after: new.map(shown),
        message: if is_invalid {
            format!("`{key}` has an invalid value; see `swyx-teams check`")
        } else {
            message(
                key,
                old.map(Entry::shown).as_deref(),
                new.map(Entry::shown).as_deref(),
                new.map(|new| &new.value),
            )
        },
    }
}

/// Describes the change of one key.
fn message(key: &Key, old: Option<&str>, new: Option<&str>, value: Option<&EntryValue>) -> String {
    let name = key.as_str();
    if *key == keys::MODE {
        return match (old, new) {
            (_, Some("2")) => "\"Speaking\" in Swyx is forwarded to Teams as \"In a call\"".to_owned(),
            (Some("2"), _) => "\"Speaking\" in Swyx is no longer forwarded to Teams".to_owned(),
            _ => "The synchronisation mode changes".to_owned(),
        };
    }
    if *key == keys::CLIENT_SECRET || *key == keys::GATEWAY_TOKEN {
        let what = if *key == keys::CLIENT_SECRET { "The client secret" } else { "The gateway token" };
        return match value {
            None => format!("{what} is removed"),
            Some(_) if old == new => format!("{what} changes"),
            Some(EntryValue::Secret(source)) => format!("{what} is now read {}", source.describe()),
            Some(_) => format!("{what} is now read from another source"),
        };
    }
    if let Some(pair) = name.strip_prefix("sync.status.") {
        return match new {
            Some("none") => format!("Teams {pair} no longer changes the Swyx status"),
            Some(status) => format!("Teams {pair} becomes {status} in Swyx"),
            None => format!("Teams {pair} uses the vendor's table again"),
        };
    }
    let messages: &[(&Key, &str)] = &[
        (&keys::TENANT_ID, "The tenant changes"),
        (&keys::CLIENT_ID, "The application that signs in changes"),
        (&keys::CLOUD, "The Microsoft cloud of the tenant changes"),
        (&keys::SWYX_VERSION, "The SwyxWare version changes, and with it the rules that apply"),
        (&keys::GATEWAY, "The gateway that reads and sets Swyx statuses changes"),
        (&keys::AUTHORITY, "The sign-in address changes"),
        (&keys::GRAPH, "The Microsoft Graph address changes"),
    ];
    match (messages.iter().find(|(of, _)| *of == key), new) {
        (Some((_, message)), Some(_)) => (*message).to_owned(),
        (_, Some(new)) => format!("`{name}` becomes {new}"),
        (_, None) => format!("`{name}` is no longer set"),
    }
}

/// Compares users by their name in Swyx, not by their position. If a name occurs twice, which is an error, all its accounts are listed.
fn user_changes(old: &Draft, new: &Draft) -> Vec<Change> {
    let (old, new) = (accounts(old), accounts(new));
    let names = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let change = |name: &String| {
        let (before, after) = (old.get(name), new.get(name));
        let shown = printable(without_secret(name));
        let message = match (before, after) {
            (_, None) => format!("{shown} is matched by e-mail address again"),
            (None, Some(after)) => format!("{shown} is matched with {after}"),
            (Some(_), Some(after)) => format!("{shown} is now matched with {after}"),
        };
        Change { key: format!("user \"{shown}\""), before: before.cloned(), after: after.cloned(), message }
    };
    changed.map(change).collect()
}

/// The Teams account of every Swyx user, in printable form.
fn accounts(draft: &Draft) -> BTreeMap<String, String> {
    let mut accounts = BTreeMap::<String, String>::new();
    for user in &draft.users {
        let account = user
            .teams
            .as_deref()
            .map(without_secret)
            .map_or_else(|| "no valid account".to_owned(), printable);
        let known = accounts.entry(user.swyx.clone().unwrap_or_else(|| "a user without a name".to_owned()));
        known.and_modify(|known| *known = format!("{known}, {account}")).or_insert(account);
    }
    accounts
}
