//! Graph -> [`Tenant`]: looks at a tenant once, in as few requests as it takes, and judges nothing.
//!
//! As the application: a token, and one batch with a read of the directory and one of a presence. As an administrator: one batch with
//! the registration, its service principal, and both kinds of grants. Sources of the calls: <https://learn.microsoft.com/graph/api/user-list>,
//! <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>, <https://learn.microsoft.com/graph/api/presence-get>.

mod registration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::aadsts::Kind;
use crate::graph::{Client, GraphError, Part, PartAnswer};
use crate::settings::Secret;
use crate::tenant::{Cause, Read, Refusal, Seen, SignIn, Tenant, Tried, Unseen};

pub use registration::registration;

/// On whom the read of a presence is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// On a made-up id: nobody's presence is looked at.
    MadeUpUser,
    /// On a user of the directory, in one request more.
    RealUser,
}

/// Looks at a tenant with the application's own sign-in. Its registration is left for [`registration`].
pub async fn application(client: &Client, secret: &Secret, depth: Depth) -> Tenant {
    let sign_in = match client.token().await {
        Ok(token) => Ok(SignIn::Accepted { roles: token.roles().map(<[String]>::to_vec) }),
        Err(GraphError::SignIn(refused)) if is_a_finding(refused.kind) => {
            Ok(SignIn::Refused(Refusal { code: refused.code, kind: refused.kind }))
        }
        Err(error) => Err(unseen(&error)),
    };
    let (directory, presence) = match &sign_in {
        Ok(SignIn::Accepted { .. }) => reads(client, depth).await,
        Ok(SignIn::Refused(_)) => {
            let why = Unseen::new(Cause::Follows, "the sign-in was refused");
            (Err(why.clone()), Err(why))
        }
        Err(why) => (Err(why.clone()), Err(why.clone())),
    };
    let not_asked =
        Unseen::new(Cause::NotAsked, "only an administrator can read the registration (--as-admin)");
    Tenant {
        seen_at: seen_at(client),
        clock_ahead: client.clock_ahead(),
        secret_fault: secret.fault(),
        sign_in,
        directory,
        presence,
        registration: Err(not_asked),
    }
}

/// Now, by the other side's clock where it tells: dates of secrets are the other side's too.
fn seen_at(client: &Client) -> Timestamp {
    let now = Timestamp::now();
    let ahead = SignedDuration::from_secs(client.clock_ahead().unwrap_or(0));
    now.checked_sub(ahead).unwrap_or(now)
}

/// Whether a rule speaks of such a refusal; any other is an answer that says nothing of the settings.
fn is_a_finding(kind: Kind) -> bool {
    match kind {
        Kind::TenantNotFound
        | Kind::WrongCloud
        | Kind::ApplicationNotFound
        | Kind::SecretRejected
        | Kind::SecretExpired
        | Kind::SignInDisabled => true,
        Kind::NotConsented | Kind::Administrator | Kind::Transient | Kind::Request | Kind::Unknown => false,
    }
}

/// What keeps something from being seen, when a call failed with this.
pub fn unseen(error: &GraphError) -> Unseen {
    let cause = match error {
        GraphError::Administrator(_) => Cause::Use,
        error if error.is_silence() => Cause::Silence,
        _ => Cause::Answer,
    };
    Unseen::new(cause, error.to_string())
}

async fn reads(client: &Client, depth: Depth) -> (Seen<Read>, Seen<Read>) {
    let [users, presences] = client
        .batch(&[
            Part::get("/users?$top=1&$select=id,displayName,mail,userPrincipalName"),
            Part::post("/communications/getPresencesByUserId", json!({"ids": [Uuid::new_v4()]})),
        ])
        .await;
    let directory = users.as_ref().map_err(unseen).and_then(|answer| match answer.status {
        401 | 403 => Ok(refused(answer)),
        200..=299 => Ok(Read::Allowed(Tried::RealUser)),
        _ => Err(strange(answer)),
    });
    let presence = presences.as_ref().map_err(unseen).map(|answer| match answer.status {
        401 | 403 => refused(answer),
        _ => Read::Allowed(Tried::MadeUpUser),
    });
    let user = users.ok().and_then(|answer| answer.body.pointer("/value/0/id")?.as_str()?.parse().ok());
    match (depth, user) {
        (Depth::RealUser, Some(user)) if matches!(presence, Ok(Read::Allowed(_))) => {
            (directory, presence_of(client, user).await)
        }
        _ => (directory, presence),
    }
}

async fn presence_of(client: &Client, user: Uuid) -> Seen<Read> {
    match client.get(&format!("/users/{user}/presence")).await {
        Ok(_) => Ok(Read::Allowed(Tried::RealUser)),
        Err(GraphError::Refused { status: status @ (401 | 403), code, .. }) => {
            Ok(Read::Refused(status, code.as_str().map(str::to_owned)))
        }
        // A user without Teams has no presence; that is no fault of the permission.
        Err(GraphError::Refused { .. }) => Ok(Read::Allowed(Tried::MadeUpUser)),
        Err(error) => Err(unseen(&error)),
    }
}

fn refused(answer: &PartAnswer) -> Read {
    Read::Refused(answer.status, answer.code.as_str().map(str::to_owned))
}

/// An answer that says nothing of the tenant.
fn strange(answer: &PartAnswer) -> Unseen {
    Unseen::new(Cause::Answer, format!("Microsoft Graph answered with HTTP {}{}", answer.status, answer.code))
}
