//! Adds, tests and removes a client secret.
//!
//! Adding must not be repeated blindly: each request creates a secret, and only its answer contains the value. So if the answer is lost,
//! a secret with the expected name is searched and removed before the next attempt.
//! Sources: <https://learn.microsoft.com/graph/api/application-addpassword>, `application-removepassword`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::act::Registered;
use super::failure::Failure;
use super::name::SecretName;
use super::step::CHANGE;
use super::{Patience, Provisioner};
use crate::entra::aadsts::Kind;
use crate::entra::graph::Change;
use crate::entra::permission::list_needs;
use crate::entra::{GraphError, SignInRefusal};
use crate::http::Deadline;
use crate::secret::Secret;
use crate::settings::ClientId;

/// A new secret.
pub(super) struct Added {
    pub(super) key_id: Uuid,
    pub(super) name: String,
    pub(super) secret: Secret,
    pub(super) ends: Timestamp,
    /// Whether an answer was lost, so that a second secret with this name may exist.
    pub(super) has_twin: bool,
}

/// The result of a test sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// The sign-in works, and the token contains what the mode needs.
    Whole,
    /// The sign-in works; its permissions were not requested or cannot be read.
    SignIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddedShape {
    key_id: Uuid,
    secret_text: String,
    end_date_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecretsShape {
    #[serde(default)]
    password_credentials: Vec<SecretShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecretShape {
    key_id: Uuid,
    display_name: Option<String>,
}

/// How long to search for a secret after a lost answer: longer than users report for a new one to become visible.
const LOOK_FOR: Duration = Duration::from_secs(90);

impl Provisioner<'_> {
    /// Creates a secret that replaces the one with the key id `after`.
    pub(super) async fn add_secret(
        &self,
        of: Registered,
        after: Option<Uuid>,
        count: usize,
    ) -> Result<Added, Failure> {
        let now = self.admin.now();
        let days = self.wanted.secret_lifetime_days;
        let name = SecretName::new(self.installation, Uuid::new_v4(), now, after).to_string();
        let ends = now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
        let body = json!({"passwordCredential": {"displayName": name, "endDateTime": ends.to_string()}});
        let change = Change::post(format!("/applications/{}/addPassword", of.id), body);
        let mut pauses = self.patience.pauses();
        let mut has_twin = false;
        loop {
            match self.admin.change_once(&change).await {
                Ok(body) => {
                    if let Ok(shape) = serde_json::from_value::<AddedShape>(body) {
                        let (key_id, secret) = (shape.key_id, Secret::new(shape.secret_text));
                        let ends = shape.end_date_time.unwrap_or(ends);
                        return Ok(Added { key_id, name, secret, ends, has_twin });
                    }
                }
                Err(error) if error.is_too_early() => {
                    let why = "Entra ID is still replicating the application";
                    if !pauses.wait(why).await {
                        return Err(Failure::TooLate(why.to_owned()));
                    }
                    continue;
                }
                Err(error) if error.refusal().is_some() => return Err(refused(error, days, count)),
                Err(error @ (GraphError::SignIn(_) | GraphError::Administrator(_))) => {
                    return Err(Failure::Graph(error));
                }
                Err(_) => {}
            }
            has_twin = true;
            self.remove_lost(of.id, &name).await?;
        }
    }

    /// Searches for a secret whose value was lost, and removes it. Its absence is only certain after a while.
    async fn remove_lost(&self, application: Uuid, name: &str) -> Result<(), Failure> {
        let look_until = Deadline::after(LOOK_FOR);
        let patience = Patience { until: self.patience.until.min(look_until), ..self.patience };
        let mut pauses = patience.pauses();
        let why = "no answer to the request for a secret; searching for an orphaned secret to remove";
        while pauses.wait(why).await {
            if self.remove_named(application, name, None).await? > 0 {
                return Ok(());
            }
        }
        if self.patience.until <= look_until { Err(Failure::TooLate(why.to_owned())) } else { Ok(()) }
    }

    /// Removes the secrets with this name, except one. Returns how many there were.
    pub(super) async fn remove_named(
        &self,
        application: Uuid,
        name: &str,
        but: Option<Uuid>,
    ) -> Result<usize, Failure> {
        let path = format!("/applications/{application}?$select=passwordCredentials");
        let shape = match self.admin.get(&path).await {
            Ok(shape) => shape,
            // An invisible secret may become visible in the next probe.
            Err(error) if error.is_too_early() || error.is_transient() => return Ok(0),
            Err(error) => return Err(Failure::Graph(error)),
        };
        let secrets = serde_json::from_value::<SecretsShape>(shape).map(|shape| shape.password_credentials);
        let lost = secrets
            .unwrap_or_default()
            .into_iter()
            .filter(|secret| secret.display_name.as_deref() == Some(name) && Some(secret.key_id) != but);
        let mut count = 0;
        for secret in lost {
            self.remove_secret(application, secret.key_id).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Removes a secret, or finds that it is gone.
    pub(super) async fn remove_secret(&self, application: Uuid, key_id: Uuid) -> Result<(), Failure> {
        let change =
            Change::post(format!("/applications/{application}/removePassword"), json!({"keyId": key_id}));
        match self.admin.change(&change).await {
            // Graph answers 400 for a missing secret; its error code is undocumented.
            Err(error) if matches!(error.refusal(), Some(400 | 404)) => Ok(()),
            removed => removed
                .map(|_: Value| ())
                .map_err(|error| Failure::of(error, "removing a client secret", CHANGE)),
        }
    }

    /// Tests a secret with a sign-in; a new secret takes a while to work. If `is_whole`, also waits until the token contains what the mode
    /// needs.
    pub(super) async fn prove(
        &self,
        id: ClientId,
        secret: &Secret,
        is_whole: bool,
    ) -> Result<Proof, Failure> {
        let mut pauses = self.patience.pauses();
        loop {
            let why = match self.sign_in(id, secret).await {
                Ok(None) => return Ok(Proof::SignIn),
                Ok(Some(roles)) => {
                    match list_needs(self.wanted.generation, self.wanted.mode)
                        .iter()
                        .find(|need| !need.is_met_by(&roles))
                    {
                        None => return Ok(Proof::Whole),
                        Some(_) if !is_whole => return Ok(Proof::SignIn),
                        Some(need) => {
                            format!(
                                "the sign-in works, but its token does not contain the grant of {} yet",
                                need.name
                            )
                        }
                    }
                }
                Err(GraphError::SignIn(refused)) if may_come(&refused) => {
                    format!("Entra ID does not accept the sign-in yet ({refused})")
                }
                Err(error) if error.is_transient() => format!("no answer to the sign-in ({error})"),
                Err(error) => return Err(Failure::Graph(error)),
            };
            if !pauses.wait(&why).await {
                return Err(Failure::TooLate(why));
            }
        }
    }
}

/// Whether a sign-in may have been rejected only because it was too early.
fn may_come(refused: &SignInRefusal) -> bool {
    match refused.kind {
        Kind::SecretRejected
        | Kind::ApplicationNotFound
        | Kind::ServicePrincipalMissing
        | Kind::SignInDisabled
        | Kind::NotConsented
        | Kind::Transient => true,
        // Entra ID may report a lag with a code that this program does not know.
        Kind::Unknown => refused.code.is_some(),
        Kind::TenantNotFound
        | Kind::WrongCloud
        | Kind::SecretExpired
        | Kind::Administrator
        | Kind::AssertionRejected
        | Kind::Request => false,
    }
}

/// The error for a refused addition. The codes are those that users report for application management policies.
fn refused(error: GraphError, days: u16, count: usize) -> Failure {
    let code = match &error {
        GraphError::Refused { code, .. } => code.as_str().unwrap_or_default(),
        _ => "",
    };
    match (code, error.refusal()) {
        ("CredentialInvalidLifetimeAsPerAppPolicy", _) => Failure::LifetimeCapped { days },
        ("CredentialTypeNotAllowedAsPerAppPolicy", _) => Failure::SecretsForbidden,
        (_, Some(403)) => Failure::Forbidden { what: "adding a client secret", role: CHANGE },
        _ => Failure::NotAdded { error, count },
    }
}
