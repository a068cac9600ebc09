//! The routes of the jobs: start one, show its progress, stop it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use super::jobs::StartError;
use super::{Action, Job};
use crate::web::guard::Session;
use crate::web::page::{self, Note};
use crate::web::sent::Sent;
use crate::web::site::{Site, waiting};

/// The routes.
pub(in crate::web) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/act", post(act))
        .route("/job", get(show))
        .route("/progress", get(progress))
        .route("/stop", post(stop))
}

/// The job that a request names.
#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Starts a job unless the posted form has unsaved changes, because the job uses the file.
async fn act(State(site): State<Arc<Site>>, Extension(session): Extension<Session>, body: Bytes) -> Response {
    waiting(move || {
        let sent = Sent::new(&body);
        let action = sent.control("action").and_then(Action::named);
        let (Some(action), Some(actions)) = (action, site.actions.clone()) else {
            return site.refusal(StatusCode::BAD_REQUEST, "Unknown action.");
        };
        let trouble = "Save first: this action uses the file, which does not contain your changes yet.";
        if let Some(response) = site.if_unsaved(&sent, &session, Note::None, Some(trouble)) {
            return response;
        }
        match site.jobs.begin(actions, action) {
            Ok(job) | Err(StartError::Busy(job)) => to(&job),
            Err(StartError::TooMany) => {
                let message =
                    "Earlier jobs are still waiting for an answer. Wait a few minutes and try again.";
                site.refusal(StatusCode::SERVICE_UNAVAILABLE, message)
            }
            Err(StartError::NoThread(error)) => {
                site.refusal(StatusCode::SERVICE_UNAVAILABLE, crate::os::reason(&error).as_str())
            }
        }
    })
    .await
}

/// The page of a job.
async fn show(
    State(site): State<Arc<Site>>,
    Extension(session): Extension<Session>,
    Query(named): Query<Named>,
) -> Response {
    let Some(job) = site.jobs.find(&named.id) else { return gone(&site) };
    let state = job.state();
    page::job(&site.name, session.csrf(), &job, &state).into_response()
}

/// The answer for the script of a job's page.
#[derive(Serialize)]
struct Progress {
    /// If it differs from the page's version, the page is outdated.
    version: String,
    seconds: u64,
}

async fn progress(State(site): State<Arc<Site>>, Query(named): Query<Named>) -> Response {
    let Some(job) = site.jobs.find(&named.id) else { return gone(&site) };
    let state = job.state();
    Json(Progress { version: state.version(), seconds: state.seconds() }).into_response()
}

async fn stop(State(site): State<Arc<Site>>, Query(named): Query<Named>) -> Response {
    let Some(job) = site.jobs.find(&named.id) else { return gone(&site) };
    job.stop();
    to(&job)
}

fn to(job: &Job) -> Response {
    Redirect::to(&page::address(job)).into_response()
}

fn gone(site: &Site) -> Response {
    site.refusal(StatusCode::NOT_FOUND, "The result of this job is no longer available.")
}
