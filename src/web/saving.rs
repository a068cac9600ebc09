//! Saving with `edit`. If the file is no longer the one that the page was created from, changes of other keys and rows
//! are kept, and changes of the same ones are shown for a choice.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::guard::Session;
use super::page::{self, Conflict, Note, errors};
use super::pages::{Base, DivergedVersions, Page, Pending};
use super::sent::Sent;
use super::site::{Shown, Site, to_form, waiting};
use crate::check::Checked;
use crate::diagnostic::Key;
use crate::edit::{self, Change, ChangeError, Outcome};
use crate::form::{By, Difference, Finding, Posted, collect_findings, compare_versions, merge_keys, preview};

/// The message if the current file cannot be shown as a form.
const UNREADABLE: &str = "Not saved: the file can no longer be read as settings, so nothing was changed. \
     Fix it in an editor, then save again. Your input is still here.";

/// Saves a form.
pub(super) async fn save(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let sent = Sent::new(&body);
        let page = site.page_of(&sent);
        let posted = match site.posted(&page, &sent) {
            Ok(posted) => posted,
            Err(response) => return *response,
        };
        if !posted.can_be_saved() {
            return site.not_saved(&page, &posted, &session);
        }
        // A dropped page may have shown another file, so the differences are shown first.
        if page.is_adopted && !posted.changes().is_empty() {
            return site.save_to_changed(&page, &posted, &session);
        }
        let saved = edit::apply_from_form(&site.name, &site.path, page.base.expected(), posted.changes());
        match saved {
            Ok(Outcome::Saved(_)) => to_form("saved"),
            Ok(Outcome::Unchanged(_)) => to_form("unchanged"),
            Ok(Outcome::Refused(after, added)) => {
                let found = collect_findings(&site.form, &after, Some(&posted));
                site.again(&Shown {
                    note: Note::Refused(added.len()),
                    ..Shown::unsaved(&page, &posted, &found, &session)
                })
            }
            Err(ChangeError::Moved(_)) => site.save_to_changed(&page, &posted, &session),
            Err(error) => {
                let found = site.findings_of(&page, &posted);
                let trouble = error.to_string();
                site.again(&Shown {
                    trouble: Some(&trouble),
                    ..Shown::unsaved(&page, &posted, &found, &session)
                })
            }
        }
    })
    .await
}

/// Saves the choices after a conflict.
pub(super) async fn merge(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let sent = Sent::new(&body);
        let page = sent.control("page").and_then(|id| site.pages.find(id));
        let Some((page, diverged)) = page.as_ref().and_then(|page| Some((page, page.diverged.as_ref()?)))
        else {
            let message =
                "This page is too old: your choices are no longer available. The file was not changed.";
            return site.refusal(StatusCode::GONE, message);
        };
        if diverged.existed && !page.base.exists {
            return site.recreate(page, diverged, &session);
        }
        let chosen = sent.pairs().iter().filter(|(_, value)| value == "yours");
        let keys = chosen.filter_map(|(name, _)| name.strip_prefix("choose ")).collect::<Vec<_>>();
        match merge_keys(&site.form, [&diverged.before, &diverged.mine, &page.base.checked], &keys) {
            Ok(changes) => site.save_merged(page, diverged, &changes, &session),
            Err(error) => site.conflict_again(page, diverged, &session, &[], &error.to_string()),
        }
    })
    .await
}

impl Site {
    /// Shows the form again because its input cannot be saved.
    fn not_saved(&self, page: &Page, posted: &Posted, session: &Session) -> Response {
        let preview = preview(&self.form, &page.base.checked, posted);
        let (found, refused, error) = match preview {
            Ok(preview) => (preview.findings, preview.refused, None),
            Err(error) => (Vec::new(), 0, Some(error.to_string())),
        };
        let keys = posted.read_only_keys();
        let message = (!keys.is_empty()).then(|| read_only_message(keys));
        let note = match refused.saturating_sub(keys.len()) {
            0 => Note::None,
            errors => Note::Refused(errors),
        };
        let trouble = message.or(error);
        self.again(&Shown {
            note,
            trouble: trouble.as_deref(),
            ..Shown::unsaved(page, posted, &found, session)
        })
    }

    /// Shows the same conflict again.
    fn conflict_again(
        &self,
        page: &Page,
        diverged: &DivergedVersions,
        session: &Session,
        refused: &[Finding],
        trouble: &str,
    ) -> Response {
        let diverged = same(diverged);
        self.conflict(&page.base, diverged, session, refused, Some(trouble))
    }

    fn save_merged(
        &self,
        page: &Page,
        diverged: &DivergedVersions,
        changes: &[Change],
        session: &Session,
    ) -> Response {
        let seen = &page.base.checked;
        let once_more = |refused: &[Finding], trouble: &str| {
            self.conflict_again(page, diverged, session, refused, trouble)
        };
        match edit::apply_from_form(&self.name, &self.path, page.base.expected(), changes) {
            Ok(Outcome::Saved(_)) => to_form("saved"),
            Ok(Outcome::Unchanged(_)) => to_form("unchanged"),
            Ok(Outcome::Refused(after, added)) => {
                let found = collect_findings(&self.form, &after, None);
                once_more(
                    &found,
                    &format!("Not saved: these choices would add {} to the file.", errors(added.len())),
                )
            }
            Err(ChangeError::Moved(_)) => match (edit::preview(seen, changes), self.read()) {
                (Ok((mine, _)), now) if contains(&now, &mine) => to_form("saved"),
                (Ok(_), now) if !now.is_form() => once_more(&[], UNREADABLE),
                (Ok((mine, _)), now) => {
                    let diverged = DivergedVersions { before: again(seen), mine, existed: page.base.exists };
                    self.merge_or_ask(&now, diverged, session)
                }
                (Err(error), _) => once_more(&[], &error.to_string()),
            },
            Err(error) => once_more(&[], &error.to_string()),
        }
    }

    /// Writes the whole file again: parts of it would be a different file.
    fn recreate(&self, page: &Page, diverged: &DivergedVersions, session: &Session) -> Response {
        match edit::recreate_from_form(&self.path, &diverged.before, &diverged.mine) {
            Ok(()) => to_form("saved"),
            Err(ChangeError::Moved(_)) => match self.read() {
                now if contains(&now, &diverged.mine) => to_form("saved"),
                now if !now.is_form() => self.conflict_again(page, diverged, session, &[], UNREADABLE),
                now => self.conflict(&now, same(diverged), session, &[], None),
            },
            Err(error) => self.conflict_again(page, diverged, session, &[], &error.to_string()),
        }
    }

    /// Answers a save whose file has changed. The file is read once: if it changes again meanwhile, no answer may lose
    /// the input.
    fn save_to_changed(&self, page: &Page, posted: &Posted, session: &Session) -> Response {
        let now = self.read();
        if !now.is_form() {
            let found = self.findings_of(page, posted);
            let shown = Shown::unsaved(page, posted, &found, session);
            return self.again(&Shown { trouble: Some(UNREADABLE), ..shown });
        }
        match preview(&self.form, &page.base.checked, posted) {
            Ok(preview) if contains(&now, &preview.after) => to_form("saved"),
            Ok(preview) => {
                let before = again(&page.base.checked);
                let diverged = DivergedVersions { before, mine: preview.after, existed: page.base.exists };
                // It is unknown which values the user of a dropped page saw.
                if page.is_adopted {
                    return self.conflict(&now, diverged, session, &[], None);
                }
                self.merge_or_ask(&now, diverged, session)
            }
            Err(error) => {
                let trouble = error.to_string();
                self.again(&Shown { trouble: Some(&trouble), ..Shown::unsaved(page, posted, &[], session) })
            }
        }
    }

    /// Saves the form's changes to the current file. If a choice is needed, or they cannot be saved, shows the conflict.
    fn merge_or_ask(&self, now: &Arc<Base>, diverged: DivergedVersions, session: &Session) -> Response {
        match self.save_beside(now, &diverged) {
            Some(Ok(Outcome::Refused(after, added))) => {
                let found = collect_findings(&self.form, &after, None);
                let trouble = format!(
                    "Not saved: your changes would add {} to the file as it is now.",
                    errors(added.len())
                );
                self.conflict(now, diverged, session, &found, Some(&trouble))
            }
            Some(Ok(_)) => to_form("merged"),
            // The page compares with a version that is outdated already, and its answer is checked again.
            None | Some(Err(ChangeError::Moved(_))) => self.conflict(now, diverged, session, &[], None),
            Some(Err(error)) => self.conflict(now, diverged, session, &[], Some(&error.to_string())),
        }
    }

    /// Saves the form's changes to the current file `now`. `None` if both changed the same key or row, if the file was
    /// created or deleted, or if a change of the form is read-only: then the user must see both versions.
    fn save_beside(&self, now: &Base, diverged: &DivergedVersions) -> Option<Result<Outcome, ChangeError>> {
        if !diverged.existed || !now.exists {
            return None;
        }
        let versions = [&diverged.before, &diverged.mine, &now.checked];
        let [before, mine, current] = versions;
        let differences = compare_versions(&self.form, before, mine, current);
        let needs_choice = |found: &Difference| match found.by {
            By::You => found.read_only,
            By::Others => false,
            By::Both => true,
        };
        if differences.iter().any(needs_choice) {
            return None;
        }
        let own = differences.iter().filter(|found| found.by == By::You);
        let keys = own.map(|found| found.key.as_str()).collect::<Vec<_>>();
        let changes = merge_keys(&self.form, versions, &keys);
        Some(
            changes
                .and_then(|changes| edit::apply_from_form(&self.name, &self.path, now.expected(), &changes)),
        )
    }

    fn conflict(
        &self,
        now: &Arc<Base>,
        diverged: DivergedVersions,
        session: &Session,
        refused: &[Finding],
        trouble: Option<&str>,
    ) -> Response {
        let differences: Vec<Difference> =
            compare_versions(&self.form, &diverged.before, &diverged.mine, &now.checked);
        let is_deleted = diverged.existed && !now.exists;
        let page = self.pages.keep(now.clone(), Pending::default(), Some(diverged));
        let body = page::conflict(&Conflict {
            name: &self.name,
            draft: &self.draft,
            id: &page.id,
            csrf: session.csrf(),
            is_deleted,
            differences: &differences,
            refused,
            trouble,
        });
        (StatusCode::CONFLICT, body).into_response()
    }
}

/// The message that read-only keys were not changed and nothing was saved.
fn read_only_message(keys: &[Key]) -> String {
    let keys = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    format!("Not saved: {keys} cannot be changed in the form. Your input in other fields is still here.")
}

/// Whether the current file is exactly this one: the same form was saved twice, for example by a double click.
fn contains(now: &Base, mine: &Checked) -> bool {
    now.exists && now.is_form() && now.checked.source().text() == mine.source().text()
}

fn same(diverged: &DivergedVersions) -> DivergedVersions {
    DivergedVersions {
        before: again(&diverged.before),
        mine: again(&diverged.mine),
        existed: diverged.existed,
    }
}

/// Checks the same text again, because a check belongs to one page only.
fn again(checked: &Checked) -> Checked {
    let source = checked.source();
    crate::check::check_bytes(
        source.name(),
        source.text().as_bytes().to_vec(),
        source.is_readable_by_others(),
    )
}
