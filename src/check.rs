//! The pipeline that the command line, forms and tests use: bytes -> source -> draft -> findings.
//!
//! The snapshot of a tenant is passed in as data. This module opens no socket, starts no process and resolves
//! no secret: a settings file is untrusted until a user trusts it.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::Offset;

use crate::diagnostic::{Diagnostic, Place, Severity, id};
use crate::entra::snapshot::Snapshot;
use crate::os::{self, ReadError};
use crate::rules::{Rule, Skipped};
use crate::settings::suggest::nearest;
use crate::settings::{Draft, Settings, Unresolved, Wanted, read};
use crate::source::{DIRECTIVE, MAX_BYTES, Source, allowed_rules, is_directive};
use crate::text::format_bytes;

pub use crate::settings::MAX_FINDINGS;

/// A file with its findings.
pub struct Checked {
    source: Source,
    draft: Option<Draft>,
    diagnostics: Vec<Diagnostic>,
    skipped: Vec<Skipped>,
}

impl Checked {
    /// The result for a file or a folder that could not be read.
    pub(crate) fn unreadable(name: impl Into<String>, message: String, help: &str) -> Self {
        let mut found = Diagnostic::error(id::UNREADABLE, Place::File, message);
        found.help = Some(help.to_owned()).filter(|help| !help.is_empty());
        Self { source: Source::absent(name), draft: None, diagnostics: vec![found], skipped: Vec::new() }
    }

    /// The source text, to look up places.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The draft; `None` if the text is not valid TOML.
    pub fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref()
    }

    /// The findings, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The online rules that could not be applied; empty if no tenant was checked.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }

    /// Whether the file could be read at all.
    pub fn was_read(&self) -> bool {
        self.diagnostics.iter().all(|found| found.rule != id::UNREADABLE)
    }

    /// The settings, complete and valid.
    ///
    /// # Errors
    /// [`Unresolved::Errors`] if an error was found, [`Unresolved::UndocumentedMode`] in mode 0.
    pub fn settings(&self) -> Result<Settings, Unresolved> {
        Settings::resolve(self.draft.as_ref().ok_or(Unresolved::Errors)?, &self.diagnostics)
    }

    /// The desired state of the tenant. A missing client id or secret is not an error here: it will be
    /// created.
    ///
    /// # Errors
    /// [`Unresolved::Errors`] if another error was found, [`Unresolved::UndocumentedMode`] in mode 0.
    pub fn wanted(&self) -> Result<Wanted, Unresolved> {
        Wanted::resolve(self.draft.as_ref().ok_or(Unresolved::Errors)?, &self.diagnostics)
    }
}

/// Checks the bytes of a file. `name` is its name in reports; `readable_by_others` comes from its file mode.
///
/// ```
/// let checked = swyx_teams::check::check_bytes("a.toml", b"[control_center]\nMsTeamsStatusSyncMode = 3\n".to_vec(), false);
/// let rules = checked.diagnostics().iter().map(|found| found.rule).collect::<Vec<_>>();
/// assert_eq!(rules, ["missing-key", "missing-key", "invalid-value"]);
/// let place = checked.source().span(&checked.diagnostics()[2].place);
/// assert_eq!((place.start.line, place.start.column), (2, 25));
/// ```
pub fn check_bytes(name: impl Into<String>, bytes: Vec<u8>, readable_by_others: bool) -> Checked {
    examine(name.into(), bytes, readable_by_others, View::default())
}

/// Like [`check_bytes`], and compares `entra.credential_ends` with the day `today` in UTC.
///
/// ```
/// let text = b"[entra]\ncredential_ends = 2027-05-29\n".to_vec();
/// let checked = swyx_teams::check::check_bytes_on("a.toml", text, false, jiff::civil::date(2027, 5, 30));
/// assert!(checked.diagnostics().iter().any(|found| found.rule == "secret-expired"));
/// ```
pub fn check_bytes_on(
    name: impl Into<String>,
    bytes: Vec<u8>,
    readable_by_others: bool,
    today: Date,
) -> Checked {
    examine(name.into(), bytes, readable_by_others, View { today: Some(today), tenant: None })
}

/// Checks a file again with the snapshot of its tenant. The result contains the findings of the first check
/// and those of the online rules. The day of the snapshot is compared with `entra.credential_ends`.
///
/// ```
/// let text = r#"
/// [control_center]
/// MsTeamsStatusSyncMode = 2
/// MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
/// MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
/// MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
/// "#;
/// let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
/// # use swyx_teams::entra::snapshot::{Cause, Snapshot, Unseen};
/// let tenant = Snapshot::unseen("2026-03-01T12:00:00Z".parse()?, &Unseen::new(Cause::Silence, "no answer in time"));
/// let checked = swyx_teams::check::check_with_tenant(checked, &tenant);
/// assert!(checked.diagnostics().is_empty());
/// assert!(checked.skipped().iter().any(|skipped| skipped.rule == "permission-missing"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_with_tenant(checked: Checked, tenant: &Snapshot) -> Checked {
    // A file that could not be read has no text to check again.
    if checked.draft.is_none() {
        return Checked { skipped: crate::rules::without_draft(), ..checked };
    }
    let source = checked.source();
    let content = source.text().as_bytes().to_vec();
    let today = Offset::UTC.to_datetime(tenant.seen_at).date();
    let view = View { today: Some(today), tenant: Some(tenant) };
    examine(source.name().to_owned(), content, source.is_readable_by_others(), view)
}

/// Adds the findings about the number of matched users, unless a comment allows them.
///
/// ```
/// let text = r#"
/// [control_center]
/// MsTeamsStatusSyncMode = 2
/// MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
/// MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
/// MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
/// "#;
/// let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
/// let checked = swyx_teams::check::check_with_users(checked, 1_000_000);
/// assert_eq!(checked.diagnostics()[0].rule, "read-budget");
/// ```
pub fn check_with_users(mut checked: Checked, users: usize) -> Checked {
    let Ok(settings) = checked.settings() else { return checked };
    let mut found = crate::rules::apply_counted(&settings, users);
    let unused = |found: &Diagnostic| found.rule == id::UNUSED_ALLOW;
    silence(&checked.source, &mut found, Rule::is_counted);
    checked.diagnostics.extend(found.into_iter().filter(|found| !unused(found)));
    checked
}

/// Adds the findings about other files that have the same tenant and application, unless a comment allows
/// them. `other` is the name of one of them, `count` their number.
///
/// ```
/// let text = r#"
/// [control_center]
/// MsTeamsStatusSyncMode = 2
/// MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
/// MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
/// MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
/// "#;
/// let checked = swyx_teams::check::check_bytes("a.toml", text.into(), false);
/// let checked = swyx_teams::check::check_with_copies(checked, "copy of a.toml", 1);
/// assert_eq!(checked.diagnostics()[0].rule, "tenant-twice");
/// ```
pub fn check_with_copies(mut checked: Checked, other: &str, count: usize) -> Checked {
    let Some(draft) = &checked.draft else { return checked };
    let mut found = crate::rules::apply_to_several(draft, other, count);
    silence(&checked.source, &mut found, Rule::is_of_several);
    checked.diagnostics.extend(found.into_iter().filter(|found| found.rule != id::UNUSED_ALLOW));
    let source = &checked.source;
    checked.diagnostics.sort_by_cached_key(|found| source.range(&found.place).start);
    checked
}

/// What a file is compared with.
#[derive(Clone, Copy, Default)]
struct View<'a> {
    /// The current day in UTC.
    today: Option<Date>,
    tenant: Option<&'a Snapshot>,
}

fn examine(name: String, bytes: Vec<u8>, readable_by_others: bool, view: View<'_>) -> Checked {
    let tenant = view.tenant;
    let (mut source, mut diagnostics) = Source::new(name, bytes, readable_by_others);
    if !source.is_sound() {
        let skipped = tenant.map(|_| crate::rules::without_draft()).unwrap_or_default();
        return Checked { source, draft: None, diagnostics, skipped };
    }
    let (draft, found) = read::read(&mut source);
    diagnostics.extend(found);
    diagnostics.extend(crate::rules::apply(&draft));
    let skipped =
        tenant.map(|tenant| crate::rules::apply_online(&draft, tenant, &mut diagnostics)).unwrap_or_default();
    if let Some(today) = view.today {
        crate::rules::apply_on_day(&draft, today, &mut diagnostics);
    }
    let was_applied = |rule: &Rule| {
        !rule.is_counted() && !rule.is_online() && !rule.is_of_several()
            || (rule.is_online() && tenant.is_some() && skipped.iter().all(|skipped| skipped.rule != rule.id))
    };
    silence(&source, &mut diagnostics, was_applied);
    diagnostics.sort_by_cached_key(|found| source.range(&found.place).start);
    if diagnostics.len() > MAX_FINDINGS {
        diagnostics.truncate(MAX_FINDINGS);
        let message = format!("more than {MAX_FINDINGS} findings; the rest is not listed");
        diagnostics.push(
            Diagnostic::error(id::UNREADABLE, Place::File, message)
                .help("check that this is a settings file"),
        );
    }
    Checked { source, draft: Some(draft), diagnostics, skipped }
}

/// Checks a file. If it cannot be read, that is a finding of the rule `unreadable`.
///
/// ```
/// let checked = swyx_teams::check::check_file("missing.toml", std::path::Path::new("/missing.toml"));
/// assert!(!checked.was_read());
/// assert_eq!(checked.diagnostics()[0].rule, "unreadable");
/// ```
pub fn check_file(name: impl Into<String>, path: &Path) -> Checked {
    examine_file(name.into(), path, View::default())
}

/// Like [`check_file`], and compares `entra.credential_ends` with the day `today` in UTC.
///
/// ```
/// let path = std::path::Path::new("/missing.toml");
/// let checked = swyx_teams::check::check_file_on("missing.toml", path, jiff::civil::date(2027, 5, 30));
/// assert!(!checked.was_read());
/// ```
pub fn check_file_on(name: impl Into<String>, path: &Path, today: Date) -> Checked {
    examine_file(name.into(), path, View { today: Some(today), tenant: None })
}

fn examine_file(name: String, path: &Path, view: View<'_>) -> Checked {
    match os::read_regular(path, MAX_BYTES) {
        Ok((content, readable_by_others)) => examine(name, content, readable_by_others, view),
        Err(error) => Checked::unreadable(name, error.to_string(), &advice(&error)),
    }
}

fn advice(error: &ReadError) -> String {
    let advice = match error {
        ReadError::TooLarge(limit) => {
            let limit = format_bytes(*limit);
            return format!("check that this is a settings file: it may have at most {limit}");
        }
        ReadError::NotRegular(_) => "name a settings file, or a folder with settings files",
        ReadError::Changing => "another process is writing to it; try again",
        ReadError::Io(error) => match error.kind() {
            std::io::ErrorKind::NotFound => "check the path",
            std::io::ErrorKind::PermissionDenied => {
                "check the permissions of the file and its parent folders"
            }
            _ => "the operating system reported this reason",
        },
    };
    advice.to_owned()
}

/// The findings of one rule on one line.
#[derive(Default)]
struct Seen {
    is_error: bool,
    can_be_silenced: bool,
    is_silenced: bool,
}

/// Removes the findings that an `allow` comment silences, and reports the comments without effect. A comment
/// for a rule that was not applied may still be needed, so it is not reported.
fn silence(source: &Source, diagnostics: &mut Vec<Diagnostic>, was_applied: impl Fn(&Rule) -> bool) {
    if !source.text().contains(DIRECTIVE) {
        return;
    }
    let mut seen = HashMap::<(usize, &str), Seen>::new();
    for found in &*diagnostics {
        let seen = seen.entry((source.line_of(&found.place), found.rule)).or_default();
        seen.is_error |= found.severity == Severity::Error;
        seen.can_be_silenced |= found.severity < Severity::Error;
    }
    let names = source.names();
    let mut unused = Vec::new();
    for ((range, comment), line) in source.comments().zip(target_lines(source)) {
        if !is_directive(comment) {
            continue;
        }
        let rules = allowed_rules(comment);
        let is_only = rules.len() < 2;
        let mut report = |rule: Option<&str>, is_error: bool| {
            let place = Place::Bytes(range.clone(), names.first_on(line));
            unused.push(unused_allow(place, rule, is_error, is_only.then(|| range.clone())));
        };
        if rules.is_empty() {
            report(None, false);
        }
        for rule in rules {
            match seen.get_mut(&(line, rule)) {
                Some(seen) if seen.can_be_silenced && !seen.is_silenced => seen.is_silenced = true,
                _ if Rule::find(rule).is_some_and(|rule| !was_applied(rule)) => {}
                seen => report(Some(rule), seen.is_some_and(|seen| seen.is_error)),
            }
        }
    }
    let is_silenced = |found: &Diagnostic| {
        let seen = seen.get(&(source.line_of(&found.place), found.rule));
        found.severity < Severity::Error && seen.is_some_and(|seen| seen.is_silenced)
    };
    diagnostics.retain(|found| !is_silenced(found));
    diagnostics.extend(unused);
}

/// The line that each comment applies to: its own, or, if it is alone on its line, the next line that is not
/// a comment.
fn target_lines(source: &Source) -> Vec<usize> {
    let mut below = None;
    let target = |(range, _): (Range<usize>, &str)| {
        let own = source.line_of(&Place::Bytes(range.clone(), None));
        if !source.starts_its_line(range.start) {
            return own;
        }
        let target = match below {
            Some((line, target)) if line == own + 1 => target,
            _ => own + 1,
        };
        below = Some((own, target));
        target
    };
    let mut targets = source.comments().rev().map(target).collect::<Vec<_>>();
    targets.reverse();
    targets
}

/// A comment, or one rule of it, without effect. `range` is the comment if it can be deleted.
fn unused_allow(place: Place, rule: Option<&str>, is_error: bool, range: Option<Range<usize>>) -> Diagnostic {
    let remove = if range.is_some() { "delete this comment" } else { "remove this rule from the comment" };
    let known = rule.and_then(Rule::find);
    let ids = crate::rules::ALL.iter().map(|rule| rule.id);
    let (message, help) = match (rule, known) {
        (None, _) => (
            "invalid allow comment".to_owned(),
            "write # swyx-teams: allow(rule-id) followed by a reason".to_owned(),
        ),
        (Some(rule), None) => {
            let near = nearest(rule, ids).map(|near| format!("did you mean `{near}`?"));
            (
                "unknown rule id".to_owned(),
                near.unwrap_or_else(|| "run `swyx-teams rules` to list the ids".to_owned()),
            )
        }
        (Some(_), Some(rule)) if is_error => {
            (format!("an error of `{}` cannot be silenced", rule.id), format!("fix the error and {remove}"))
        }
        (Some(_), Some(rule)) => (format!("`{}` has no finding to silence here", rule.id), remove.to_owned()),
    };
    let found = Diagnostic::new(id::UNUSED_ALLOW, Severity::Warning, place, message).help(help);
    match range {
        Some(range) => found.unsafe_fix("delete the comment", crate::diagnostic::Edit::Delete(range)),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The findings of a file below `[sync]`, with their lines there.
    fn found(text: &str) -> Vec<(&'static str, usize)> {
        let whole =
            "[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsTenantId = \"x\"\nMsTeamsClientId = \"x\"\n";
        let checked = check_bytes("a.toml", format!("{whole}{text}").into_bytes(), false);
        let line = |found: &Diagnostic| checked.source().line_of(&found.place).saturating_sub(4);
        checked
            .diagnostics()
            .iter()
            .map(|found| (found.rule, line(found)))
            .filter(|(_, line)| *line > 0)
            .collect()
    }

    #[test]
    fn allow_comment_applies_to_its_line_or_the_next_line_of_code() {
        let (unknown, unused) = (id::UNKNOWN_KEY, id::UNUSED_ALLOW);
        let allow = "# swyx-teams: allow(unknown-key)";
        assert_eq!(found("MsTeamsX = 1\n"), [(unknown, 1)]);
        assert_eq!(found(&format!("MsTeamsX = 1 {allow}\n")), []);
        assert_eq!(
            found(&format!("{allow}\n# more\n  # and more\nMsTeamsX = 1\nMsTeamsY = 1\n")),
            [(unknown, 5)]
        );
        assert_eq!(found(&format!("{allow}\n\nMsTeamsX = 1\n")), [(unused, 1), (unknown, 3)]);
        assert_eq!(
            found(&format!("{allow}\nMsTeamsX = 1 {allow}\n"))
                .iter()
                .filter(|found| found.0 == unused)
                .count(),
            1
        );
        assert_eq!(found("# swyx-teams: allow(wrong-type)\nMsTeamsX = 1\n"), [(unused, 1), (unknown, 2)]);
        // Errors stay.
        assert_eq!(found(&format!("[x] {allow}\n")), [(unknown, 1), (unused, 1)]);
    }
}
