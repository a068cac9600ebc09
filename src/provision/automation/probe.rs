//! Reads what the tenant has.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{AutomationState, Registered, WantedAutomation, unique_name};
use crate::entra::probe::GRAPH_APP_ID;
use crate::entra::snapshot::objects::GraphPrincipal;
use crate::entra::snapshot::{Cause, Unseen};
use crate::provision::{Failure, Provisioner};
use crate::settings::ClientId;

/// The members of a registration.
const MEMBERS: &str = "id,appId,displayName,uniqueName,keyCredentials";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApplicationShape {
    pub(super) id: Uuid,
    pub(super) app_id: Uuid,
    #[serde(default)]
    display_name: String,
    unique_name: Option<String>,
    #[serde(default)]
    key_credentials: Vec<Value>,
}

#[derive(Deserialize)]
struct ListShape<T> {
    value: Vec<T>,
}

#[derive(Deserialize)]
struct ObjectShape {
    id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantShape {
    app_role_id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphShape {
    id: Uuid,
    app_roles: Vec<RoleShape>,
}

#[derive(Deserialize)]
struct RoleShape {
    id: Uuid,
    value: Option<String>,
}

impl Provisioner<'_> {
    /// Reads the automation application and what it may do.
    ///
    /// # Errors
    /// [`Failure`] says why it could not be read.
    pub async fn probe_automation(&self, wanted: &WantedAutomation) -> Result<AutomationState, Failure> {
        let target_id = self.wanted.client_id.ok_or(Failure::NoTarget)?;
        let path = format!("/applications(appId='{target_id}')?$select=id,appId");
        let target = self.find::<ObjectShape>(&path).await?.ok_or(Failure::NoTarget)?.id;
        let key = match wanted.client_id {
            Some(id) => format!("appId='{id}'"),
            None => format!("uniqueName='{}'", unique_name(target_id)),
        };
        let shape = self.find::<ApplicationShape>(&format!("/applications({key})?$select={MEMBERS}")).await?;
        let application = shape.map(Registered::of);
        let mut state = AutomationState {
            target,
            target_id,
            application,
            principal: None,
            granted: Vec::new(),
            is_owner: false,
            graph: self.graph_principal().await?,
            seen_at: self.admin.now(),
        };
        if let Some(id) = state.application.as_ref().map(|one| one.client_id) {
            self.read_principal(id, &mut state).await?;
        }
        Ok(state)
    }

    async fn read_principal(&self, id: ClientId, state: &mut AutomationState) -> Result<(), Failure> {
        let path = format!("/servicePrincipals(appId='{id}')");
        let Some(principal) = self.find::<ObjectShape>(&format!("{path}?$select=id")).await? else {
            return Ok(());
        };
        state.principal = Some(principal.id);
        let grants = self.find::<ListShape<GrantShape>>(&format!("{path}/appRoleAssignments")).await?;
        state.granted = grants.into_iter().flat_map(|list| list.value).map(|one| one.app_role_id).collect();
        let owners = format!("/applications/{}/owners?$select=id", state.target);
        let owners = self.find::<ListShape<ObjectShape>>(&owners).await?;
        state.is_owner = owners.into_iter().flat_map(|list| list.value).any(|one| one.id == principal.id);
        Ok(())
    }

    async fn graph_principal(&self) -> Result<GraphPrincipal, Failure> {
        let path = format!("/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appRoles");
        let shape = self.find::<GraphShape>(&path).await?;
        let shape = shape.ok_or_else(undocumented)?;
        let roles = shape.app_roles.into_iter().filter_map(|role| Some((role.value?, role.id))).collect();
        Ok(GraphPrincipal::new(shape.id, roles))
    }

    /// Reads an object; `None` if it does not exist.
    pub(super) async fn find<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Option<T>, Failure> {
        match self.admin.get(path).await {
            Ok(value) => serde_json::from_value(value).map(Some).map_err(|_| undocumented()),
            Err(error) if error.refusal() == Some(404) => Ok(None),
            Err(error) => Err(Failure::of(error, "reading the applications", "Directory Readers")),
        }
    }
}

fn undocumented() -> Failure {
    let why = "Microsoft Graph sent an answer in an undocumented format";
    Failure::Unseen(Unseen::new(Cause::Answer, why))
}

impl Registered {
    pub(super) fn of(shape: ApplicationShape) -> Self {
        Self {
            id: shape.id,
            client_id: ClientId::new(shape.app_id),
            name: shape.display_name,
            unique_name: shape.unique_name,
            keys: shape.key_credentials,
        }
    }
}
