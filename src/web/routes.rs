//! The routes: the form, its rows, its findings while typing, saving, and resolving conflicts.
//!
//! GET changes nothing. Files are read and written on blocking threads.

use std::collections::HashMap;
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
use super::pages::{Page, Pending};
use super::saving;
use super::sent::Sent;
use super::site::{Shown, Site, waiting};
use crate::form::{Finding, Value, Values, collect_findings, preview};

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
    merged: Option<String>,
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
        Requested { merged: Some(_), .. } => Note::Merged,
        Requested { unchanged: Some(_), .. } => Note::Unchanged,
        _ => Note::None,
    };
    waiting(move || {
        if let Some(page) = requested.page.as_ref().and_then(|id| site.pages.find(id)) {
            return restored(&site, &page, &session);
        }
        let base = site.read();
        if let Some(response) = site.unreadable(&base) {
            return response;
        }
        let page = site.pages.keep(base, Pending::default(), None);
        form_of(&site, &page, &page.base.values, &session, note, requested.page.is_some())
    })
    .await
}

/// Shows the version of the file that an earlier page was created from, so that the browser can fill in unsaved input.
/// When it is saved, it is compared with the current file. Secrets that were entered in the earlier page are used only if
/// the input selects them.
fn restored(site: &Site, page: &Page, session: &Session) -> Response {
    let mut values = page.base.values.clone();
    for (key, source) in &page.pending.secrets {
        if let Some(Value::Secret(secret)) = values.fields.get_mut(key) {
            secret.entered = Some(source.describe());
        }
    }
    let pending = Pending::new(page.pending.secrets.clone(), session.csrf());
    let page = if page.is_adopted {
        site.pages.adopt(page.base.clone(), pending)
    } else {
        site.pages.keep(page.base.clone(), pending, None)
    };
    form_of(site, &page, &values, session, Note::None, true)
}

/// Shows a form without input.
fn form_of(
    site: &Site,
    page: &Page,
    values: &Values,
    session: &Session,
    note: Note,
    restoring: bool,
) -> Response {
    let body = page::form(&Content {
        name: &site.name,
        file_for_shell: &site.file_for_shell,
        draft: &site.draft,
        restoring,
        form: &site.form,
        values,
        was: &HashMap::new(),
        findings: &collect_findings(&site.form, &page.base.checked, None),
        id: &page.id,
        csrf: session.csrf(),
        note,
        trouble: None,
        begin_at: None,
        acts: site.actions.is_some(),
        unsaved: false,
    });
    body.into_response()
}

/// The token of the session, with which a page of an ended session can continue after a new link was opened.
#[derive(Serialize)]
struct Renewed<'a> {
    csrf: &'a str,
}

async fn renew(Extension(session): Extension<Session>) -> Response {
    Json(Renewed { csrf: session.csrf() }).into_response()
}

/// Ends the session unless the posted form has unsaved input that is not to be discarded.
async fn close(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    body: Bytes,
) -> Response {
    waiting(move || {
        let sent = Sent::new(&body);
        if sent.control("unsaved") != Some("discard")
            && let Some(response) = site.if_unsaved(&sent, &session, Note::Unsaved, None)
        {
            return response;
        }
        site.pages.forget_secrets(session.csrf());
        Redirect::temporary("leave").into_response()
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
