//! Reads the state of a tenant from Graph into a [`Snapshot`]: once, in as few requests as possible, without
//! judging it.
//!
//! As the application: a token, and one batch with a read of the directory and one of a presence. As an administrator: one batch with
//! the registration, its service principal, both kinds of grants, and the policies for secrets. Sources of the calls: <https://learn.microsoft.com/graph/api/user-list>,
//! <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>.
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::entra::graph::Client;
//! use swyx_teams::entra::sign_in::Credential;
//! use swyx_teams::http::{SendFuture, Limits, Request, Response, Transport};
//! use swyx_teams::entra::probe::{self, Depth};
//! use swyx_teams::secret::Secret;
//!
//! /// Replaces `swyx_teams::http::Https`: signs in, and answers the reads.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     fn send(&self, request: Request) -> SendFuture<'_> {
//!         let body = if request.uri().path().ends_with("/token") {
//!             r#"{"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}"#
//!         } else {
//!             r#"{"responses": [{"id": "0", "status": 200, "body": {"value": []}}, {"id": "1", "status": 403, "body": {}}]}"#
//!         };
//!         Box::pin(async move { Ok(Response::new(body.into())) })
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! let text = r#"
//! [control_center]
//! MsTeamsStatusSyncMode = 2
//! MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
//! MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
//! MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
//! "#;
//! let checked = swyx_teams::check::check_bytes("north.toml", text.into(), false);
//! let settings = checked.settings().expect("no errors");
//! let secret = Secret::new("fetched by swyx_teams::secret");
//! let client = Client::new(&settings.access, Credential::Secret(settings.client_id, secret.clone()), Arc::new(Canned), Limits::default());
//!
//! let tenant = probe::read_application(&client, &secret, Depth::MadeUpUser).await;
//! let checked = swyx_teams::check::check_with_tenant(checked, &tenant);
//! let rules = checked.diagnostics().iter().map(|found| found.rule).collect::<Vec<_>>();
//! assert_eq!(rules, ["presence-unreadable"]);
//! # });
//! ```

mod keys;
mod objects;
mod policy;
mod registration;
mod shapes;
mod status;
mod unseen;

use serde_json::json;
use uuid::Uuid;

use self::unseen::unexpected_answer;
use crate::entra::GraphError;
use crate::entra::graph::{Client, Part, PartAnswer};
use crate::entra::snapshot::{Cause, Read, Refusal, Seen, SignIn, Snapshot, Tried, Unseen};
use crate::secret::Secret;

pub(crate) use keys::list_certificates;
pub(crate) use objects::{Sought, read_objects};
pub use registration::read_registration;
pub(crate) use shapes::GRAPH_APP_ID;

/// The user for the test read of a presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Depth {
    /// A made-up id, so that no real user's presence is read.
    MadeUpUser,
    /// A user of the directory; needs one more request.
    RealUser,
}

/// Reads the state of a tenant with the application's own sign-in. [`read_registration`] reads the registration.
pub async fn read_application(client: &Client, secret: &Secret, depth: Depth) -> Snapshot {
    let sign_in = match client.fetch_token().await {
        Ok(token) => Ok(SignIn::Accepted { roles: token.roles().map(<[String]>::to_vec) }),
        Err(GraphError::SignIn(refused)) => Ok(SignIn::Refused(Refusal {
            code: refused.code,
            error: refused.error.as_str().map(str::to_owned),
            kind: refused.kind,
            request: refused.request.0,
        })),
        Err(error) => Err(Unseen::from(&error)),
    };
    let (directory, presence) = match &sign_in {
        Ok(SignIn::Accepted { .. }) => reads(client, depth).await,
        Ok(SignIn::Refused(_)) => {
            let why = Unseen::refused();
            (Err(why.clone()), Err(why))
        }
        Err(why) => (Err(why.clone()), Err(why.clone())),
    };
    let not_asked =
        Unseen::new(Cause::NotAsked, "only an administrator can read the registration; add --as-admin");
    Snapshot {
        seen_at: client.now(),
        clock_ahead: client.clock_ahead(),
        secret_fault: secret.fault(),
        certificate: Err(Unseen::new(Cause::NotAsked, "the application signs in with a client secret")),
        sign_in,
        directory,
        presence,
        registration: Err(not_asked.clone()),
        deletion: None,
        automation_key_ends: Err(not_asked),
    }
}

async fn reads(client: &Client, depth: Depth) -> (Seen<Read>, Seen<Read>) {
    let [users, presences] = client
        .batch(&[
            Part::get("/users?$top=1&$select=id,displayName,mail,userPrincipalName"),
            presence_of(Uuid::new_v4()),
        ])
        .await;
    let directory = users.as_ref().map_err(Unseen::from).and_then(|answer| match answer.status {
        401 | 403 => Ok(refused(answer)),
        200..=299 => Ok(Read::Allowed(Tried::RealUser)),
        _ => Err(unexpected_answer(answer)),
    });
    let presence = presence(&presences, Tried::MadeUpUser);
    if depth == Depth::MadeUpUser || !matches!(presence, Ok(Read::Allowed(_))) {
        return (directory, presence);
    }
    let user = users.ok().and_then(|answer| answer.body.pointer("/value/0/id")?.as_str()?.parse().ok());
    let presence = match user {
        Some(user) => {
            let [answer] = client.batch(&[presence_of(user)]).await;
            self::presence(&answer, Tried::RealUser)
        }
        None => presence.map(|_| Read::Allowed(Tried::NoUserFound)),
    };
    (directory, presence)
}

/// Requests one presence in the same way as the synchronisation. An unknown id, or a user without Teams, is
/// not an error.
fn presence_of(user: Uuid) -> Part {
    Part::post("/communications/getPresencesByUserId", json!({"ids": [user]}))
}

/// Interprets the answer to [`presence_of`]. Only 401 and 403 are refusals. It is inferred that any other
/// answer shows the permission, except 424, which means that the part was not processed.
fn presence(answer: &Result<PartAnswer, GraphError>, tried: Tried) -> Seen<Read> {
    let answer = answer.as_ref().map_err(Unseen::from)?;
    match answer.status {
        401 | 403 => Ok(refused(answer)),
        424 => Err(unexpected_answer(answer)),
        _ => Ok(Read::Allowed(tried)),
    }
}

fn refused(answer: &PartAnswer) -> Read {
    Read::Refused(answer.status, answer.code.as_str().map(str::to_owned))
}
