//! Carries a plan out, step by step.

use uuid::Uuid;

use super::act::{GRANTING, Registered};
use super::failure::Failure;
use super::keep::{Keep, Kept};
use super::secret::{Added, Proof};
use super::standing::Held;
use super::step::{Permission, Step};
use super::{Look, Plan, Provisioner};
use crate::secret::Secret;
use crate::settings::ClientId;

/// What came of a plan.
#[derive(Debug)]
pub struct Applied {
    /// The application (client) id.
    pub client_id: ClientId,
    /// The secret that was made, and where it went.
    pub secret: Option<(Kept, Secret)>,
    /// What a sign-in showed; nothing if there was no secret to sign in with.
    pub proof: Option<Proof>,
    /// The permissions that the administrator may not grant.
    pub not_granted: Vec<Permission>,
}

/// The ids that steps need and make.
#[derive(Default)]
struct Ids {
    registered: Option<Registered>,
    principal: Option<Uuid>,
}

impl Provisioner<'_> {
    /// Carries `plan` out, which was made of `look`. What is done stays done, whatever happens; the next plan goes on from
    /// there.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped.
    pub async fn apply(&self, plan: &Plan, look: &Look, keep: &mut dyn Keep) -> Result<Applied, Failure> {
        if plan.steps.iter().any(|step| matches!(step, Step::AddSecret { .. })) {
            keep.prepare(look.knows_held())?;
        }
        let application = look.objects.application.as_ref().map(|(_, application)| application);
        let mut ids = Ids {
            registered: application.map(|one| Registered { id: one.id, client_id: one.client_id }),
            principal: application.and_then(|one| one.principal.as_ref()).map(|principal| principal.id),
        };
        let mut applied = Applied {
            client_id: self.wanted.client_id.unwrap_or(ClientId::new(Uuid::nil())),
            secret: None,
            proof: None,
            not_granted: Vec::new(),
        };
        for step in &plan.steps {
            self.patience.told.begins(step);
            if self.step(step, look, &mut ids, keep, &mut applied).await? {
                self.patience.told.done(step);
            }
        }
        let registered = ids.registered()?;
        applied.client_id = registered.client_id;
        // The secret is kept by now; that the grants are not in the token yet costs nothing but time.
        let proven = match (&applied.secret, &look.held.secret) {
            _ if plan.steps.is_empty() || applied.proof == Some(Proof::Whole) => None,
            (Some((_, new)), _) => Some(new),
            (None, Ok(kept)) => Some(kept),
            (None, Err(_)) => None,
        };
        if let Some(secret) = proven {
            self.patience.told.says("signing in with the secret that is kept, as a proof");
            let wholly = applied.not_granted.is_empty();
            applied.proof = Some(self.prove(registered.client_id, secret, wholly).await?);
        }
        Ok(applied)
    }

    /// Does one step, and tells whether it is done: a grant that the administrator may not give is left to somebody else.
    async fn step(
        &self,
        step: &Step,
        look: &Look,
        ids: &mut Ids,
        keep: &mut dyn Keep,
        applied: &mut Applied,
    ) -> Result<bool, Failure> {
        let application = look.objects.application.as_ref().map(|(_, application)| application);
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
            Step::KeepClientId => keep.keep_client_id(ids.registered()?.client_id)?,
            Step::CreatePrincipal => {
                ids.principal = Some(self.create_principal(ids.registered()?.client_id).await?);
            }
            Step::EnablePrincipal => self.enable_principal(ids.principal()?).await?,
            Step::Grant(permission) => {
                match self.grant(ids.principal()?, look.objects.graph.id, permission.id).await {
                    Err(Failure::Forbidden { what: GRANTING, .. }) => {
                        applied.not_granted.push(permission.clone());
                        return Ok(false);
                    }
                    granted => granted?,
                }
            }
            Step::Revoke { assignment, .. } => self.revoke(look.objects.graph.id, assignment).await?,
            Step::RemoveSecret { key_id, .. } => self.remove_secret(ids.registered()?.id, *key_id).await?,
            Step::AddSecret { after, .. } => {
                let count = application.map_or(0, |application| application.secrets.len());
                let registered = ids.registered()?;
                let added = self.add_secret(registered, *after, count).await?;
                let (kept, proof) = self.prove_and_keep(registered, &added, &look.held, keep).await?;
                (applied.secret, applied.proof) = (Some((kept, added.secret)), Some(proof));
            }
        }
        Ok(true)
    }

    /// Proves a new secret and keeps it; one that fails either is removed, for nobody has its value.
    pub(super) async fn prove_and_keep(
        &self,
        of: Registered,
        added: &Added,
        before: &Held,
        keep: &mut dyn Keep,
    ) -> Result<(Kept, Proof), Failure> {
        self.patience.told.says("signing in with the new secret, as a proof");
        let kept = match self.prove(of.client_id, &added.secret, false).await {
            Ok(proof) => {
                let kept = keep.keep_secret(&added.secret, before);
                kept.map(|kept| (kept, proof)).map_err(Failure::Keep)
            }
            Err(Failure::Graph(error)) => Err(Failure::Unproven(error.to_string())),
            Err(failure) => Err(failure),
        };
        match &kept {
            Ok(_) if added.has_twin => {
                self.remove_named(of.id, &added.name, Some(added.key_id)).await?;
            }
            Ok(_) => {}
            // If this fails too, the next run knows the secret by its name.
            Err(_) => drop(self.remove_secret(of.id, added.key_id).await),
        }
        kept
    }
}

impl Ids {
    fn registered(&self) -> Result<Registered, Failure> {
        self.registered.ok_or_else(|| Failure::NotKept(OUT_OF_ORDER.to_owned()))
    }

    fn principal(&self) -> Result<Uuid, Failure> {
        self.principal.ok_or_else(|| Failure::NotKept(OUT_OF_ORDER.to_owned()))
    }
}

const OUT_OF_ORDER: &str =
    "the plan has no step that makes what another needs; this is a fault of this program";
