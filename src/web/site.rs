//! One settings file with its form, and the answers that show it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::actions::{Actions, Jobs};
use super::guard::Session;
use super::page::{self, Content, Note, replaced_values};
use super::pages::{Base, Page, Pages, Pending};
use super::sent::Sent;
use crate::check;
use crate::form::{Finding, Form, Posted, collect_findings, preview};

/// One settings file and its form.
pub struct Site {
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// The path in the displayed commands.
    pub(super) file_for_shell: String,
    /// Identifies the file in the browser's storage of unsaved input.
    pub(super) draft: String,
    pub(super) form: Form,
    pub(super) pages: Pages,
    pub(super) actions: Option<Arc<dyn Actions>>,
    pub(super) jobs: Jobs,
    /// How often the file was read.
    #[cfg(test)]
    pub(super) reads: std::sync::atomic::AtomicUsize,
    /// What another process writes after the next reading.
    #[cfg(test)]
    pub(super) written_after_read: std::sync::Mutex<Option<String>>,
}

impl Site {
    /// Creates the site for the file at `path`, which is called `name` in pages and findings. The file may
    /// not exist yet.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: name.into(),
            file_for_shell: page::file_for_shell(&path),
            draft: draft_of(&path),
            path,
            form: Form::new(),
            pages: Pages::default(),
            actions: None,
            jobs: Jobs::default(),
            #[cfg(test)]
            reads: Default::default(),
            #[cfg(test)]
            written_after_read: Default::default(),
        }
    }

    /// Adds actions besides editing; without them, the page has no buttons for actions.
    #[must_use]
    pub fn with(mut self, actions: Arc<dyn Actions>) -> Self {
        self.actions = Some(actions);
        self
    }

    /// Reads the current file.
    pub(super) fn read(&self) -> Arc<Base> {
        #[cfg(test)]
        self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let exists = self.path.symlink_metadata().is_ok();
        let checked = if exists { check::check_file(&*self.name, &self.path) } else { self.empty() };
        #[cfg(test)]
        if let Some(text) = self.written_after_read.lock().expect("a text").take() {
            std::fs::write(&self.path, text).expect("a file");
        }
        self.pages.shared(Base::new(&self.form, checked, exists))
    }

    fn empty(&self) -> check::Checked {
        check::check_bytes(&*self.name, Vec::new(), false)
    }

    /// The page that a form was sent from. A dropped page is replaced by one of the current file, or of no file
    /// if the current one cannot be shown as a form.
    pub(super) fn page_of(&self, sent: &Sent) -> Arc<Page> {
        let known = sent.control("page").and_then(|id| self.pages.find(id));
        known.unwrap_or_else(|| {
            let mut base = self.read();
            if !base.is_form() {
                base = Arc::new(Base::new(&self.form, self.empty(), false));
            }
            self.pages.adopt(base, Default::default())
        })
    }

    pub(super) fn posted(&self, page: &Page, sent: &Sent) -> Result<Posted, Box<Response>> {
        let base = &page.base;
        Posted::new(
            &self.form,
            &base.checked,
            &base.values,
            sent.pairs().to_vec(),
            page.pending.secrets.clone(),
        )
        .map_err(|error| Box::new(self.refusal(StatusCode::BAD_REQUEST, &error.to_string())))
    }

    pub(super) fn refusal(&self, status: StatusCode, message: &str) -> Response {
        (status, page::refusal(&self.name, message)).into_response()
    }

    /// The page for a file that cannot be shown as a form, if that is the case.
    pub(super) fn unreadable(&self, base: &Base) -> Option<Response> {
        let found = collect_findings(&self.form, &base.checked, None);
        (!base.is_form()).then(|| page::unreadable(&self.name, &found).into_response())
    }

    /// Shows the posted form again with this message if it has unsaved input.
    pub(super) fn if_unsaved(
        &self,
        sent: &Sent,
        session: &Session,
        note: Note,
        trouble: Option<&str>,
    ) -> Option<Response> {
        let page = sent.control("page").map(|_| self.page_of(sent))?;
        let posted = match self.posted(&page, sent) {
            Ok(posted) => posted,
            Err(response) => return Some(*response),
        };
        if !posted.has_input() {
            return None;
        }
        let found = self.findings_of(&page, &posted);
        let status = StatusCode::CONFLICT;
        Some(self.again(&Shown { status, note, trouble, ..Shown::unsaved(&page, &posted, &found, session) }))
    }

    /// The findings for the form posted from `page`; none if its changes are impossible.
    pub(super) fn findings_of(&self, page: &Page, posted: &Posted) -> Vec<Finding> {
        let preview = preview(&self.form, &page.base.checked, posted);
        preview.map(|preview| preview.findings).unwrap_or_default()
    }

    /// Shows the posted form again.
    pub(super) fn again(&self, shown: &Shown<'_>) -> Response {
        let (base, posted) = (&shown.page.base, shown.posted);
        let values = posted.overlay_values(&self.form, &base.checked, &base.values);
        let pending = Pending::new(posted.pending().clone(), shown.session.csrf());
        let page = if shown.page.is_adopted {
            self.pages.adopt(base.clone(), pending)
        } else {
            self.pages.keep(base.clone(), pending, None)
        };
        let body = page::form(&Content {
            name: &self.name,
            file_for_shell: &self.file_for_shell,
            draft: &self.draft,
            restoring: false,
            form: &self.form,
            values: &values,
            was: &replaced_values(&base.values, &values),
            findings: shown.findings,
            id: &page.id,
            csrf: shown.session.csrf(),
            note: shown.note,
            trouble: shown.trouble,
            begin_at: shown.begin_at,
            acts: self.actions.is_some(),
            unsaved: posted.has_input(),
        });
        (shown.status, body).into_response()
    }
}

/// A form that is shown again.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) page: &'a Page,
    pub(super) posted: &'a Posted,
    pub(super) findings: &'a [Finding],
    pub(super) session: &'a Session,
    pub(super) status: StatusCode,
    pub(super) note: Note,
    pub(super) trouble: Option<&'a str>,
    pub(super) begin_at: Option<&'a str>,
}

impl<'a> Shown<'a> {
    /// The form with its input, which is not saved.
    pub(super) fn unsaved(
        page: &'a Page,
        posted: &'a Posted,
        findings: &'a [Finding],
        session: &'a Session,
    ) -> Self {
        Self {
            page,
            posted,
            findings,
            session,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            note: Note::None,
            trouble: None,
            begin_at: None,
        }
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("path", &Path::new(&self.path)).finish_non_exhaustive()
    }
}

/// A name for the file at `path` that does not contain the path.
fn draft_of(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    URL_SAFE_NO_PAD.encode(digest(&SHA256, path.as_os_str().as_encoded_bytes()))
}

/// Redirects to the form with the result of a save.
pub(super) fn to_form(what: &str) -> Response {
    Redirect::to(&format!("./?{what}")).into_response()
}

/// Runs work that may block.
pub(super) async fn waiting(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
