//! `diff`: describes the differences between two settings files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::context::{Context, is_stdin};
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::options::Plain;
use super::output_file::OutputArgs;
use crate::check::Checked;
use crate::diagnostic::{Key, Severity, id};
use crate::report::json::write_versioned;
use crate::secret::shape::without_secret;
use crate::settings::entries::{self, Entry, EntryValue};
use crate::settings::{Draft, keys};
use crate::text::printable;

#[derive(Args)]
#[command(after_help = "Examples:
  swyx-teams diff --exit-code old.toml new.toml
  git show HEAD:north.toml | swyx-teams diff - north.toml")]
pub(super) struct DiffArgs {
    /// Old settings file, or - for standard input
    pub(super) before: PathBuf,
    /// New settings file, or - for standard input
    pub(super) after: PathBuf,
    /// Exit with 1 if there are differences
    #[arg(long)]
    exit_code: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Serialize)]
struct Report {
    changes: Vec<ChangeShape>,
}

#[derive(Serialize)]
struct ChangeShape {
    key: String,
    before: Option<Value>,
    before_origin: Option<&'static str>,
    after: Option<Value>,
    after_origin: Option<&'static str>,
    message: String,
}

/// The version of the JSON. Since version 2, numbers are numbers, and defaults are marked by the origin.
const VERSION: u8 = 2;

/// A change of one key or user.
struct Change {
    key: String,
    before: Option<Side>,
    after: Option<Side>,
    message: String,
}

/// One side of a change.
struct Side {
    value: Value,
    shown: String,
    is_given: bool,
}

impl Side {
    fn of_entry(entry: &Entry) -> Self {
        let value = entry.value.to_json().unwrap_or_else(|| entry.shown().into());
        Self { value, shown: entry.shown(), is_given: entry.is_given }
    }

    /// The account of a user, as shown.
    fn of_account(shown: &str) -> Self {
        Self { value: shown.into(), shown: shown.to_owned(), is_given: true }
    }

    fn origin(&self) -> &'static str {
        if self.is_given { "file" } else { "default" }
    }
}

impl From<Change> for ChangeShape {
    fn from(change: Change) -> Self {
        let origin = |side: &Option<Side>| side.as_ref().map(Side::origin);
        Self {
            key: change.key,
            before_origin: origin(&change.before),
            after_origin: origin(&change.after),
            before: change.before.map(|side| side.value),
            after: change.after.map(|side| side.value),
            message: change.message,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.shown, if self.is_given { "" } else { " (default)" })
    }
}

pub(super) fn run(context: &mut Context<'_>, args: &DiffArgs) -> Result<Exit, CliError> {
    let mut sides = Vec::new();
    if is_stdin(&args.before) && is_stdin(&args.after) {
        return Err(usage_error("standard input can be only one of the two files"));
    }
    for path in [&args.before, &args.after] {
        sides.push(context.load_input(path)?);
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
        Plain::Json => {
            let changes = changes.into_iter().map(ChangeShape::from).collect();
            write_versioned(VERSION, Report { changes }, context.out)?;
        }
        Plain::Human if changes.is_empty() => writeln!(context.out, "no differences")?,
        Plain::Human => {
            for change in changes {
                writeln!(context.out, "{}", change.message)?;
                let side =
                    |side: &Option<Side>| side.as_ref().map_or_else(|| "not set".to_owned(), Side::to_string);
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
    Change {
        key: key.to_string(),
        before: old.map(Side::of_entry),
        after: new.map(Side::of_entry),
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
    if *key == keys::PRESENCE {
        return match (old, new) {
            (_, Some("off")) => "Presences are no longer synchronised".to_owned(),
            (_, Some("both") | None) => {
                "\"Speaking\" in Swyx is forwarded to Teams as \"In a call\"".to_owned()
            }
            (Some("both") | None, _) => "\"Speaking\" in Swyx is no longer forwarded to Teams".to_owned(),
            _ => "The synchronisation mode changes".to_owned(),
        };
    }
    if keys::SECRETS.contains(key) {
        let what = if *key == keys::GATEWAY_TOKEN { "The gateway token" } else { "The client secret" };
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
        (&keys::FEDERATED_TENANT_ID, "The tenant changes"),
        (&keys::FEDERATED_CLIENT_ID, "The application that signs in changes"),
        (&keys::LOGIN, "The way in which SwyxServer signs in changes"),
        (&keys::CERTIFICATE, "The certificate changes"),
        (&keys::CERTIFICATE_THUMBPRINT, "The certificate changes"),
        (&keys::CREDENTIAL_ENDS, "The end of the secret or certificate changes"),
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
        let side = |account: Option<&String>| account.map(|account| Side::of_account(account));
        let message = match (before, after) {
            (_, None) => format!("{shown} is matched by e-mail address again"),
            (None, Some(after)) => format!("{shown} is matched with {after}"),
            (Some(_), Some(after)) => format!("{shown} is now matched with {after}"),
        };
        Change { key: format!("user \"{shown}\""), before: side(before), after: side(after), message }
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
