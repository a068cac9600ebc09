//! `diff`: what changes from one file to another, in words.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::args::{Diff, Plain};
use super::{Context, Exit};
use crate::check::Checked;
use crate::diagnostic::{Key, printable};
use crate::report::json::write_pretty;
use crate::secret_form::without_secret;
use crate::settings::entries::{self, Entry, EntryValue};
use crate::settings::{Draft, keys};

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

pub(super) fn run(context: &mut Context<'_>, args: &Diff) -> io::Result<Exit> {
    let mut sides = Vec::new();
    for path in [&args.before, &args.after] {
        match context.load(path)? {
            Ok(checked) => sides.push(checked),
            Err(exit) => return Ok(exit),
        }
    }
    let [before, after] = sides.as_slice() else { return Ok(Exit::Usage) };
    let changes = changes(before, after);
    let exit = if args.exit_code && !changes.is_empty() { Exit::Findings } else { Exit::Clean };
    match args.format {
        Plain::Json => write_pretty(&Report { version: 1, changes }, context.out)?,
        Plain::Human if changes.is_empty() => writeln!(context.out, "nothing changes")?,
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
    let (old_entries, new_entries) = (entries::all(before.source(), old), entries::all(after.source(), new));
    let is_user = |entry: &&Entry| entry.key.as_str().starts_with("user[");
    let side = |entries: &[Entry], key: &Key| entries.iter().find(|entry| entry.key == *key).cloned();
    // The keys of the new file first, in its order, then those that are gone.
    let keys = new_entries.iter().chain(&old_entries).filter(|entry| !is_user(entry)).map(|entry| &entry.key);
    let mut seen = std::collections::HashSet::new();
    let changed = keys.filter(|key| seen.insert(*key)).filter_map(|key| {
        let (old, new) = (side(&old_entries, key), side(&new_entries, key));
        let same = match (&old, &new) {
            (Some(old), Some(new)) => old.says_the_same(new),
            (old, new) => old.is_none() && new.is_none(),
        };
        (!same).then(|| change(key, old.as_ref(), new.as_ref()))
    });
    changed.chain(user_changes(old, new)).collect()
}

fn change(key: &Key, old: Option<&Entry>, new: Option<&Entry>) -> Change {
    let shown = |entry: &Entry| {
        let default = if entry.is_given { "" } else { " (default)" };
        format!("{}{default}", entry.shown())
    };
    Change {
        key: key.to_string(),
        before: old.map(shown),
        after: new.map(shown),
        message: message(
            key,
            old.map(Entry::shown).as_deref(),
            new.map(Entry::shown).as_deref(),
            new.map(|new| &new.value),
        ),
    }
}

/// What the change of one key means.
fn message(key: &Key, old: Option<&str>, new: Option<&str>, value: Option<&EntryValue>) -> String {
    let name = key.as_str();
    if *key == keys::MODE {
        return match (old, new) {
            (_, Some("2")) => "\"Speaking\" in Swyx is forwarded to Teams as \"In a call\"".to_owned(),
            (Some("2"), _) => "\"Speaking\" in Swyx is no longer forwarded to Teams".to_owned(),
            _ => "The synchronisation mode is another".to_owned(),
        };
    }
    if *key == keys::CLIENT_SECRET || *key == keys::GATEWAY_TOKEN {
        let what = if *key == keys::CLIENT_SECRET { "The client secret" } else { "The gateway token" };
        return match value {
            None => format!("{what} is no longer given"),
            Some(_) if old == new => format!("{what} is another one"),
            Some(EntryValue::Secret(source)) => format!("{what} is taken {}", source.describe()),
            Some(_) => format!("{what} is given in another way"),
        };
    }
    if let Some(pair) = name.strip_prefix("sync.status.") {
        return match new {
            Some("none") => format!("Teams' {pair} leaves the Swyx status alone"),
            Some(status) => format!("Teams' {pair} becomes {status} in Swyx"),
            None => format!("Teams' {pair} goes by the vendor's table again"),
        };
    }
    let words: &[(&Key, &str)] = &[
        (&keys::TENANT_ID, "Another tenant is synchronised"),
        (&keys::CLIENT_ID, "Another application signs in"),
        (&keys::CLOUD, "The tenant is looked for in another Microsoft cloud"),
        (&keys::SWYX_VERSION, "The version of SwyxWare is another; it decides which rules apply"),
        (&keys::GATEWAY, "Another gateway reads and sets Swyx statuses"),
        (&keys::AUTHORITY, "Sign-in goes to another address"),
        (&keys::GRAPH, "Microsoft Graph is asked at another address"),
    ];
    match (words.iter().find(|(word, _)| *word == key), new) {
        (Some((_, message)), Some(_)) => (*message).to_owned(),
        (_, Some(new)) => format!("`{name}` becomes {new}"),
        (_, None) => format!("`{name}` is no longer set"),
    }
}

/// Users are told apart by their name in Swyx: their place in the file means nothing.
fn user_changes(old: &Draft, new: &Draft) -> Vec<Change> {
    let by_name = |draft: &Draft| {
        let users =
            draft.users.iter().map(|user| (user.swyx.clone().unwrap_or_default(), user.teams.clone()));
        users.collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (by_name(old), by_name(new));
    let names = old.keys().chain(new.keys()).collect::<std::collections::BTreeSet<_>>();
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let change = |name: &String| {
        let (before, after) = (old.get(name).cloned().flatten(), new.get(name).cloned().flatten());
        let account = |account: &Option<String>| account.as_deref().map(without_secret).map(printable);
        let (before, after) = (account(&before), account(&after));
        let shown = printable(without_secret(name));
        let message = match (old.contains_key(name), &after) {
            (_, None) => format!("{shown} is matched by e-mail address again"),
            (false, Some(after)) => format!("{shown} is matched with {after}"),
            (true, Some(after)) => format!("{shown} is now matched with {after}"),
        };
        Change { key: format!("user \"{shown}\""), before, after, message }
    };
    changed.map(change).collect()
}
