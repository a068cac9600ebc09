//! Carries a plan out, step by step.

use jiff::Timestamp;
use uuid::Uuid;

use super::act::{GRANTING, Registered};
use super::classification::StoredSecret;
use super::day::utc_day;
use super::failure::Failure;
use super::secret::{Added, Proof};
use super::step::{Permission, Step};
use super::store::{SecretStore, StoreOutcome};
use super::{Plan, Provisioner, ProvisioningSnapshot};
use crate::secret::Secret;
use crate::settings::ClientId;

/// The result of carrying out a plan.
#[derive(Debug)]
#[non_exhaustive]
pub struct Applied {
    /// The application (client) id.
    pub client_id: ClientId,
    /// The new secret's outcome and end.
    pub secret: Option<(StoreOutcome, Secret)>,
    /// The result of the test sign-in; `None` if there was no secret to sign in with.
    pub proof: Option<Proof>,
    /// When the certificate that was added ends.
    pub certificate_ends: Option<Timestamp>,
    /// The permissions that the administrator cannot grant.
    pub not_granted: Vec<Permission>,
}

/// The ids that steps need and create.
#[derive(Default)]
struct Ids {
    registered: Option<Registered>,
    principal: Option<Uuid>,
}

impl Provisioner<'_> {
    /// Carries out `plan`, which was made from `snapshot`. Completed changes stay after an error, and the next plan continues from there.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped.
    pub async fn apply(
        &self,
        plan: &Plan,
        snapshot: &ProvisioningSnapshot,
        store: &mut dyn SecretStore,
    ) -> Result<Applied, Failure> {
        if plan.steps.iter().any(|step| matches!(step, Step::AddSecret { .. })) {
            store.prepare(snapshot.knows_stored())?;
        }
        let application = snapshot.objects.application.as_ref().map(|(_, application)| application);
        let mut ids = Ids {
            registered: application.map(|one| Registered { id: one.id, client_id: one.client_id }),
            principal: application.and_then(|one| one.principal.as_ref()).map(|principal| principal.id),
        };
        let mut applied = Applied {
            client_id: self.wanted.client_id.unwrap_or(ClientId::new(Uuid::nil())),
            secret: None,
            proof: None,
            certificate_ends: None,
            not_granted: Vec::new(),
        };
        for step in &plan.steps {
            self.patience.progress.begin_step(step);
            if self.step(step, snapshot, &mut ids, store, &mut applied).await? {
                self.patience.progress.end_step(step);
            }
        }
        let registered = ids.registered()?;
        applied.client_id = registered.client_id;
        // The secret is stored by now, so waiting for the grants to appear in the token is safe.
        let proven = match (&applied.secret, &snapshot.stored.secret) {
            _ if plan.steps.is_empty() || applied.proof == Some(Proof::Whole) => None,
            (Some((_, new)), _) => Some(new),
            (None, Ok(kept)) => Some(kept),
            (None, Err(_)) => None,
        };
        if let Some(secret) = proven {
            let is_whole = applied.not_granted.is_empty();
            let test = self.prove(registered.client_id, secret, is_whole);
            applied.proof = Some(self.patience.during(TESTING_STORED, test).await?);
        }
        Ok(applied)
    }

    /// Carries out one step, and returns whether it is done: a grant that the administrator cannot give is left for another
    /// administrator.
    async fn step(
        &self,
        step: &Step,
        snapshot: &ProvisioningSnapshot,
        ids: &mut Ids,
        store: &mut dyn SecretStore,
        applied: &mut Applied,
    ) -> Result<bool, Failure> {
        let application = snapshot.objects.application.as_ref().map(|(_, application)| application);
        match step {
            Step::CreateApplication { declare, guide, .. } => {
                ids.registered = Some(self.create_application(declare, *guide).await?);
            }
            Step::ChangeApplication { rename, declare, undeclare, guide } => {
                if let Some(application) = application {
                    let permissions = (declare.as_slice(), undeclare.as_slice());
                    self.change_application(application, rename.as_deref(), permissions, *guide).await?;
                }
            }
            Step::ExposeApi { .. } => {
                self.expose_api(ids.registered()?, application).await?;
            }
            Step::AddCertificate { certificate, after } => {
                let known = application.map(|one| one.keys.as_slice()).unwrap_or_default();
                let ends = self.add_certificate(ids.registered()?, certificate, *after, known).await?;
                store.store_end(utc_day(ends))?;
                applied.certificate_ends = Some(ends);
            }
            Step::StoreEnd(day) => store.store_end(*day)?,
            Step::StoreClientId => store.store_client_id(ids.registered()?.client_id)?,
            Step::CreatePrincipal => {
                ids.principal = Some(self.create_principal(ids.registered()?.client_id).await?);
            }
            Step::RestorePrincipal { id } => {
                ids.principal = Some(self.restore_principal(ids.registered()?.client_id, *id).await?);
            }
            Step::EnablePrincipal => self.enable_principal(ids.principal()?).await?,
            Step::Grant(permission) => {
                match self.grant(ids.principal()?, snapshot.objects.graph.id, permission.id).await {
                    Err(Failure::Forbidden { what: GRANTING, .. }) => {
                        applied.not_granted.push(permission.clone());
                        return Ok(false);
                    }
                    granted => granted?,
                }
            }
            Step::Revoke { assignment, .. } => self.revoke(snapshot.objects.graph.id, assignment).await?,
            Step::RemoveSecret { key_id, .. } => self.remove_secret(ids.registered()?.id, *key_id).await?,
            Step::AddSecret { after, .. } => {
                let count = application.map_or(0, |application| application.secrets.len());
                let registered = ids.registered()?;
                let added = self.add_secret(registered, *after, count).await?;
                let (kept, proof) = self.prove_and_store(registered, &added, &snapshot.stored, store).await?;
                (applied.secret, applied.proof) = (Some((kept, added.secret)), Some(proof));
            }
        }
        Ok(true)
    }

    /// Tests a new secret and stores it. If either fails, the secret is removed because its value is not stored anywhere.
    pub(super) async fn prove_and_store(
        &self,
        of: Registered,
        added: &Added,
        before: &StoredSecret,
        store: &mut dyn SecretStore,
    ) -> Result<(StoreOutcome, Proof), Failure> {
        let test = self.prove(of.client_id, &added.secret, false);
        let kept = match self.patience.during("testing the new secret with a sign-in", test).await {
            Ok(proof) => {
                let kept = store.store_secret(&added.secret, before);
                kept.map(|kept| (kept, proof)).map_err(Failure::Store)
            }
            Err(Failure::Graph(error)) => Err(Failure::Unproven(error.to_string())),
            Err(failure) => Err(failure),
        };
        match &kept {
            Ok(_) if added.has_twin => {
                self.remove_named(of.id, &added.name, Some(added.key_id)).await?;
            }
            Ok(_) => {}
            // If this also fails, the next run finds the secret by its name.
            Err(_) => drop(self.remove_secret(of.id, added.key_id).await),
        }
        if kept.is_ok() {
            store.store_end(utc_day(added.ends))?;
        }
        kept
    }
}

impl Ids {
    fn registered(&self) -> Result<Registered, Failure> {
        self.registered.ok_or_else(|| Failure::NotStored(OUT_OF_ORDER.to_owned()))
    }

    fn principal(&self) -> Result<Uuid, Failure> {
        self.principal.ok_or_else(|| Failure::NotStored(OUT_OF_ORDER.to_owned()))
    }
}

/// What is reported during the test of the stored secret.
pub(super) const TESTING_STORED: &str = "testing the stored secret with a sign-in";

const OUT_OF_ORDER: &str = "the plan lacks a step that another step needs: this is a bug in swyx-teams";
