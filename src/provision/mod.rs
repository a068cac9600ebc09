//! Provisioning: plans, creates, maintains and deletes the application in Entra ID that the settings ask for.
//!
//! ```text
//! Wanted ────────┐
//! Objects ───────┼─ plan ──▶ Plan ──apply──▶ Graph, and SecretStore: the settings file and the place of the secret
//! StoredSecret ──┘                 rotate, destroy
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `plan`, `step`, `obstacle` | pure: the steps from the current to the wanted state, or why there are none |
//! | `day` | dates and remaining days |
//! | `name` | the names by which a later run recognises its own objects |
//! | `classification` | pure: classifies the registered secrets relative to the stored one |
//! | `act` | the changes of the tenant, each safe to repeat |
//! | `certificate`, `wanted_certificate` | adds and removes a certificate; the one that the settings name |
//! | `registered` | pure: relates the registered certificates to the one in the settings |
//! | `expose`, `scope` | exposes the API; pure: its scope |
//! | `secret` | adds, tests and removes a client secret; a lost answer leaves no orphan |
//! | `apply`, `rotate`, `rotate_certificate`, `destroy` | the operations of the commands |
//! | `automation` | the automation application, on request: its plan, its key, its deletion |
//! | `patience` | waits with a reason and a time limit |
//! | `store`, `files` | where ids and secrets are stored |
//! | `failure` | why an operation stopped |
//!
//! Planning sends nothing and changes nothing:
//!
//! ```
//! use swyx_teams::provision::{Absence, StoredSecret, Installation, ProvisioningSnapshot, Options, plan};
//! use swyx_teams::entra::snapshot::objects::{GraphPrincipal, Objects};
//!
//! let text = "[control_center]
//! MsTeamsStatusSyncMode = 1
//! MsTeamsTenantId = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'
//! MsTeamsClientSecret = { file = 'teams.secret' }
//! ";
//! let wanted = swyx_teams::check::check_bytes("north.toml", text.into(), false).wanted()?;
//! let roles = [
//!     ("Presence.Read.All", "a70e0c2d-e793-494c-94c4-118fa0a67f42"),
//!     ("User.ReadBasic.All", "97235f07-e226-4f63-ace3-39588e11d3a1"),
//! ];
//! let roles = roles.into_iter().map(|(name, id)| Ok((name.to_owned(), id.parse()?)));
//! let graph = GraphPrincipal::new("9a45cd88-8d59-40d6-8144-5b6a189663f5".parse()?, roles.collect::<Result<_, uuid::Error>>()?);
//! // The result of `Provisioner::probe` for an empty tenant.
//! let objects = Objects::new("2026-11-25T04:00:00Z".parse()?, graph);
//! let snapshot = ProvisioningSnapshot::new(objects, StoredSecret { secret: Err(Absence::Empty), since: None });
//! let installation = Installation::new("swyx01", std::path::Path::new("/etc/north.toml"));
//! let plan = plan(&wanted, &snapshot, &installation, Options::default())?;
//! let lines = plan.steps.iter().flat_map(|step| step.lines(wanted.keys, wanted.mode)).map(|line| format!("{} {}", line.object, line.what));
//! assert_eq!(lines.collect::<Vec<_>>(), [
//!     "application SwyxMSTeamsPresenceSync, for this tenant only",
//!     "declared permission Presence.Read.All",
//!     "declared permission User.ReadBasic.All",
//!     "service principal of the application",
//!     "settings file control_center.MsTeamsClientId",
//!     "grant Presence.Read.All",
//!     "grant User.ReadBasic.All",
//!     "client secret valid for 180 days, stored in the file teams.secret",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The only state is in Entra ID, in the files, and in the times of their last change. If a run is interrupted, the next run plans from
//! the current state and recognises leftovers by their names.

mod act;
mod apply;
mod automation;
mod certificate;
mod classification;
mod day;
mod destroy;
mod expose;
mod failure;
mod files;
mod name;
mod obstacle;
mod patience;
mod plan;
mod registered;
mod rotate;
mod rotate_certificate;
mod scope;
mod secret;
mod step;
mod store;
mod wanted_certificate;

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
use uuid::Uuid;

pub use apply::Applied;
pub use automation::{
    AutomationPlan, AutomationScope, AutomationState, KeyStore, StoredKey, WantedAutomation, plan_automation,
};
use classification::name_of;
pub use classification::{Absence, SecretClassification, StoredSecret, classify, list_candidates};
pub use destroy::Removal;
pub use failure::Failure;
pub use files::{Files, HandOver, Show};
pub use name::Installation;
use name::unique_name;
pub use obstacle::{Obstacle, Restoring};
pub use patience::{Patience, Progress};
pub use plan::{Options, Plan, plan};
pub use rotate::{RotateRequest, Rotated, RotationPlan, plan_rotation};
pub use secret::Proof;
pub use step::{Guide, Line, Permission, Sign, Step};
pub use store::{SecretStore, StoreError, StoreOutcome};
pub use wanted_certificate::WantedCertificate;

/// An administrator's session on one tenant, for one settings file.
#[non_exhaustive]
pub struct Provisioner<'a> {
    /// What the settings ask for.
    pub wanted: &'a Wanted,
    /// The installation that secrets are created for.
    pub installation: &'a Installation,
    /// The administrator's Graph.
    pub admin: &'a Client,
    /// The transport for the application's own sign-ins.
    pub transport: Arc<dyn Transport>,
    /// The time limit, and the observer of progress.
    pub patience: Patience<'a>,
}

/// The state before a plan is made.
#[non_exhaustive]
pub struct ProvisioningSnapshot {
    /// The objects of the tenant.
    pub objects: Objects,
    /// The stored secret.
    pub stored: StoredSecret,
    /// Whether a sign-in worked with a stored secret that is not among the visible ones.
    pub is_accepted: bool,
    /// The secrets that begin like the stored one and are another one: no run considers or removes them.
    pub not_stored: Vec<Uuid>,
    /// The certificate that the settings name.
    pub certificate: WantedCertificate,
}

impl ProvisioningSnapshot {
    /// A state in which no sign-in with the stored secret was tried.
    pub fn new(objects: Objects, stored: StoredSecret) -> Self {
        Self {
            objects,
            stored,
            is_accepted: false,
            not_stored: Vec::new(),
            certificate: WantedCertificate::None,
        }
    }

    /// The secrets of the application that a run considers.
    pub(crate) fn secrets(&self) -> Vec<SecretSeen> {
        let secrets = self.objects.application.iter().flat_map(|(_, application)| &application.secrets);
        secrets.filter(|secret| !self.not_stored.contains(&secret.key_id)).cloned().collect()
    }

    /// Whether the stored secret is one of the application's.
    pub(crate) fn knows_stored(&self) -> bool {
        self.is_accepted || self.secrets().iter().any(|secret| secret.may_be_ours == Some(true))
    }

    /// Why the stored secret may become visible later, and within what time.
    fn may_come(&self, is_rejected: bool) -> Option<(&'static str, Duration)> {
        let (_, application) = self.objects.application.as_ref()?;
        // Old secrets have no hint to compare.
        if self.is_accepted && application.secrets.iter().all(|one| one.may_be_ours == Some(false)) {
            return Some(("the stored secret works, but Graph does not list it yet", REPLICATED_WITHIN));
        }
        let age = self.objects.seen_at.duration_since(self.stored.since?);
        let left = REPLICATED_WITHIN.saturating_sub(Duration::try_from(age).unwrap_or_default());
        let why = "the secret was stored just now, and Entra ID does not accept it yet";
        (is_rejected && !left.is_zero()).then_some((why, left))
    }
}

/// After this time, a secret that passed one sign-in counts as replicated everywhere: users report seconds to a minute.
const REPLICATED_WITHIN: Duration = Duration::from_secs(60);

impl<'a> Provisioner<'a> {
    /// A session whose requests to Graph are sent by `admin`.
    pub fn new(
        wanted: &'a Wanted,
        installation: &'a Installation,
        admin: &'a Client,
        transport: Arc<dyn Transport>,
        patience: Patience<'a>,
    ) -> Self {
        Self { wanted, installation, admin, transport, patience }
    }
}

impl Provisioner<'_> {
    /// Probes the tenant, with `stored` as the stored secret: two requests, and a sign-in if the secret is not among the visible ones, or
    /// if only its beginning shows that it is one of them.
    /// Waits for a secret that was stored just now because it may not be replicated yet.
    ///
    /// # Errors
    /// [`Failure`] says why the probe failed.
    pub async fn probe(&self, stored: StoredSecret) -> Result<ProvisioningSnapshot, Failure> {
        let mut pauses = None;
        loop {
            let (snapshot, is_rejected) = self.probe_once(stored.clone()).await?;
            let Some((why, within)) = snapshot.may_come(is_rejected) else { return Ok(snapshot) };
            let pauses = pauses.get_or_insert_with(|| {
                // Most of the time is reserved for the changes that follow.
                let some = self.patience.until.remaining() / 8;
                Patience { until: Deadline::after(within.min(some)), ..self.patience }.pauses()
            });
            if !pauses.wait(why).await {
                return Ok(snapshot);
            }
        }
    }

    /// One probe, and whether a sign-in with the stored secret was rejected because of the secret.
    async fn probe_once(&self, mut stored: StoredSecret) -> Result<(ProvisioningSnapshot, bool), Failure> {
        let unique_name = unique_name(self.wanted.name());
        let sought = Sought {
            tenant: self.wanted.access.tenant_id,
            client_id: self.wanted.client_id,
            generation: self.wanted.generation,
            unique_name: &unique_name,
            name: self.wanted.name(),
        };
        let objects = probe::read_objects(self.admin, sought, stored.secret.as_ref().ok()).await;
        let objects = objects.map_err(Failure::Unseen)?;
        stored.since = stored.since.map(|since| by_their_clock(since, self.admin.clock_ahead()));
        let mut snapshot = ProvisioningSnapshot::new(objects, stored);
        let Some((_, application)) = &snapshot.objects.application else { return Ok((snapshot, false)) };
        let candidates = application.secrets.iter().filter(|one| one.may_be_ours == Some(true));
        let (live, expired): (Vec<_>, Vec<_>) =
            candidates.partition(|one| one.ends > snapshot.objects.seen_at);
        // The name of a secret of this installation shows that it is not another system's.
        let is_own = |one: &SecretSeen| name_of(one).is_some_and(|name| name.is_of(self.installation));
        let is_another = matches!(live.as_slice(), [one] if !is_own(one));
        let is_unclear = is_another || live.is_empty() == expired.is_empty();
        let Some(secret) = snapshot.stored.secret.as_ref().ok().filter(|_| is_unclear) else {
            return Ok((snapshot, false));
        };
        match self.sign_in(application.client_id, secret).await {
            // No expired secret works, so an expired one that begins like the stored one is another one.
            Ok(_) if !live.is_empty() => {
                snapshot.not_stored = expired.iter().map(|one| one.key_id).collect();
                Ok((snapshot, false))
            }
            Ok(_) => Ok((ProvisioningSnapshot { is_accepted: true, ..snapshot }, false)),
            Err(GraphError::SignIn(refused)) => {
                let is_rejected = refused.kind == Kind::SecretRejected;
                // It only begins like the stored one.
                if is_rejected && is_another {
                    snapshot.not_stored = live.iter().map(|one| one.key_id).collect();
                }
                Ok((snapshot, is_rejected))
            }
            Err(error) => Err(Failure::Graph(error)),
        }
    }

    /// One sign-in of the application. Never cached, because a cached token lacks new grants. Returns the roles in the token, if it can
    /// be read.
    async fn sign_in(&self, id: ClientId, secret: &Secret) -> Result<Option<Vec<String>>, GraphError> {
        let limits = Limits { until: Some(self.patience.until), ..Limits::default() };
        let credential = Credential::Secret(id, secret.clone());
        let client = Client::new(&self.wanted.access, credential, Arc::clone(&self.transport), limits);
        Ok(client.fetch_token().await?.roles().map(<[String]>::to_vec))
    }
}

/// Converts a time of this machine's clock to Microsoft's, whose times have a resolution of one second. Smaller differences count as
/// equal.
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
    fn timestamps_are_converted_if_the_clocks_differ_by_over_two_seconds() {
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
