//! The routes: the form, its rows, its findings while typing, saving, and resolving conflicts.
//!
//! GET changes nothing. Files are read and written on blocking threads.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use super::actions;
use super::guard::Session;
use super::page::{self, Content, Note};
use super::pages::Page;
use super::saving;
use super::sent::Sent;
use super::site::{Shown, Site, waiting};
use crate::form::{Finding, collect_findings, preview};

/// The routes of a site. They must be behind the guards: see [`super::guard`].
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/session", get(renew))
        .route("/close", post(close))
        .route("/edit", post(edit))
        .route("/findings", post(live))
        .route("/save", post(saving::save))
        .route("/merge", post(saving::merge))
        .merge(actions::routes())
        .fallback(|| async { (StatusCode::NOT_FOUND, "page not found\n") })
        .with_state(site)
}

/// The assets of every page, which are public.
pub(super) fn assets() -> Router {
    Router::new()
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("assets/icon.svg"))))
        .route("/style.css", get(|| asset("text/css; charset=utf-8", include_str!("assets/style.css"))))
        .route(
            "/script.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("assets/script.js"))),
        )
        .route("/draft.js", get(|| asset("text/javascript; charset=utf-8", include_str!("assets/draft.js"))))
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}

/// The result of the last save, or the page to show again, from the address.
#[derive(Deserialize)]
struct Requested {
    saved: Option<String>,
    unchanged: Option<String>,
    page: Option<String>,
}

async fn show(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    Query(requested): Query<Requested>,
) -> Response {
    let note = match &requested {
        Requested { saved: Some(_), .. } => Note::Saved,
        Requested { unchanged: Some(_), .. } => Note::Unchanged,
        _ => Note::None,
    };
    waiting(move || {
        let page = requested.page.as_ref();
        if let Some(page) = page.and_then(|id| site.pages.find(id)) {
            return restored(&site, &page, &session);
        }
        let base = site.read();
        if let Some(response) = site.unreadable(&base) {
            return response;
        }
        let found = collect_findings(&site.form, &base.checked, None);
        let kept = site.pages.keep(base, Default::default(), None);
        let body = page::form(&Content {
            name: &site.name,
            file_for_shell: &site.file_for_shell,
            draft: &site.draft,
            restoring: page.is_some(),
            form: &site.form,
            values: &kept.base.values,
            findings: &found,
            id: &kept.id,
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

/// Shows the version of the file that an earlier page was created from, with the secrets that were entered there,
/// so that the browser can fill in unsaved input. When it is saved, it is compared with the current file.
fn restored(site: &Site, page: &Page, session: &Session) -> Response {
    let secrets = page
        .pending
        .keys()
        .flat_map(|key| [(key.clone(), "text".to_owned()), (format!("{key}.text"), String::new())]);
    let posted = match site.posted(page, &Sent::of(secrets.collect())) {
        Ok(posted) => posted,
        Err(response) => return *response,
    };
    let preview = preview(&site.form, &page.base.checked, &posted);
    let found = preview.as_ref().map_or(&[][..], |preview| preview.findings.as_slice());
    let status = StatusCode::OK;
    site.again(&Shown { status, restoring: true, ..Shown::unsaved(page, &posted, found, session) })
}

/// The token of the session, with which a page of an ended session can continue after a new link was opened.
#[derive(Serialize)]
struct Renewed<'a> {
    csrf: &'a str,
}

async fn renew(Extension(session): Extension<Session>) -> Response {
    Json(Renewed { csrf: session.csrf() }).into_response()
}

/// Ends the session unless the posted form has unsaved input.
async fn close(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let unsaved = site.if_unsaved(&Sent::new(&body), &session, Note::Unsaved, None);
        unsaved.unwrap_or_else(|| Redirect::temporary("leave").into_response())
    })
    .await
}

/// Adds or removes a row without a script: shows the form again with its input.
async fn edit(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let mut sent = Sent::new(&body);
        let page = site.page_of(&sent);
        let begin_at = sent.edit_rows(&page.base.values);
        let posted = match site.posted(&page, &sent) {
            Ok(posted) => posted,
            Err(response) => return *response,
        };
        let preview = preview(&site.form, &page.base.checked, &posted);
        let (found, trouble) = match &preview {
            Ok(preview) => (preview.findings.as_slice(), None),
            Err(error) => (&[][..], Some(error.to_string())),
        };
        site.again(&Shown {
            status: StatusCode::OK,
            trouble: trouble.as_deref(),
            begin_at: begin_at.as_deref(),
            ..Shown::unsaved(&page, &posted, found, &session)
        })
    })
    .await
}

/// The answer for a form while the user types.
#[derive(Serialize)]
struct Live {
    findings: Vec<Finding>,
    /// The number of errors that saving would add; if there are any, saving is refused.
    added: usize,
    /// Whether there are changes to save.
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
    match preview(&site.form, &page.base.checked, &posted) {
        Ok(preview) => {
            Json(Live { findings: preview.findings, added: preview.refused, changed: posted.has_input() })
                .into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}
