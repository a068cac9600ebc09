//! Carries the plan out. Each change is safe to repeat.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::plan::{AutomationPlan, Step};
use super::probe::ApplicationShape;
use super::store::KeyStore;
use super::{AutomationState, Registered, WantedAutomation, key, unique_name};
use crate::entra::GraphError;
use crate::entra::graph::Change;
use crate::entra::sign_in::{SigningKey, as_automation};
use crate::provision::step::{CHANGE, CREATE};
use crate::provision::{Failure, Provisioner};
use crate::settings::ClientId;

/// What the steps need and create.
struct Progressed {
    application: Option<Registered>,
    principal: Option<Uuid>,
    certificate: Option<Vec<u8>>,
    new_key: Option<SigningKey>,
}

impl Provisioner<'_> {
    /// Carries the plan out, and tests a new key with a sign-in. Completed changes stay after an error.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped.
    pub async fn apply_automation(
        &self,
        plan: &AutomationPlan,
        state: &AutomationState,
        wanted: &WantedAutomation,
        store: &KeyStore<'_>,
    ) -> Result<ClientId, Failure> {
        let mut done = Progressed {
            application: state.application.clone(),
            principal: state.principal,
            certificate: wanted.stored.as_ref().map(|key| key.certificate.clone()),
            new_key: None,
        };
        for (step, line) in plan.steps.iter().zip(&plan.lines) {
            let what = format!("{}: {}", line.object, line.what);
            self.patience.during(&what, self.automation_step(step, state, wanted, store, &mut done)).await?;
        }
        let id = done.application.as_ref().ok_or_else(missing)?.client_id;
        if let Some(key) = &done.new_key {
            self.patience.during("testing the new key with a sign-in", self.prove_key(id, key)).await?;
        }
        Ok(id)
    }

    async fn automation_step(
        &self,
        step: &Step,
        state: &AutomationState,
        wanted: &WantedAutomation,
        store: &KeyStore<'_>,
        done: &mut Progressed,
    ) -> Result<(), Failure> {
        match step {
            Step::Register => done.application = Some(self.register_automation(state.target_id).await?),
            Step::MakeKey => {
                let made = key::make("swyx-teams automation", self.admin.now(), wanted.days);
                let made = made.ok_or_else(|| Failure::NotStored("the key could not be made".to_owned()))?;
                store.store_key(&wanted.key, &made.pem)?;
                done.certificate = Some(made.signing.certificate().to_vec());
                done.new_key = Some(made.signing);
            }
            Step::AddCertificate => {
                let certificate = done.certificate.clone().unwrap_or_default();
                self.add_automation_certificate(done.application.as_ref().ok_or_else(missing)?, &certificate)
                    .await?;
            }
            Step::CreatePrincipal => {
                let id = done.application.as_ref().ok_or_else(missing)?.client_id;
                done.principal = Some(self.create_principal(id).await?);
            }
            Step::Grant(one) => {
                self.grant(done.principal.ok_or_else(missing)?, state.graph.id, one.id).await?
            }
            Step::MakeOwner => self.make_owner(state.target, done.principal.ok_or_else(missing)?).await?,
            Step::StoreSettings => {
                store
                    .store_settings(done.application.as_ref().ok_or_else(missing)?.client_id, &wanted.key)?;
            }
        }
        Ok(())
    }

    async fn register_automation(&self, target: ClientId) -> Result<Registered, Failure> {
        let path = format!("/applications(uniqueName='{}')", unique_name(target));
        let body = json!({"displayName": format!("swyx-teams automation for {target}"), "signInAudience": "AzureADMyOrg"});
        let change = Change::upsert(&path, body);
        let select = format!("{path}?$select=id,appId,displayName,uniqueName,keyCredentials");
        let registered = self.patience.settle(NEW, async || {
            let made = match self.admin.change(&change).await {
                Ok(Value::Null) => self.admin.get(&select).await?,
                Err(error) if error.is_already_there() => self.admin.get(&select).await?,
                made => made?,
            };
            Ok(serde_json::from_value::<ApplicationShape>(made).ok().map(Registered::of))
        });
        registered.await.map_err(|failure| refused(failure, "registering the automation application", CREATE))
    }

    /// Adds a certificate. Graph replaces the whole list, so the others are sent back unchanged.
    async fn add_automation_certificate(&self, application: &Registered, der: &[u8]) -> Result<(), Failure> {
        let (now, ends) = (self.admin.now(), SigningKey::end_of(der).ok_or_else(missing)?);
        let end = ends.checked_sub(SignedDuration::from_secs(1)).unwrap_or(ends);
        let new = json!({
            "keyId": Uuid::new_v4(), "type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(der),
            "displayName": "swyx-teams automation", "startDateTime": now.strftime(TIME).to_string(),
            "endDateTime": end.strftime(TIME).to_string(),
        });
        let all = application.keys.iter().cloned().chain([new]).collect::<Vec<_>>();
        let change =
            Change::patch(format!("/applications/{}", application.id), json!({"keyCredentials": all}));
        let added = self.patience.settle(NEW, async || self.admin.change(&change).await.map(|_| Some(())));
        added.await.map_err(|failure| refused(failure, "adding the certificate", CHANGE))
    }

    async fn make_owner(&self, target: Uuid, principal: Uuid) -> Result<(), Failure> {
        let object = format!("{}/directoryObjects/{principal}", self.wanted.access.graph_address());
        let change =
            Change::post(format!("/applications/{target}/owners/$ref"), json!({"@odata.id": object}));
        let made = self.patience.settle(NEW, async || match self.admin.change(&change).await {
            Err(error) if error.is_already_there() => Ok(Some(())),
            changed => changed.map(|_| Some(())),
        });
        made.await.map_err(|failure| refused(failure, "making the automation application an owner", CHANGE))
    }

    /// One sign-in with the new key, repeated until Entra ID knows the application and its certificate.
    async fn prove_key(&self, id: ClientId, key: &SigningKey) -> Result<(), Failure> {
        /// The codes of an application, a certificate and a service principal that are not replicated yet.
        const NOT_YET: [u32; 3] = [700016, 700027, 7000229];
        let why = "Entra ID is still replicating the new certificate";
        self.patience
            .settle(why, async || {
                let (transport, access) = (Arc::clone(&self.transport), &self.wanted.access);
                match as_automation(transport, access, id, key, self.patience.until.remaining()).await {
                    Err(GraphError::SignIn(error))
                        if error.code.is_some_and(|code| NOT_YET.contains(&code)) =>
                    {
                        Ok(None)
                    }
                    result => result.map(|_| Some(())),
                }
            })
            .await
    }

    /// Deletes the automation application with its service principal and its grants; it can be restored for 30 days.
    ///
    /// # Errors
    /// [`Failure`] says why it was not deleted.
    pub async fn destroy_automation(&self, state: &AutomationState) -> Result<(), Failure> {
        match &state.application {
            Some(application) => self.delete_application(application.id).await,
            None => Ok(()),
        }
    }
}

/// The format of times in Graph.
const TIME: &str = "%Y-%m-%dT%H:%M:%SZ";
const NEW: &str = "Entra ID is still replicating the automation application";
/// The steps are not in order.
fn missing() -> Failure {
    Failure::NotStored("the plan is not complete".to_owned())
}

fn refused(failure: Failure, what: &'static str, role: &'static str) -> Failure {
    match failure {
        Failure::Graph(error) => Failure::of(error, what, role),
        failure => failure,
    }
}
