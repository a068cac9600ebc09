//! The only way to change a settings file: lock, read, change, check, save.
//!
//! Every step holds the folder's lock and uses the current bytes, so concurrent writers do not lose each
//! other's changes. A change that adds an error is refused, and nothing is written. Existing errors do not
//! prevent a change.

mod change;
mod fix;
mod generation;
mod read_only;
mod replacement;
mod text;

#[cfg(feature = "cli")]
pub(crate) use change::string as toml_string;
pub use change::{Change, EditError, NewValue};
pub use generation::{MoveError, move_file, preview_move};
pub(crate) use read_only::{is_changed_by, is_read_only};
pub use text::edit_text;

use std::collections::HashMap;
use std::path::Path;

use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, Key, Place, Severity};
use crate::os::{Rewrite, SaveError};
use crate::source::{MAX_BYTES, Source};
use read_only::ReadOnlyValues;
use replacement::apply;
use text::sketch;

/// The result of a change.
#[non_exhaustive]
pub enum Outcome {
    /// The file was changed; this is its check.
    Saved(Checked),
    /// The file already contained the change; nothing was written.
    Unchanged(Checked),
    /// The change would add these errors to the file; nothing was written. This is the check of the changed
    /// text.
    Refused(Checked, Vec<Diagnostic>),
}

/// Why a file could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The text cannot be changed in this way.
    #[error("{}; nothing was changed", self.reason())]
    Edit(#[from] EditError),
    /// The file could not be read or written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The file cannot be read as settings.
    #[error("{} (nothing was changed)", self.reason())]
    Unsound(Box<Checked>),
    /// The file is no longer the one that the changes were made for; this is its current check.
    #[error("{}; nothing was changed", self.reason())]
    Moved(Box<Checked>),
    /// The change came from a form, and forms must not change this key.
    #[error("{}; nothing was changed", self.reason())]
    ReadOnly(Key),
    /// The whole text of a form has this number of errors that the file did not have before.
    #[error("{}; nothing was changed", self.reason())]
    AddsErrors(usize),
}

impl ChangeError {
    /// The reason, without the state of the file. A caller that changed something else too adds its own words.
    pub fn reason(&self) -> String {
        match self {
            Self::Edit(error) => error.to_string(),
            Self::Save(error) => error.reason(),
            Self::Unsound(_) => "the file has errors; fix them first".to_owned(),
            Self::Moved(_) => SaveError::Changed.reason(),
            Self::ReadOnly(key) => format!("`{key}` cannot be changed in the form"),
            Self::AddsErrors(1) => "this would add 1 error".to_owned(),
            Self::AddsErrors(count) => format!("this would add {count} errors"),
        }
    }
}

/// The origin of changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The command line or another program, which can write the file anyway.
    Program,
    /// A form, whose session may be hijacked.
    Form,
}

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checked").field("diagnostics", &self.diagnostics()).finish_non_exhaustive()
    }
}

/// Makes `changes` in the file at `path`, all or none. A missing file is created, readable by its owner only.
///
/// ```
/// use swyx_teams::edit::{Change, NewValue, Outcome, apply_to_file};
/// use swyx_teams::settings::keys;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a.toml");
/// std::fs::write(&path, "[swyx]\nversion = \"14.00\" # north\n")?;
/// let changes = [Change::Set(keys::SWYX_VERSION, NewValue::Text("14.10".to_owned()))];
/// assert!(matches!(apply_to_file("a.toml", &path, &changes)?, Outcome::Saved(_)));
/// assert_eq!(std::fs::read_to_string(&path)?, "[swyx]\nversion = \"14.10\" # north\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ChangeError`] if nothing was changed.
pub fn apply_to_file(name: &str, path: &Path, changes: &[Change]) -> Result<Outcome, ChangeError> {
    save(name, path, changes, Origin::Program, |_| true, |_| true)
}

/// Like [`apply_to_file`], for changes from a form. The file must still be `base` (`None`: no file).
/// Addresses, the other keys of [`READ_ONLY_IN_FORMS`](crate::settings::keys::READ_ONLY_IN_FORMS) and
/// `command` references must be the same before and after. Their values in both texts are compared, whatever
/// the changes are.
///
/// ```
/// use swyx_teams::edit::{Change, ChangeError, NewValue, apply_from_form};
/// use swyx_teams::settings::keys;
///
/// let folder = tempfile::tempdir()?;
/// let changes = [Change::Set(keys::AUTHORITY, NewValue::Text("https://elsewhere.example.com".to_owned()))];
/// let saved = apply_from_form("a.toml", &folder.path().join("a.toml"), None, &changes);
/// assert!(matches!(saved, Err(ChangeError::ReadOnly(key)) if key == keys::AUTHORITY));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ChangeError`] if nothing was changed: [`ChangeError::Moved`] if the file has changed since,
/// [`ChangeError::ReadOnly`] for a read-only key.
pub fn apply_from_form(
    name: &str,
    path: &Path,
    base: Option<&Checked>,
    changes: &[Change],
) -> Result<Outcome, ChangeError> {
    let base = base.map(|base| base.source().text().as_bytes());
    save(name, path, changes, Origin::Form, |_| true, |content| content == base)
}

/// Writes a deleted file again, as a form would have saved it: `mine`, made from `base`.
///
/// # Errors
/// [`ChangeError`] if nothing was written: [`ChangeError::Moved`] if the file exists, [`ChangeError::ReadOnly`]
/// if a read-only key differs, [`ChangeError::AddsErrors`] if `mine` has errors that `base` does not have.
pub fn recreate_from_form(path: &Path, base: &Checked, mine: &Checked) -> Result<(), ChangeError> {
    let (before, after) = (ReadOnlyValues::of(base.source()), ReadOnlyValues::of(mine.source()));
    if let Some(key) = before.first_difference(&after) {
        return Err(ChangeError::ReadOnly(key.clone()));
    }
    let added = added_errors(marks(base), mine, |_| true);
    if !added.is_empty() {
        return Err(ChangeError::AddsErrors(added.len()));
    }
    let rewrite = Rewrite::begin(path, MAX_BYTES)?;
    if rewrite.content().is_some() {
        return Err(ChangeError::Moved(Box::new(content_checked(mine.source().name(), &rewrite))));
    }
    Ok(rewrite.save(mine.source().text().as_bytes())?)
}

/// Like [`apply_to_file`], for an unfinished file: other keys may be missing.
///
/// ```
/// use swyx_teams::edit::{Change, NewValue, Outcome, apply_to_unfinished_file};
/// use swyx_teams::settings::keys;
///
/// # let folder = tempfile::tempdir()?;
/// let changes = [Change::Set(keys::MODE, NewValue::Integer(1))];
/// let outcome = apply_to_unfinished_file("a.toml", &folder.path().join("a.toml"), &changes)?;
/// assert!(matches!(outcome, Outcome::Saved(checked) if checked.has_errors()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ChangeError`] if nothing was changed.
pub fn apply_to_unfinished_file(name: &str, path: &Path, changes: &[Change]) -> Result<Outcome, ChangeError> {
    save(name, path, changes, Origin::Program, is_no_gap, |_| true)
}

/// Returns the check of an unfinished file after `changes`, and the errors that they would add. Nothing is
/// written.
///
/// # Errors
/// [`EditError`] if the text cannot be changed in this way.
pub fn preview_unfinished(
    before: &Checked,
    changes: &[Change],
) -> Result<(Checked, Vec<Diagnostic>), EditError> {
    let source = before.source();
    let text = edit_text(source.text(), changes)?;
    let after = check::check_bytes(source.name(), text.into_bytes(), source.is_readable_by_others());
    let added = added_errors(marks(before), &after, is_no_gap);
    Ok((after, added))
}

/// Returns the check of the file that [`apply_to_file`] would write, and the errors for which it would
/// refuse. Nothing is written. It is fast enough for previews while the user types.
///
/// ```
/// use swyx_teams::edit::{Change, NewValue, preview};
/// use swyx_teams::settings::keys;
///
/// let before = swyx_teams::check::check_bytes("a.toml", b"[control_center]\nMsTeamsStatusSyncMode = 1\n".to_vec(), false);
/// let (_, added) = preview(&before, &[Change::Set(keys::MODE, NewValue::Integer(3))])?;
/// assert_eq!(added[0].rule, "invalid-value");
/// # Ok::<(), swyx_teams::edit::EditError>(())
/// ```
///
/// # Errors
/// [`EditError`] if the text cannot be changed in this way.
pub fn preview(before: &Checked, changes: &[Change]) -> Result<(Checked, Vec<Diagnostic>), EditError> {
    let source = before.source();
    let mut text = sketch(source, changes)?;
    let mut after = check::check_bytes(source.name(), text.into_bytes(), source.is_readable_by_others());
    if !after.source().is_sound() {
        text = edit_text(source.text(), changes)?;
        after = check::check_bytes(source.name(), text.into_bytes(), source.is_readable_by_others());
    }
    let added = added_errors(marks(before), &after, |_| true);
    Ok((after, added))
}

/// Whether a finding is not just a missing key.
fn is_no_gap(found: &Diagnostic) -> bool {
    !matches!(found.place, Place::Missing(_))
}

fn save(
    name: &str,
    path: &Path,
    changes: &[Change],
    origin: Origin,
    counts: fn(&Diagnostic) -> bool,
    is_expected: impl Fn(Option<&[u8]>) -> bool,
) -> Result<Outcome, ChangeError> {
    let rewrite = Rewrite::begin(path, MAX_BYTES)?;
    let before = content_checked(name, &rewrite);
    if !is_expected(rewrite.content()) {
        return Err(ChangeError::Moved(Box::new(before)));
    }
    if !before.source().is_sound() || !before.was_read() {
        return Err(ChangeError::Unsound(Box::new(before)));
    }
    // Only the identities of the errors are kept while the new text is created, because the second parser
    // needs memory for large files.
    let there = marks(&before);
    let read_only = ReadOnlyValues::of(before.source());
    let text = before.source().text().to_owned();
    drop(before);
    let text = edit_text(&text, changes)?;
    let is_the_same = rewrite.content().is_some_and(|content| content == text.as_bytes());
    let after = check::check_bytes(name, text.into_bytes(), rewrite.is_readable_by_others());
    if is_the_same {
        return Ok(Outcome::Unchanged(after));
    }
    if origin == Origin::Form
        && let Some(key) = read_only.first_difference(&ReadOnlyValues::of(after.source()))
    {
        return Err(ChangeError::ReadOnly(key.clone()));
    }
    let added = added_errors(there, &after, counts);
    if !added.is_empty() {
        return Ok(Outcome::Refused(after, added));
    }
    rewrite.save(after.source().text().as_bytes())?;
    Ok(Outcome::Saved(after))
}

/// Applies the safe fixes of a file until none is left.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("a.toml");
/// std::fs::write(&path, "[control_center]\nMsTeamsTenantId = \" 7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n")?;
/// swyx_teams::edit::fix_file("a.toml", &path)?;
/// assert!(std::fs::read_to_string(&path)?.contains("= \"7a3c5e10-"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ChangeError`] if nothing was changed.
pub fn fix_file(name: &str, path: &Path) -> Result<Outcome, ChangeError> {
    let rewrite = Rewrite::begin(path, MAX_BYTES)?;
    let before = content_checked(name, &rewrite);
    match apply_safe_fixes(&before) {
        None => Ok(Outcome::Unchanged(before)),
        Some(after) => {
            rewrite.save(after.source().text().as_bytes())?;
            Ok(Outcome::Saved(after))
        }
    }
}

/// Returns the file with its safe fixes applied, or `None` if it has none.
///
/// ```
/// use swyx_teams::edit::{apply_safe_fixes, diff};
///
/// let text = "[control_center]\nMsTeamsTenantId = \" 7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n";
/// let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
/// let fixed = apply_safe_fixes(&checked).expect("a safe fix");
/// assert!(diff(checked.source(), fixed.source()).contains("\n+MsTeamsTenantId = \"7a3c5e10-"));
/// ```
pub fn apply_safe_fixes(checked: &Checked) -> Option<Checked> {
    // A fix may reveal a finding that another fix resolves; no fix causes a finding again.
    const ROUNDS: usize = 4;
    let mut fixed: Option<Checked> = None;
    for _ in 0..ROUNDS {
        let current = fixed.as_ref().unwrap_or(checked);
        let source = current.source();
        let safe = current.diagnostics().iter().filter_map(|found| found.fix.as_ref()).filter(|fix| fix.safe);
        let replacements = safe.filter_map(|fix| source.replacements(fix)).flatten().collect::<Vec<_>>();
        if replacements.is_empty() {
            break;
        }
        let text = apply(source.text(), replacements)?;
        let next = check::check_bytes(source.name(), text.into_bytes(), source.is_readable_by_others());
        fixed = Some(next);
    }
    fixed.filter(|fixed| fixed.source().is_sound() && fixed.source().text() != checked.source().text())
}

fn content_checked(name: &str, rewrite: &Rewrite) -> Checked {
    check::check_bytes(name, rewrite.content().unwrap_or_default().to_vec(), rewrite.is_readable_by_others())
}

/// The identity of an error: its rule and its key, because places move.
type Mark = (&'static str, Option<Key>);

/// The number of occurrences of each error.
fn marks(checked: &Checked) -> HashMap<Mark, usize> {
    errors(checked).fold(HashMap::new(), |mut marks, found| {
        *marks.entry(mark(found)).or_insert(0) += 1;
        marks
    })
}

fn mark(found: &Diagnostic) -> Mark {
    (found.rule, found.place.key().cloned())
}

/// The new errors of `after` that count.
fn added_errors(
    mut there: HashMap<Mark, usize>,
    after: &Checked,
    counts: fn(&Diagnostic) -> bool,
) -> Vec<Diagnostic> {
    let is_new = |found: &&Diagnostic| match there.get_mut(&mark(found)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    errors(after).filter(is_new).filter(|found| counts(found)).cloned().collect()
}

fn errors(checked: &Checked) -> impl Iterator<Item = &Diagnostic> {
    checked.diagnostics().iter().filter(|found| found.severity == Severity::Error)
}

/// The lines that differ between two texts of the same file: a unified diff without context, in which masked
/// values stay hidden.
pub fn diff(before: &Source, after: &Source) -> String {
    let lines = |source: &Source| {
        source.text().lines().map(str::to_owned).zip(source.shown_lines()).collect::<Vec<_>>()
    };
    let (old, new) = (lines(before), lines(after));
    let mut out = format!("--- {0}\n+++ {0}\n", before.name());
    for (start, old, new) in hunks(&old, &new) {
        out.push_str(&format!("@@ -{start},{} +{start},{} @@\n", old.len(), new.len()));
        out.extend(old.iter().map(|(_, shown)| format!("-{shown}\n")));
        out.extend(new.iter().map(|(_, shown)| format!("+{shown}\n")));
    }
    out
}

/// A line, and its displayable form.
type Line = (String, String);

/// The ranges that differ. Fixes usually keep the number of lines; then lines are compared one by one.
/// Otherwise there is one range.
fn hunks<'a>(old: &'a [Line], new: &'a [Line]) -> Vec<(usize, &'a [Line], &'a [Line])> {
    let same = |(a, b): &(&Line, &Line)| a.0 == b.0;
    if old.len() != new.len() {
        let head = old.iter().zip(new).take_while(same).count();
        let rest = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
        let part = |lines: &'a [Line]| lines.get(head..lines.len() - tail).unwrap_or_default();
        return vec![(head + 1, part(old), part(new))];
    }
    let mut hunks = Vec::new();
    let mut at = 0;
    while at < old.len() {
        at += old.iter().zip(new).skip(at).take_while(same).count();
        let length = old.iter().zip(new).skip(at).take_while(|pair| !same(pair)).count();
        if length > 0 {
            let part = |lines: &'a [Line]| lines.get(at..at + length).unwrap_or_default();
            hunks.push((at + 1, part(old), part(new)));
        }
        at += length;
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::NewValue;
    use crate::secret::SecretSource;
    use crate::settings::keys;

    /// The rules of the errors that a change of the mode would add to a text.
    fn added(text: &str, mode: i64) -> Vec<&'static str> {
        let before = check::check_bytes("a.toml", text.into(), false);
        let (_, added) =
            preview_unfinished(&before, &[Change::Set(keys::MODE, NewValue::Integer(mode))]).expect("TOML");
        added.iter().map(|found| found.rule).collect()
    }

    #[test]
    fn unfinished_file_reports_wrong_values_but_not_missing_keys() {
        assert!(added("", 2).is_empty());
        assert_eq!(added("", 3), ["invalid-value"]);
        assert_eq!(added("[swyx]\nversion = \"13.00\"\n", 2), ["mode-needs-version"]);
        // The value was already wrong.
        assert!(added("[control_center]\nMsTeamsStatusSyncMode = 4\n", 3).is_empty());
    }

    /// Tests only the comparison, without a form or the parser of posts.
    #[test]
    fn form_changes_never_modify_read_only_keys() {
        let old = "[entra]\nauthority = \"https://localhost:1\"\nproxy = \"http://localhost:2\"\n\
                   [control_center]\nMsTeamsClientSecret = { command = [\"pass\"] }\n";
        let text = |text: &str| NewValue::Text(text.to_owned());
        let command = || NewValue::Secret(SecretSource::Command(vec!["x".to_owned()]));
        let entra = || "entra".parse::<Key>().expect("a key");
        let cases = [
            (Change::Set(keys::AUTHORITY, text("https://elsewhere.example.com")), keys::AUTHORITY),
            (Change::Unset(keys::AUTHORITY), keys::AUTHORITY),
            (Change::Set(keys::GRAPH, text("https://elsewhere.example.com")), keys::GRAPH),
            (Change::Set(keys::CA_FILE, text("ca.pem")), keys::CA_FILE),
            (Change::Set(keys::GATEWAY, text("https://elsewhere.example.com")), keys::GATEWAY),
            (Change::Set(keys::ADMIN_CLIENT_ID, text("x")), keys::ADMIN_CLIENT_ID),
            (Change::Unset(entra()), keys::AUTHORITY),
            (Change::Set(keys::GATEWAY_TOKEN, command()), keys::GATEWAY_TOKEN),
            (Change::Set(keys::CLIENT_SECRET, command()), keys::CLIENT_SECRET),
            (Change::Set(keys::CLIENT_SECRET, text("x")), keys::CLIENT_SECRET),
            (Change::Unset(keys::CLIENT_SECRET), keys::CLIENT_SECRET),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        for (change, key) in cases {
            std::fs::write(&path, old).expect("a file");
            let base = check::check_file("a.toml", &path);
            let mode = Change::Set(keys::MODE, NewValue::Integer(1));
            let saved = apply_from_form("a.toml", &path, Some(&base), &[mode, change.clone()]);
            match saved {
                Err(ChangeError::ReadOnly(found)) => assert_eq!(found, key, "{change:?}"),
                _ => panic!("{change:?} was not refused"),
            }
            assert_eq!(std::fs::read_to_string(&path).expect("a text"), old, "{change:?}");
        }
        // A new file has none of these keys.
        let new = folder.path().join("new.toml");
        let changes = [Change::Set(keys::PROXY, text("http://elsewhere.example.com"))];
        let saved = apply_from_form("new.toml", &new, None, &changes);
        assert!(matches!(saved, Err(ChangeError::ReadOnly(_))) && !new.exists());
        // The command line may change them.
        let changes = [Change::Set(keys::PROXY, text("http://localhost:3"))];
        assert!(matches!(apply_to_file("a.toml", &path, &changes), Ok(Outcome::Saved(_))));
    }

    #[test]
    fn missing_keys_are_allowed_only_in_unfinished_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        let mode = [Change::Set(keys::MODE, NewValue::Integer(2))];
        assert!(matches!(apply_to_file("a.toml", &path, &mode), Ok(Outcome::Refused(..))));
        assert!(!path.exists());
        assert!(matches!(apply_to_unfinished_file("a.toml", &path, &mode), Ok(Outcome::Saved(_))));
        assert!(matches!(apply_to_unfinished_file("a.toml", &path, &mode), Ok(Outcome::Unchanged(_))));
    }
}
