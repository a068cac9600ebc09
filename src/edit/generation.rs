//! Moves the settings of the application between the tables of the two generations.
//!
//! Names and values are replaced in place, so comments, references and the order of the lines stay.

use std::path::Path;

use super::change::{Change, EditError, NewValue};
use super::replacement::{Replacement, apply};
use super::text::{edit_text, line_end};
use super::{ChangeError, Outcome, added_errors, content_checked, is_no_gap, marks};
use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, Key, Place, Severity, Step};
use crate::os::Rewrite;
use crate::settings::{Draft, Generation, Login, Mode, Presence, Registration, SwyxVersion, keys};
use crate::source::{MAX_BYTES, Source};

/// Why the settings could not be moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// The file could not be changed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The file cannot be read as settings.
    #[error("the file has errors: fix them first; nothing was changed")]
    Unsound,
    /// Neither the file nor the caller names a version.
    #[error("the file has no valid `swyx.version`, so the table to move to is unknown")]
    NoVersion,
    /// The file has none of the two tables.
    #[error("the file has no `[control_center]` and no `[federated_services]`; nothing was changed")]
    NoTable,
    /// The file has both tables.
    #[error("the file has both tables: delete one of them; nothing was changed")]
    BothTables,
    /// Values of this table are invalid.
    #[error("`[{0}]` has errors: fix them first; nothing was changed")]
    Errors(Key),
    /// The other table has no place for some values.
    #[error("{}; nothing was changed", describe(.values, .table))]
    NoPlace {
        /// The keys, with the value where only the value has no place.
        values: Vec<String>,
        /// The table to move to.
        table: Key,
    },
}

fn describe(values: &[String], table: &Key) -> String {
    let verb = if values.len() == 1 { "has" } else { "have" };
    format!("{} {verb} no place in `[{table}]`", values.join(", "))
}

impl From<EditError> for MoveError {
    fn from(error: EditError) -> Self {
        Self::Change(error.into())
    }
}

/// Moves the values to the table of `version`, and sets `swyx.version` to it. Without `version`, the version
/// in the file decides. Other keys may be missing before and after.
///
/// # Errors
/// [`MoveError`] if nothing was changed.
pub fn move_file(name: &str, path: &Path, version: Option<SwyxVersion>) -> Result<Outcome, MoveError> {
    let rewrite = Rewrite::begin(path, MAX_BYTES).map_err(ChangeError::from)?;
    let outcome = preview_move(&content_checked(name, &rewrite), version)?;
    if let Outcome::Saved(after) = &outcome {
        rewrite.save(after.source().text().as_bytes()).map_err(ChangeError::from)?;
    }
    Ok(outcome)
}

/// Returns the outcome of [`move_file`] for a file. Nothing is written.
///
/// ```
/// use swyx_teams::edit::{Outcome, preview_move};
///
/// let text = "[swyx]\nversion = \"14.25\"\n[control_center]\nMsTeamsStatusSyncMode = 2 # as agreed\n";
/// let before = swyx_teams::check::check_bytes("a.toml", text.into(), false);
/// let Outcome::Saved(after) = preview_move(&before, None)? else { panic!("nothing to move") };
/// let draft = after.draft().expect("valid TOML");
/// assert!(draft.control_center.is_none() && draft.federated_services.is_some());
/// # Ok::<(), swyx_teams::edit::MoveError>(())
/// ```
///
/// # Errors
/// [`MoveError`] if the values cannot be moved.
pub fn preview_move(before: &Checked, version: Option<SwyxVersion>) -> Result<Outcome, MoveError> {
    let (source, draft) = (before.source(), before.draft());
    let draft = draft.filter(|_| source.is_sound() && before.was_read());
    let Some(draft) = draft else { return Err(MoveError::Unsound) };
    let to = Generation::of(version.or(draft.swyx.version).ok_or(MoveError::NoVersion)?);
    let mut registrations = draft.registrations();
    let from = registrations.next().ok_or(MoveError::NoTable)?.keys;
    if registrations.next().is_some() {
        return Err(MoveError::BothTables);
    }
    let mut text = source.text().to_owned();
    let mut changes = Vec::new();
    if from != to {
        if before.diagnostics().iter().any(|found| is_error_in(from, found)) {
            return Err(MoveError::Errors(from.table()));
        }
        text = detach_comment(source, &keys::LOGIN).unwrap_or(text);
        changes = list_changes(source, draft, from, to)?;
    }
    if let Some(version) = version.filter(|version| draft.swyx.version != Some(*version)) {
        changes.push(Change::Set(keys::SWYX_VERSION, NewValue::Text(version.to_string())));
    }
    let text = edit_text(&text, &changes)?;
    let after = check::check_bytes(source.name(), text.into_bytes(), source.is_readable_by_others());
    if after.source().text() == source.text() {
        return Ok(Outcome::Unchanged(after));
    }
    let added = added_errors(marks(before), &after, is_no_gap);
    Ok(if added.is_empty() { Outcome::Saved(after) } else { Outcome::Refused(after, added) })
}

/// Whether a finding is an error in a value of the table. Missing values, and a table that does not suit the
/// version, do not matter.
fn is_error_in(table: Generation, found: &Diagnostic) -> bool {
    let is_inside = |key: &Key| *key != table.table() && key.steps().starts_with(&table.table().steps());
    found.severity == Severity::Error
        && !matches!(found.place, Place::Missing(_))
        && found.place.key().is_some_and(is_inside)
}

/// The changes in an order in which each can be made. The table is renamed last, so all keys are in it.
fn list_changes(
    source: &Source,
    draft: &Draft,
    from: Generation,
    to: Generation,
) -> Result<Vec<Change>, MoveError> {
    let registration = draft.registration();
    let values = without_place(source, from, &registration);
    if !values.is_empty() {
        return Err(MoveError::NoPlace { values, table: to.table() });
    }
    let table = from.table();
    let mut changes = Vec::new();
    match to {
        Generation::FederatedServices => {
            let word = registration.mode.map(|mode| Presence::of(mode).word().to_owned());
            changes.extend(word.map(|word| Change::Set(keys::MODE, NewValue::Text(word))));
            let login = NewValue::Text("secret".to_owned());
            changes.push(Change::Set(table.child("login"), login));
        }
        Generation::ExpertSettings => {
            let number = registration.mode.map_or(Mode::BothWays, |mode| mode).number();
            let key =
                if source.has(&keys::PRESENCE) { keys::PRESENCE } else { table.child(&last(&to.mode())) };
            changes.push(Change::Set(key, NewValue::Integer(number.into())));
            changes.push(Change::Unset(keys::LOGIN));
        }
    }
    let pairs = from.counterparts().into_iter().filter(|(own, _)| source.has(own));
    changes.extend(pairs.map(|(own, other)| Change::Rename(own, last(&other))));
    changes.push(Change::Rename(table, last(&to.table())));
    Ok(changes)
}

/// The values that only the table of `from` can express.
fn without_place(source: &Source, from: Generation, registration: &Registration<'_>) -> Vec<String> {
    let tree = source.tree();
    let table = from.table();
    let entries = tree.find(&table).and_then(|id| tree.table(id)).map(|table| table.entries.as_slice());
    let names = entries.unwrap_or_default().iter().map(|entry| table.child(&tree.node(*entry).name));
    let has_place = |key: &Key| *key == keys::LOGIN || from.counterparts().iter().any(|(own, _)| own == key);
    let mut values =
        names.filter(|key| !has_place(key)).map(|key| format!("`{}`", key.shown())).collect::<Vec<_>>();
    if registration.mode.is_some_and(|mode| matches!(mode, Mode::Off | Mode::Undocumented)) {
        let mode = registration.mode.map(|mode| from.describe_mode(mode)).unwrap_or_default();
        values.insert(0, format!("`{}` ({mode})", from.mode()));
    }
    if registration.login == Some(Login::Certificate) {
        values.insert(0, format!("`{}` (\"certificate\")", keys::LOGIN));
    }
    values
}

/// The last name of a key.
fn last(key: &Key) -> String {
    match key.steps().pop() {
        Some(Step::Name(name)) => name,
        Some(Step::Index(_)) | None => String::new(),
    }
}

/// The text with the comment after the value of `key` on a line of its own, so that it stays without the key.
fn detach_comment(source: &Source, key: &Key) -> Option<String> {
    let (text, tree) = (source.text(), source.tree());
    let end = tree.node(tree.find(key)?).span.end;
    let is_next = |at: &usize| text.get(end..*at).is_some_and(|gap| gap.trim_matches([' ', '\t']).is_empty());
    let comment = source.comments().map(|(range, _)| range.start).filter(|at| *at >= end).find(is_next)?;
    let line = text.get(..end)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line..end)?;
    let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())?;
    let with = format!("{}{indent}", line_end(text));
    apply(text, vec![Replacement { range: end..comment, with }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(text: &str, version: &str) -> Result<Outcome, MoveError> {
        let before = check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
        preview_move(&before, Some(version.parse().expect("a version")))
    }

    fn saved(text: &str, version: &str) -> String {
        match moved(text, version) {
            Ok(Outcome::Saved(after)) => after.source().text().to_owned(),
            Ok(Outcome::Unchanged(_)) => panic!("unchanged:\n{text}"),
            Ok(Outcome::Refused(_, added)) => panic!("{added:?}:\n{text}"),
            Err(error) => panic!("{error}:\n{text}"),
        }
    }

    const OLD: &str = "\
# north
[swyx]
version = \"14.10\" # until May

[control_center]   # by hand
  MsTeamsStatusSyncMode = 2   # as agreed
# from the portal
MsTeamsTenantId = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'
\"MsTeamsClientId\"=\"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
MsTeamsClientSecret = { file = \"north.secret\" }# mode 0600

[sync]
session_minutes = 10";

    const NEW: &str = "\
# north
[swyx]
version = \"14.25\" # until May

[federated_services]   # by hand
  presence = \"both\"   # as agreed
# from the portal
tenant_id = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'
client_id=\"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
client_secret = { file = \"north.secret\" }# mode 0600
login = \"secret\"

[sync]
session_minutes = 10";

    #[test]
    fn values_move_in_place_in_both_directions() {
        let unquoted = OLD.replace("\"MsTeamsClientId\"", "MsTeamsClientId");
        for end in ["\n", "\r\n"] {
            for start in ["", "\u{feff}"] {
                let text = |text: &str| format!("{start}{}", text.replace('\n', end));
                assert_eq!(saved(&text(OLD), "14.25"), text(NEW));
                assert_eq!(saved(&text(NEW), "14.10"), text(&unquoted));
            }
        }
    }

    #[test]
    fn every_notation_of_the_table_can_be_moved() {
        let (tenant, client) =
            ("7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16");
        for text in [
            format!(
                "control_center.MsTeamsStatusSyncMode = 1\ncontrol_center . MsTeamsTenantId = '{tenant}'\n\"control_center\".MsTeamsClientId = '{client}'\ncontrol_center.MsTeamsClientSecret.env = 'A'\n"
            ),
            format!(
                "control_center = {{ MsTeamsStatusSyncMode = 1, MsTeamsTenantId = '{tenant}', MsTeamsClientId = '{client}', MsTeamsClientSecret = {{ env = 'A' }} }}\n"
            ),
            format!(
                "[control_center.MsTeamsClientSecret] # a\nenv = 'A'\n[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsTenantId = '{tenant}'\nMsTeamsClientId = '{client}'\n"
            ),
            format!(
                "[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsTenantId = '{tenant}'\nMsTeamsClientId = '{client}'\n[control_center.MsTeamsClientSecret]\nenv = 'A'\n"
            ),
        ] {
            let after = saved(&text, "14.20");
            assert!(!after.contains("control_center") && !after.contains("MsTeams"), "{after}");
            let checked = check::check_bytes("a.toml", after.clone().into_bytes(), false);
            assert!(!checked.has_errors(), "{:?}:\n{after}", checked.diagnostics());
            let draft = checked.draft().expect("valid TOML");
            let registration = draft.registration();
            assert_eq!(registration.mode, Some(Mode::FromTeams));
            assert!(registration.client_secret.is_some() && registration.login == Some(Login::Secret));
            let back = saved(&after, "14.10");
            assert!(!back.contains("federated_services") && !back.contains("login"), "{back}");
            assert!(back.contains("MsTeamsStatusSyncMode = 1"), "{back}");
        }
    }

    #[test]
    fn comment_of_the_removed_login_stays() {
        let text = NEW.replace("login = \"secret\"", "  login = \"secret\"\t# not a certificate");
        let after = saved(&text, "14.10");
        assert!(after.contains("mode 0600\n  # not a certificate\n\n[sync]"), "{after}");
        let after = saved(&text.replace('\n', "\r\n"), "14.10");
        assert!(after.contains("mode 0600\r\n  # not a certificate\r\n\r\n[sync]"), "{after}");
    }

    #[test]
    fn missing_values_may_be_missing_after_the_move() {
        let text = "[control_center]\nMsTeamsStatusSyncMode = 1\n";
        let after = saved(text, "14.20");
        assert!(after.starts_with("[federated_services]\npresence = \"from_teams\"\nlogin = \"secret\"\n"));
        let text = "[federated_services]\ntenant_id = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'\n";
        let after = saved(text, "14.10");
        assert!(
            after.contains("[control_center]\n") && after.contains("\nMsTeamsStatusSyncMode = 2\n"),
            "{after}"
        );
    }

    #[test]
    fn values_without_a_place_are_named() {
        let refused = |text: &str, version: &str| match moved(text, version) {
            Err(error @ MoveError::NoPlace { .. }) => error.to_string(),
            _ => panic!("moved:\n{text}"),
        };
        let secret = "login = \"secret\"";
        for (value, named) in [
            ("presence = \"off\"", "`federated_services.presence` (presence \"off\") has no place"),
            ("contacts = false", "`federated_services.contacts` has no place in `[control_center]`"),
            (
                "contacts = true\ncalendar = true",
                "`federated_services.contacts`, `federated_services.calendar` have",
            ),
            ("name = \"Entra ID\"", "`federated_services.name` has"),
            ("on_identity_removed = \"none\"", "`federated_services.on_identity_removed` has"),
            ("display_names = true", "`federated_services.display_names` has"),
        ] {
            let text = NEW.replace(secret, &format!("{secret}\n{value}"));
            let text =
                if value.contains("presence") { text.replace("  presence = \"both\"", "") } else { text };
            let message = refused(&text, "14.10");
            assert!(message.starts_with(named), "{message}");
        }
        let certificate = NEW.replace(secret, "login = \"certificate\"\ncertificate = \"a.cer\"");
        let message = refused(&certificate, "14.10");
        assert!(
            message.contains("login` (\"certificate\"), `federated_services.certificate` have"),
            "{message}"
        );
        for (from, to, named) in [
            ("Mode = 2 ", "Mode = 0 ", "`control_center.MsTeamsStatusSyncMode` (mode 0) has no place"),
            ("[sync]", "MsTeamsNew = 1\n[sync]", "`control_center.MsTeamsNew` has no place"),
        ] {
            let message = refused(&OLD.replace(from, to), "14.25");
            assert!(message.starts_with(named), "{message}");
        }
    }

    #[test]
    fn errors_prevent_a_move_and_none_is_added() {
        for text in [OLD.replace("= 2 ", "= \"2\" "), OLD.replace("7a3c5e10-", "")] {
            assert!(matches!(moved(&text, "14.25"), Err(MoveError::Errors(_))), "{text}");
        }
        assert!(matches!(moved(&OLD.replace('{', ""), "14.25"), Err(MoveError::Unsound)));
        assert!(matches!(moved("[swyx]\nversion = \"14.10\"\n", "14.25"), Err(MoveError::NoTable)));
        let both = format!("{OLD}\n[federated_services]\nlogin = \"secret\"\n");
        assert!(matches!(moved(&both, "14.25"), Err(MoveError::BothTables)));
        // Mode 2 needs 13.25.
        let added = match moved(NEW, "13.00") {
            Ok(Outcome::Refused(_, added)) => added,
            _ => panic!("not refused"),
        };
        assert_eq!(added.iter().map(|found| found.rule).collect::<Vec<_>>(), ["mode-needs-version"]);
    }

    #[test]
    fn version_of_the_file_decides_and_a_second_move_changes_nothing() {
        let preview =
            |text: &str| preview_move(&check::check_bytes("a.toml", text.as_bytes().to_vec(), false), None);
        assert!(matches!(preview(NEW), Ok(Outcome::Unchanged(_))));
        assert!(matches!(preview(OLD), Ok(Outcome::Unchanged(_))));
        let newer = OLD.replace("14.10", "14.25");
        assert!(matches!(preview(&newer), Ok(Outcome::Saved(after)) if after.source().text() == NEW));
        let unversioned = OLD.replace("version = \"14.10\" # until May\n", "");
        assert!(matches!(preview(&unversioned), Err(MoveError::NoVersion)));
        // Only the version changes.
        assert_eq!(saved(OLD, "14.00"), OLD.replace("14.10", "14.00"));
    }
}
