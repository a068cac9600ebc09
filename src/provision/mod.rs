//! Provisioning: the application in Entra ID that the settings want is planned, made, kept up and taken away.
//!
//! ```text
//! Wanted ──┐
//! Objects ─┼─ plan ──▶ Plan ──apply──▶ Graph, and Keep: the settings file and where the secret is kept
//! Held ────┘                 rotate, destroy
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `plan`, `step`, `obstacle` | pure: the steps from what is to what is wanted, or why there are none |
//! | `name` | the names that a later run knows its own work by |
//! | `standing` | pure: how the registered secrets stand to the one that is kept |
//! | `act` | each change of the tenant, safe to repeat |
//! | `secret` | a client secret is added, proven and removed; an answer that got lost leaves none behind |
//! | `apply`, `rotate`, `destroy` | what the commands do |
//! | `patience` | waits with a reason and an end |
//! | `keep`, `files` | where ids and secrets go |
//!
//! Planning asks nobody and changes nothing:
//!
//! ```
//! use swyx_teams::provision::{Absence, Held, Installation, Look, Options, plan};
//! use swyx_teams::entra::snapshot::objects::{GraphPrincipal, Objects};
//!
//! let text = "[control_center]
//! MsTeamsStatusSyncMode = 1
//! MsTeamsTenantId = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'
//! MsTeamsClientSecret = { file = 'teams.secret' }
//! ";
//! let wanted = swyx_teams::check::bytes("north.toml", text.into(), false).wanted()?;
//! let roles = [
//!     ("Presence.Read.All", "a70e0c2d-e793-494c-94c4-118fa0a67f42"),
//!     ("User.ReadBasic.All", "97235f07-e226-4f63-ace3-39588e11d3a1"),
//! ];
//! let roles = roles.into_iter().map(|(name, id)| Ok((name.to_owned(), id.parse()?)));
//! // As `Provisioner::look` sees an empty tenant.
//! let look = Look {
//!     objects: Objects {
//!         seen_at: "2026-11-25T04:00:00Z".parse()?,
//!         graph: GraphPrincipal { id: "9a45cd88-8d59-40d6-8144-5b6a189663f5".parse()?, roles: roles.collect::<Result<_, uuid::Error>>()? },
//!         application: None,
//!         namesakes: Vec::new(),
//!         deleted: Vec::new(),
//!         is_foreign: false,
//!     },
//!     held: Held { secret: Err(Absence::Empty), since: None },
//!     is_accepted: false,
//! };
//! let installation = Installation::new("swyx01", std::path::Path::new("/etc/north.toml"));
//! let plan = plan(&wanted, &look, &installation, Options::default())?;
//! let lines = plan.steps.iter().flat_map(|step| step.lines(wanted.mode)).map(|line| format!("{} {}", line.object, line.what));
//! assert_eq!(lines.collect::<Vec<_>>(), [
//!     "application SwyxMSTeamsPresenceSync, for this tenant only",
//!     "declared permission Presence.Read.All",
//!     "declared permission User.ReadBasic.All",
//!     "service principal of the application",
//!     "settings file control_center.MsTeamsClientId",
//!     "grant Presence.Read.All",
//!     "grant User.ReadBasic.All",
//!     "client secret valid for 180 days, kept in the file teams.secret",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! There is no state but Entra ID's, the files', and when these were last changed. A run that breaks off, at whatever moment, leaves a tenant that the next
//! run plans from, and what it left over is known by its name.

mod act;
mod apply;
mod day;
mod destroy;
mod failure;
mod files;
mod keep;
mod name;
mod obstacle;
mod patience;
mod plan;
mod rotate;
mod secret;
mod standing;
mod step;

use std::sync::Arc;
use std::time::Duration;

use crate::http::Deadline;
use jiff::{SignedDuration, Timestamp};

use crate::entra::GraphError;
use crate::entra::aadsts::Kind;
use crate::entra::graph::Client;
use crate::entra::probe::{self, Sought};
use crate::entra::sign_in::Credential;
use crate::entra::snapshot::SecretSeen;
use crate::entra::snapshot::objects::Objects;
use crate::http::{Limits, Transport};
use crate::secret::Secret;
use crate::settings::{ClientId, Wanted};

pub use apply::Applied;
pub use destroy::Removal;
pub use failure::Failure;
pub use files::{Files, HandOver, Show};
pub use keep::{Keep, KeepError, Kept};
pub use name::{Installation, SecretName, unique_name};
pub use obstacle::{Obstacle, Restoring};
pub use patience::{Patience, Told};
pub use plan::{Options, Plan, plan};
pub use rotate::{Asked, Course, Rotated, course};
pub use secret::Proof;
pub use standing::{Absence, Held, Standing, standing};
pub use step::{Guide, Line, Permission, Sign, Step};

/// One administrator at work on one tenant, for one settings file.
pub struct Provisioner<'a> {
    /// What the settings want.
    pub wanted: &'a Wanted,
    /// For whom secrets are made.
    pub installation: &'a Installation,
    /// The administrator's Graph.
    pub admin: &'a Client,
    /// Carries the application's own sign-ins.
    pub transport: Arc<dyn Transport>,
    /// How long is waited in all, and who hears of it.
    pub patience: Patience<'a>,
}

/// What was seen before a plan is made.
pub struct Look {
    /// What the tenant holds.
    pub objects: Objects,
    /// The secret that is kept.
    pub held: Held,
    /// Whether a sign-in with the kept secret worked that is none of those that are seen.
    pub is_accepted: bool,
}

impl Look {
    /// Whether the secret that is kept is one of the application's.
    pub(crate) fn knows_held(&self) -> bool {
        let application = self.objects.application.as_ref().map(|(_, application)| application);
        let is_seen = |secret: &SecretSeen| secret.may_be_ours == Some(true);
        self.is_accepted || application.is_some_and(|one| one.secrets.iter().any(is_seen))
    }

    /// Why the secret that is kept may be seen later, and within what time.
    fn may_come(&self, is_rejected: bool) -> Option<(&'static str, Duration)> {
        let (_, application) = self.objects.application.as_ref()?;
        // Old secrets have no first characters to be known by.
        if self.is_accepted && application.secrets.iter().all(|one| one.may_be_ours == Some(false)) {
            return Some((
                "the secret that is kept works, but Graph does not list it yet",
                REPLICATED_WITHIN,
            ));
        }
        let age = self.objects.seen_at.duration_since(self.held.since?);
        let left = REPLICATED_WITHIN.saturating_sub(Duration::try_from(age).unwrap_or_default());
        let why = "the secret was put there just now, and Entra ID does not accept it yet";
        (is_rejected && !left.is_zero()).then_some((why, left))
    }
}

/// After this time, what was proven once by a sign-in is taken to be known everywhere: users report seconds to a minute.
const REPLICATED_WITHIN: Duration = Duration::from_secs(60);

impl Provisioner<'_> {
    /// Looks at the tenant, where `held` is the secret that is kept: two requests, and a sign-in where that secret is none of those that
    /// are seen. One that was put there just now is waited for: it may not be known everywhere yet.
    ///
    /// # Errors
    /// [`Failure`] says why it was not seen.
    pub async fn look(&self, held: Held) -> Result<Look, Failure> {
        let mut pauses = None;
        loop {
            let (look, is_rejected) = self.glance(held.clone()).await?;
            let Some((why, within)) = look.may_come(is_rejected) else { return Ok(look) };
            let pauses = pauses.get_or_insert_with(|| {
                // Most of the time is for what is done afterwards.
                let some = self.patience.until.remaining() / 8;
                Patience { until: Deadline::after(within.min(some)), ..self.patience }.pauses()
            });
            if !pauses.wait(why).await {
                return Ok(look);
            }
        }
    }

    /// One look, and whether a sign-in with the secret that is kept was refused because of the secret.
    async fn glance(&self, mut held: Held) -> Result<(Look, bool), Failure> {
        let unique_name = unique_name(self.wanted.name());
        let sought = Sought {
            tenant: self.wanted.access.tenant_id,
            client_id: self.wanted.client_id,
            unique_name: &unique_name,
            name: self.wanted.name(),
        };
        let objects = probe::objects(self.admin, sought, held.secret.as_ref().ok()).await;
        let objects = objects.map_err(Failure::Unseen)?;
        held.since = held.since.map(|since| by_their_clock(since, self.admin.clock_ahead()));
        let secret = held.secret.as_ref().ok();
        let unknown = objects.application.as_ref().zip(secret).filter(|((_, application), _)| {
            application.secrets.iter().all(|one| one.may_be_ours != Some(true))
        });
        let (is_accepted, is_rejected) = match unknown {
            Some(((_, application), secret)) => match self.sign_in(application.client_id, secret).await {
                Ok(_) => (true, false),
                Err(GraphError::SignIn(refused)) => (false, refused.kind == Kind::SecretRejected),
                Err(error) => return Err(Failure::Graph(error)),
            },
            None => (false, false),
        };
        Ok((Look { objects, held, is_accepted }, is_rejected))
    }

    /// One sign-in of the application; a new one each time, for a token that is kept shows no new grants. Gives the roles in the token,
    /// if it can be read.
    async fn sign_in(&self, id: ClientId, secret: &Secret) -> Result<Option<Vec<String>>, GraphError> {
        let limits = Limits { until: Some(self.patience.until), ..Limits::default() };
        let credential = Credential::Secret(id, secret.clone());
        let client = Client::new(&self.wanted.access, credential, Arc::clone(&self.transport), limits);
        Ok(client.token().await?.roles().map(<[String]>::to_vec))
    }
}

/// A time of this machine's clock by Microsoft's, whose times of answers are exact to a second. Clocks that agree but for that are one.
fn by_their_clock(time: Timestamp, ahead: Option<i64>) -> Timestamp {
    match ahead {
        Some(ahead) if ahead.unsigned_abs() > 2 => {
            time.checked_sub(SignedDuration::from_secs(ahead)).unwrap_or(time)
        }
        _ => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_their_clock_unless_the_clocks_agree_but_for_a_second_or_two() {
        let time = "2026-03-01T12:00:00Z".parse::<Timestamp>().expect("a time");
        for (ahead, read) in [
            (None, "2026-03-01T12:00:00Z"),
            (Some(2), "2026-03-01T12:00:00Z"),
            (Some(-2), "2026-03-01T12:00:00Z"),
            (Some(3600), "2026-03-01T11:00:00Z"),
            (Some(-90), "2026-03-01T12:01:30Z"),
        ] {
            assert_eq!(by_their_clock(time, ahead).to_string(), read, "{ahead:?}");
        }
    }
}
