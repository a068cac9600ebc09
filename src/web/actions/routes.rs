//! The routes of the jobs: begin one, see how far it is, stop waiting for it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::jobs::NotBegun;
use super::{Action, Job};
use crate::form::look;
use crate::web::guard::Session;
use crate::web::page::{self, Note};
use crate::web::routes::{Shown, Site, waiting};
use crate::web::sent::Sent;

/// Seconds after which the page of a job looks again.
const SOON: u8 = 2;
/// The same while somebody copies a code from it, whose selection would be lost.
const LATER: u8 = 10;

/// The routes.
pub(in crate::web) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/act", post(act)).route("/job/{id}", get(show)).route("/job/{id}/stop", post(stop))
}

/// Begins a job, unless the form that was sent along has something that is not saved: what is looked at is the file.
async fn act(State(site): State<Arc<Site>>, Extension(session): Extension<Session>, body: Bytes) -> Response {
    waiting(move || {
        let sent = Sent::new(&body);
        let action = sent.control("action").and_then(Action::named);
        let (Some(action), Some(actions)) = (action, site.actions.clone()) else {
            return site.refusal(StatusCode::BAD_REQUEST, "There is nothing of that name to do.");
        };
        if let Some(response) = unsaved(&site, &sent, &session) {
            return response;
        }
        match site.jobs.begin(actions, action) {
            Ok(job) | Err(NotBegun::Busy(job)) => to(&job),
            Err(NotBegun::TooMany) => {
                let message = "Earlier ones still wait for an answer. Wait a few minutes, and try again.";
                site.refusal(StatusCode::SERVICE_UNAVAILABLE, message)
            }
            Err(NotBegun::NoThread(error)) => {
                site.refusal(StatusCode::SERVICE_UNAVAILABLE, crate::os::reason(&error).as_str())
            }
        }
    })
    .await
}

/// The form again, with all that was entered, if some of it is not saved.
fn unsaved(site: &Site, sent: &Sent, session: &Session) -> Option<Response> {
    let page = sent.control("page").map(|_| site.page_of(sent))?;
    let posted = match site.posted(&page, sent) {
        Ok(posted) => posted,
        Err(response) => return Some(*response),
    };
    if posted.changes().is_empty() {
        return None;
    }
    let look = look(&site.form, &page.base.checked, &posted);
    Some(site.again(&Shown {
        page: &page,
        posted: &posted,
        findings: look.as_ref().map_or(&[], |look| look.findings.as_slice()),
        session,
        status: StatusCode::CONFLICT,
        note: Note::None,
        trouble: Some("Save first: this looks at the file, and what you entered is not in it yet."),
        begin_at: None,
    }))
}

/// How far a job is. The page asks again by itself, also without a script.
async fn show(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    Path(id): Path<String>,
) -> Response {
    let Some(job) = site.jobs.find(&id) else { return gone(&site) };
    let state = job.state();
    let body = page::job(&site.name, session.csrf(), &job, &state);
    let pause = if state.code.is_some() { LATER } else { SOON };
    let again = state.is_open().then(|| [(header::REFRESH, pause.to_string())]);
    match again {
        Some(again) => (again, body).into_response(),
        None => body.into_response(),
    }
}

async fn stop(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    let Some(job) = site.jobs.find(&id) else { return gone(&site) };
    job.stop();
    to(&job)
}

fn to(job: &Job) -> Response {
    Redirect::to(&format!("/job/{}", job.id)).into_response()
}

fn gone(site: &Site) -> Response {
    site.refusal(StatusCode::NOT_FOUND, "What came of this is no longer kept.")
}
