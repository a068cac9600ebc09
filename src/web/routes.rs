//! The routes: the form, its rows, its findings while typing, saving, and what to do where someone else changed the file.
//!
//! GET changes nothing. Files are read and written on threads that may wait.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use super::actions::{self, Actions, Jobs};
use super::guard::{self, Door, Session};
use super::page::{self, Content, Note};
use super::pages::{Base, Page, Pages};
use super::saving;
use super::sent::Sent;
use crate::check;
use crate::form::{Finding, Form, Posted, findings, look};

/// One settings file and its form.
pub struct Site {
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// The path as the page shows it in commands.
    file_for_shell: String,
    pub(super) form: Form,
    pub(super) pages: Pages,
    pub(super) actions: Option<Arc<dyn Actions>>,
    pub(super) jobs: Jobs,
}

impl Site {
    /// The site of the file at `path`, which pages and findings call `name`. There need not be a file yet.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: name.into(),
            file_for_shell: page::file_for_shell(&path),
            path,
            form: Form::new(),
            pages: Pages::default(),
            actions: None,
            jobs: Jobs::default(),
        }
    }

    /// The same with something to do besides editing; without, the page has no buttons for it.
    #[must_use]
    pub fn with(mut self, actions: Arc<dyn Actions>) -> Self {
        self.actions = Some(actions);
        self
    }

    /// The file as it is.
    pub(super) fn read(&self) -> Arc<Base> {
        let exists = self.path.symlink_metadata().is_ok();
        let checked = if exists { check::file(&*self.name, &self.path) } else { self.empty() };
        self.pages.shared(Base::new(&self.form, checked, exists))
    }

    fn empty(&self) -> check::Checked {
        check::bytes(&*self.name, Vec::new(), false)
    }

    /// The page that a form was sent from. One that is no longer known counts as made of the file as it is.
    pub(super) fn page_of(&self, sent: &Sent) -> Arc<Page> {
        let known = sent.control("page").and_then(|id| self.pages.find(id));
        known.unwrap_or_else(|| self.pages.adopt(self.read(), Default::default()))
    }

    pub(super) fn posted(&self, page: &Page, sent: &Sent) -> Result<Posted, Box<Response>> {
        let base = &page.base;
        Posted::new(&self.form, &base.checked, &base.values, sent.pairs().to_vec(), page.pending.clone())
            .map_err(|error| Box::new(self.refusal(StatusCode::BAD_REQUEST, &error.to_string())))
    }

    pub(super) fn refusal(&self, status: StatusCode, message: &str) -> Response {
        (status, page::refusal(&self.name, message)).into_response()
    }

    /// The page of a file that cannot be a form, if it is one.
    pub(super) fn unreadable(&self, base: &Base) -> Option<Response> {
        let is_form = base.checked.source().is_sound() && base.checked.was_read();
        let found = findings(&self.form, &base.checked, None);
        (!is_form).then(|| page::unreadable(&self.name, &found).into_response())
    }

    /// The form as it was sent, to be filled in further.
    pub(super) fn again(&self, shown: &Shown<'_>) -> Response {
        let (base, posted) = (&shown.page.base, shown.posted);
        let values = posted.values(&self.form, &base.checked, &base.values);
        let pending = posted.pending().clone();
        let page = if shown.page.is_adopted {
            self.pages.adopt(base.clone(), pending)
        } else {
            self.pages.keep(base.clone(), pending, None)
        };
        let body = page::form(&Content {
            name: &self.name,
            file_for_shell: &self.file_for_shell,
            form: &self.form,
            values: &values,
            findings: shown.findings,
            id: &page.id,
            csrf: shown.session.csrf(),
            note: shown.note,
            trouble: shown.trouble,
            begin_at: shown.begin_at,
            acts: self.actions.is_some(),
            unsaved: !posted.changes().is_empty(),
        });
        (shown.status, body).into_response()
    }
}

/// A form that is shown again.
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

/// A site that only its guards can let someone into. There is no other way to serve one.
pub struct Guarded(pub(super) Router);

impl Guarded {
    /// The site behind all guards, which `door` keeps.
    pub fn new(site: Arc<Site>, door: Arc<Door>) -> Self {
        Self(guard::closed(router(site), assets(), door))
    }
}

/// The routes of a site. They are for whoever the guards let through: see [`super::guard`].
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/edit", post(edit))
        .route("/findings", post(live))
        .route("/save", post(saving::save))
        .route("/merge", post(saving::merge))
        .merge(actions::routes())
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is no such page\n") })
        .with_state(site)
}

/// What every page needs, and whoever may see none of them as well.
pub(super) fn assets() -> Router {
    Router::new()
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("assets/icon.svg"))))
        .route("/style.css", get(|| asset("text/css; charset=utf-8", include_str!("assets/style.css"))))
        .route(
            "/script.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/script.js"))),
        )
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}

/// What became of the last save, as the address says it.
#[derive(Deserialize)]
struct Asked {
    saved: Option<String>,
    unchanged: Option<String>,
}

async fn show(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    Query(asked): Query<Asked>,
) -> Response {
    let note = match asked {
        Asked { saved: Some(_), .. } => Note::Saved,
        Asked { unchanged: Some(_), .. } => Note::Unchanged,
        _ => Note::None,
    };
    waiting(move || {
        let base = site.read();
        if let Some(response) = site.unreadable(&base) {
            return response;
        }
        let found = findings(&site.form, &base.checked, None);
        let page = site.pages.keep(base, Default::default(), None);
        let body = page::form(&Content {
            name: &site.name,
            file_for_shell: &site.file_for_shell,
            form: &site.form,
            values: &page.base.values,
            findings: &found,
            id: &page.id,
            csrf: session.csrf(),
            note,
            trouble: None,
            begin_at: None,
            acts: site.actions.is_some(),
            unsaved: false,
        });
        body.into_response()
    })
    .await
}

/// Adds a row or takes one away, without a script: the form comes back with what was entered.
async fn edit(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let mut sent = Sent::new(&body);
        let page = site.page_of(&sent);
        if let Some(response) = site.unreadable(&page.base) {
            return response;
        }
        let begin_at = sent.edit_rows(&page.base.values);
        let posted = match site.posted(&page, &sent) {
            Ok(posted) => posted,
            Err(response) => return *response,
        };
        let look = look(&site.form, &page.base.checked, &posted);
        let (found, trouble) = match &look {
            Ok(look) => (look.findings.as_slice(), None),
            Err(error) => (&[][..], Some(error.to_string())),
        };
        site.again(&Shown {
            page: &page,
            posted: &posted,
            findings: found,
            session: &session,
            status: StatusCode::OK,
            note: Note::None,
            trouble: trouble.as_deref(),
            begin_at: begin_at.as_deref(),
        })
    })
    .await
}

/// The answer to a form that is being filled in.
#[derive(Serialize)]
struct Live {
    findings: Vec<Finding>,
    /// How many errors saving would add; where there are any, it is refused.
    added: usize,
    /// Whether there is anything to save.
    changed: bool,
}

async fn live(State(site): State<Arc<Site>>, body: Bytes) -> Response {
    let sent = Sent::new(&body);
    let Some(page) = sent.control("page").and_then(|id| site.pages.find(id)) else {
        return (StatusCode::GONE, "this page is too old\n").into_response();
    };
    let posted = match site.posted(&page, &sent) {
        Ok(posted) => posted,
        Err(response) => return *response,
    };
    match look(&site.form, &page.base.checked, &posted) {
        Ok(look) => {
            Json(Live { findings: look.findings, added: look.refused, changed: !posted.changes().is_empty() })
                .into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

/// To the form, with what became of a save.
pub(super) fn to_form(what: &str) -> Response {
    Redirect::to(&format!("./?{what}")).into_response()
}

/// Runs what may wait for the disk.
pub(super) async fn waiting(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("path", &Path::new(&self.path)).finish_non_exhaustive()
    }
}
