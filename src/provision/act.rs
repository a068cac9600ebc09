//! The changes of the tenant. Each is safe to repeat: it may have been made before, by this run or another, and the objects that it needs
//! may not be replicated yet. Sources: <https://learn.microsoft.com/graph/api/application-upsert>, `application-update`,
//! `serviceprincipal-post-serviceprincipals`, `serviceprincipal-post-approleassignedto`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::failure::Failure;
use super::plan::is_graphs_role;
use super::step::{CHANGE, CREATE, GRANT, Guide, Permission};
use super::{Provisioner, unique_name};
use crate::entra::GraphError;
use crate::entra::graph::Change;
use crate::entra::probe::GRAPH_APP_ID;
use crate::entra::snapshot::objects::{Application, Declared};
use crate::settings::ClientId;

/// The ids of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Registered {
    /// The object id.
    pub(super) id: Uuid,
    /// The application (client) id.
    pub(super) client_id: ClientId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationShape {
    id: Uuid,
    app_id: Uuid,
}

#[derive(Deserialize)]
struct ObjectShape {
    id: Uuid,
}

const NEW_APPLICATION: &str = "Entra ID is still replicating the new application";
const NEW_PRINCIPAL: &str = "Entra ID is still replicating the new service principal";

impl Provisioner<'_> {
    /// Creates the application, or finds the one from an earlier attempt.
    pub(super) async fn create_application(
        &self,
        declare: &[Permission],
        guide: Option<Guide>,
    ) -> Result<Registered, Failure> {
        let path = format!("/applications(uniqueName='{}')", unique_name(self.wanted.name()));
        let mut body = members(json!({
            "displayName": self.wanted.name(),
            // Without it, Entra ID lets accounts of every tenant, and personal accounts, sign in.
            "signInAudience": "AzureADMyOrg",
            "requiredResourceAccess": grouped(declare.iter().map(declared)),
        }));
        body.extend(guide.map(|guide| guided(guide, &[])).unwrap_or_default());
        let change = Change::upsert(&path, Value::Object(body));
        let select = format!("{path}?$select=id,appId");
        self.patience
            .settle(NEW_APPLICATION, async || {
                let made = match self.admin.change(&change).await {
                    // It exists already, for example because an earlier answer was lost.
                    Ok(Value::Null) => self.admin.get(&select).await?,
                    Err(error) if error.is_already_there() => self.admin.get(&select).await?,
                    made => made?,
                };
                let shape = serde_json::from_value::<ApplicationShape>(made).ok();
                Ok(shape.map(|shape| Registered { id: shape.id, client_id: ClientId::new(shape.app_id) }))
            })
            .await
            .map_err(|failure| forbidden(failure, "registering an application", CREATE))
    }

    /// Changes the name, the declared permissions and the settings of the vendor's guide; everything else stays.
    pub(super) async fn change_application(
        &self,
        application: &Application,
        rename: Option<&str>,
        (declare, undeclare): (&[Permission], &[Permission]),
        guide: Option<Guide>,
    ) -> Result<(), Failure> {
        let mut body = Map::new();
        if let Some(name) = rename {
            body.insert("displayName".to_owned(), name.into());
        }
        if !(declare.is_empty() && undeclare.is_empty()) {
            let goes =
                |one: &&Declared| is_graphs_role(one) && undeclare.iter().any(|gone| gone.id == one.id);
            let stays = application.declared.iter().filter(|one| !goes(one)).cloned();
            // Graph replaces the whole list and drops what is not in it.
            let all = grouped(stays.chain(declare.iter().map(declared)));
            body.insert("requiredResourceAccess".to_owned(), all);
        }
        body.extend(guide.map(|guide| guided(guide, &application.redirects)).unwrap_or_default());
        let change = Change::patch(format!("/applications/{}", application.id), Value::Object(body));
        self.done(&change, NEW_APPLICATION, "changing the application", CHANGE).await
    }

    /// Creates or finds the service principal. Returns its object id.
    pub(super) async fn create_principal(&self, id: ClientId) -> Result<Uuid, Failure> {
        let change = Change::post("/servicePrincipals", json!({"appId": id.to_string()}));
        let select = format!("/servicePrincipals(appId='{id}')?$select=id");
        self.patience
            .settle(NEW_APPLICATION, async || {
                let made = match self.admin.change(&change).await {
                    Err(error) if error.is_already_there() => self.admin.get(&select).await?,
                    made => made?,
                };
                Ok(serde_json::from_value::<ObjectShape>(made).ok().map(|shape| shape.id))
            })
            .await
            .map_err(|failure| forbidden(failure, "creating the service principal", CREATE))
    }

    /// Restores a deleted service principal, whose application exists; if it is gone or exists again, creates or finds it.
    /// Source: <https://learn.microsoft.com/graph/api/directory-deleteditems-restore>.
    pub(super) async fn restore_principal(&self, client_id: ClientId, id: Uuid) -> Result<Uuid, Failure> {
        let change = Change::post(format!("/directory/deletedItems/{id}/restore"), json!({}));
        match self.admin.change(&change).await {
            Ok(_) => Ok(id),
            Err(error) if error.refusal() == Some(404) || error.is_already_there() => {
                self.create_principal(client_id).await
            }
            Err(error) => Err(Failure::of(error, "restoring the service principal", CHANGE)),
        }
    }

    /// Enables sign-in of the service principal.
    pub(super) async fn enable_principal(&self, principal: Uuid) -> Result<(), Failure> {
        let change =
            Change::patch(format!("/servicePrincipals/{principal}"), json!({"accountEnabled": true}));
        self.done(&change, NEW_PRINCIPAL, "enabling the application's sign-in", CHANGE).await
    }

    /// Grants an application permission of Graph; `graph` is Graph's own service principal.
    pub(super) async fn grant(&self, principal: Uuid, graph: Uuid, role: Uuid) -> Result<(), Failure> {
        let body = json!({"principalId": principal, "resourceId": graph, "appRoleId": role});
        let change = Change::post(format!("/servicePrincipals/{graph}/appRoleAssignedTo"), body);
        let granted = self
            .patience
            .settle(NEW_PRINCIPAL, async || match self.admin.change(&change).await {
                Ok(_) => Ok(Some(())),
                Err(error) if error.is_already_there() => Ok(Some(())),
                Err(error) => Err(error),
            })
            .await;
        granted.map_err(|failure| forbidden(failure, GRANTING, GRANT))
    }

    /// Revokes a grant.
    pub(super) async fn revoke(&self, graph: Uuid, assignment: &str) -> Result<(), Failure> {
        let change = Change::delete(format!("/servicePrincipals/{graph}/appRoleAssignedTo/{assignment}"));
        gone(self.admin.change(&change).await).map_err(|error| Failure::of(error, GRANTING, GRANT))
    }

    /// Deletes an application with its service principal, its grants and its secrets.
    pub(super) async fn delete_application(&self, id: Uuid) -> Result<(), Failure> {
        let change = Change::delete(format!("/applications/{id}"));
        gone(self.admin.change(&change).await)
            .map_err(|error| Failure::of(error, "deleting the application", CHANGE))
    }

    async fn done(
        &self,
        change: &Change,
        why: &str,
        what: &'static str,
        role: &'static str,
    ) -> Result<(), Failure> {
        let settled =
            self.patience.settle(why, async || self.admin.change(change).await.map(|_| Some(()))).await;
        settled.map_err(|failure| forbidden(failure, what, role))
    }
}

/// The name of a grant in the error for a missing role.
pub(super) const GRANTING: &str = "granting a permission (admin consent)";

/// A missing object is fine: it was to be removed.
fn gone(removed: Result<Value, GraphError>) -> Result<(), GraphError> {
    match removed {
        Err(error) if error.refusal() == Some(404) => Ok(()),
        removed => removed.map(|_| ()),
    }
}

/// Turns a refusal because of a missing role into an error.
fn forbidden(failure: Failure, what: &'static str, role: &'static str) -> Failure {
    match failure {
        Failure::Graph(error) => Failure::of(error, what, role),
        failure => failure,
    }
}

fn declared(permission: &Permission) -> Declared {
    Declared { resource: GRAPH_APP_ID.to_owned(), id: permission.id, kind: "Role".to_owned() }
}

/// `requiredResourceAccess`: one element per resource, in the order of their first appearance.
fn grouped(declared: impl Iterator<Item = Declared>) -> Value {
    let mut groups = Vec::<(String, Vec<Value>)>::new();
    for Declared { resource, id, kind } in declared {
        let access = json!({"id": id, "type": kind});
        match groups.iter_mut().find(|(of, _)| of.eq_ignore_ascii_case(&resource)) {
            Some((_, accesses)) => accesses.push(access),
            None => groups.push((resource, vec![access])),
        }
    }
    let group = |(resource, accesses)| json!({"resourceAppId": resource, "resourceAccess": accesses});
    groups.into_iter().map(group).collect()
}

/// The members for the vendor's guide, including the existing redirect URIs.
fn guided(guide: Guide, redirects: &[String]) -> Map<String, Value> {
    let others = redirects.iter().map(String::as_str).filter(|one| *one != guide.redirect);
    let all = others.chain([guide.redirect]).collect::<Vec<_>>();
    members(json!({"isFallbackPublicClient": true, "publicClient": {"redirectUris": all}}))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
