//! The objects of a tenant's directory that provisioning needs, read by an administrator in three requests at most.

use uuid::Uuid;

use super::shapes::{
    AccessShape, ApplicationShape, AssignmentShape, DeletedShape, GRAPH_APP_ID, GraphShape, PrincipalShape,
    found, list,
};
use super::status;
use crate::entra::GraphError;
use crate::entra::graph::{Client, Part, PartAnswer};
use crate::entra::snapshot::objects::{
    Application, Declared, Deleted, FoundBy, Grant, GraphPrincipal, Namesake, Objects, Principal,
};
use crate::entra::snapshot::{Cause, RegistrationStatus, Seen, Unseen};
use crate::secret::Secret;
use crate::settings::{ClientId, Generation, TenantId};

/// The identifiers of the application to find.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought<'a> {
    /// The tenant in which it is registered.
    pub(crate) tenant: TenantId,
    /// The client id, if the settings name one. Then the other identifiers are not used.
    pub(crate) client_id: Option<ClientId>,
    /// Decides which members are read.
    pub(crate) generation: Generation,
    /// The unique name: letters, digits and hyphens.
    pub(crate) unique_name: &'a str,
    /// The display name.
    pub(crate) name: &'a str,
}

/// The members of an application that are read, `uniqueName` and `displayName` among them.
const MEMBERS: &str = "id,appId,displayName,uniqueName,createdDateTime,signInAudience,isFallbackPublicClient,publicClient,requiredResourceAccess,passwordCredentials,disabledByMicrosoftStatus";

/// The other members that are read from 14.20 on. Graph limits how often `keyCredentials` is selected.
const FEDERATED_MEMBERS: &str = "identifierUris,api,keyCredentials";

type Answer = Result<PartAnswer, GraphError>;

/// Finds the application `sought` in one request, and reads its details in two others. `secret` is the
/// stored secret; its first characters identify it among the registered ones.
///
/// # Errors
/// [`Unseen`] if the objects could not be read.
pub(crate) async fn read_objects(
    client: &Client,
    sought: Sought<'_>,
    secret: Option<&Secret>,
) -> Seen<Objects> {
    let key = match sought.client_id {
        Some(id) => format!("appId='{id}'"),
        None => format!("uniqueName='{}'", sought.unique_name),
    };
    let members = match sought.generation {
        Generation::ExpertSettings => MEMBERS.to_owned(),
        Generation::FederatedServices => format!("{MEMBERS},{FEDERATED_MEMBERS}"),
    };
    let filter = encoded(&format!("displayName eq '{}'", sought.name.replace('\'', "''")));
    let [by_key, by_name, deleted, deleted_principals, graph, default_policy] = client
        .batch(&[
            Part::get(format!("/applications({key})?$select={members}")),
            Part::get(format!("/applications?$filter={filter}&$select={members}")),
            Part::get("/directory/deletedItems/microsoft.graph.application?$select=id,appId,displayName,uniqueName,deletedDateTime&$top=999"),
            Part::get("/directory/deletedItems/microsoft.graph.servicePrincipal?$select=id,appId,deletedDateTime&$top=999"),
            Part::get(format!("/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appRoles")),
            status::default_policy(),
        ])
        .await;
    let namesakes = list::<ApplicationShape>(client, by_name).await?;
    // One of the two reads may come from a server that does not know a new application yet.
    let listed = || namesakes.iter().find(|one| sought.is_marked_by_key(one)).cloned();
    let (found_by, shape) = match found::<ApplicationShape>(by_key)?.or_else(listed) {
        Some(application) if sought.client_id.is_some() => (FoundBy::ClientId, Some(application)),
        Some(application) => (FoundBy::UniqueName, Some(application)),
        // A client id in the settings identifies exactly one application.
        None if sought.client_id.is_some() || namesakes.len() != 1 => (FoundBy::ClientId, None),
        None => (FoundBy::DisplayName, namesakes.first().cloned()),
    };
    let client_id = shape.as_ref().map(|shape| ClientId::new(shape.app_id)).or(sought.client_id);
    let details = match client_id {
        Some(id) => Details::read(client, id, shape.as_ref().map(|shape| shape.id)).await?,
        None => Details::default(),
    };
    let created = match &shape {
        Some(shape) => shape.created_date_time,
        // It will be created now.
        None => Some(client.now()),
    };
    let secret_policy =
        status::secret_policy(client, default_policy, details.assigned_policies, created).await;
    let deleted_principals = status::deleted_objects(client, deleted_principals).await;
    let mut application = shape.map(|shape| (found_by, application(shape, details.principal, secret)));
    if let Some((_, application)) = &mut application {
        application.status.is_deactivated = details.is_deactivated;
        application.deleted_principal = newest(&deleted_principals, application.client_id);
    }
    Ok(Objects {
        seen_at: client.now(),
        graph: graph_principal(graph)?,
        is_foreign: details.owner.is_some_and(|owner| !sought.tenant.is(owner)),
        application,
        namesakes: namesakes.into_iter().map(namesake).collect(),
        deleted: deleted_ones(client, deleted, sought, &deleted_principals).await?,
        secret_policy,
    })
}

impl Sought<'_> {
    fn is_marked_by_key(&self, shape: &ApplicationShape) -> bool {
        match self.client_id {
            Some(id) => id.guid() == shape.app_id,
            None => shape.unique_name.as_deref() == Some(self.unique_name),
        }
    }
}

/// What is read about an application after it was found.
#[derive(Default)]
struct Details {
    /// Its service principal with its grants.
    principal: Option<Principal>,
    /// The tenant in which it is registered.
    owner: Option<Uuid>,
    /// The answer about its policies; `None` if it is not registered in this tenant.
    assigned_policies: Option<Answer>,
    /// Whether its registration is deactivated, if known.
    is_deactivated: Option<bool>,
}

impl Details {
    /// Reads the details of the application `id`, whose registration has the object id `registration`: one batch, and one request for a
    /// registration.
    async fn read(client: &Client, id: ClientId, registration: Option<Uuid>) -> Seen<Self> {
        let key = match registration {
            Some(id) => format!("/{id}"),
            None => format!("(appId='{id}')"),
        };
        let [principal, grants, policies] = client
            .batch(&[
                Part::get(format!(
                    "/servicePrincipals(appId='{id}')?$select=id,accountEnabled,appOwnerOrganizationId"
                )),
                Part::get(format!("/servicePrincipals(appId='{id}')/appRoleAssignments")),
                status::assigned_policies(&key),
            ])
            .await;
        let is_deactivated = match registration {
            Some(_) => status::is_deactivated(client, id.guid()).await,
            None => None,
        };
        let assigned_policies = registration.map(|_| policies);
        let Some(shape) = found::<PrincipalShape>(principal)? else {
            return Ok(Self { assigned_policies, is_deactivated, ..Self::default() });
        };
        let grants = list::<AssignmentShape>(client, grants).await?.into_iter().map(|shape| Grant {
            id: shape.id,
            resource: shape.resource_id,
            resource_name: shape.resource_display_name,
            role: shape.app_role_id,
        });
        let enabled = shape.account_enabled != Some(false);
        Ok(Self {
            principal: Some(Principal { id: shape.id, enabled, grants: grants.collect() }),
            owner: shape.app_owner_organization_id,
            assigned_policies,
            is_deactivated,
        })
    }
}

/// The deleted service principal of an application that was deleted last.
fn newest(deleted: &[DeletedShape], of: ClientId) -> Option<Uuid> {
    let ours = deleted.iter().filter(|one| one.app_id == of.guid());
    ours.max_by_key(|one| one.deleted_date_time).map(|one| one.id)
}

fn application(
    shape: ApplicationShape,
    principal: Option<Principal>,
    secret: Option<&Secret>,
) -> Application {
    let declared = shape.required_resource_access.into_iter().flat_map(|resource| {
        let of = resource.resource_app_id;
        let each =
            move |access: AccessShape| Declared { resource: of.clone(), id: access.id, kind: access.kind };
        resource.resource_access.into_iter().map(each)
    });
    Application {
        id: shape.id,
        client_id: ClientId::new(shape.app_id),
        name: shape.display_name,
        unique_name: shape.unique_name,
        audience: shape.sign_in_audience,
        declared: declared.collect(),
        public_client: shape.is_fallback_public_client == Some(true),
        redirects: shape.public_client.redirect_uris,
        secrets: shape.password_credentials.iter().filter_map(|one| one.seen(secret)).collect(),
        identifier_uris: shape.identifier_uris,
        api: shape.api,
        keys: shape.key_credentials,
        status: RegistrationStatus::new(None, shape.disabled_by_microsoft_status),
        principal,
        deleted_principal: None,
    }
}

fn namesake(shape: ApplicationShape) -> Namesake {
    Namesake { client_id: ClientId::new(shape.app_id), created: shape.created_date_time }
}

/// The deleted applications with one of the identifiers. If listing them is not allowed, the list is empty.
async fn deleted_ones(
    client: &Client,
    answer: Answer,
    sought: Sought<'_>,
    principals: &[DeletedShape],
) -> Seen<Vec<Deleted>> {
    let all = match answer {
        Ok(answer) if answer.status == 403 => Vec::new(),
        answer => list::<ApplicationShape>(client, answer).await?,
    };
    let is_sought = |shape: &ApplicationShape| {
        sought.client_id.is_some_and(|id| id.guid() == shape.app_id)
            || shape.unique_name.as_deref() == Some(sought.unique_name)
            || shape.display_name == sought.name
    };
    let deleted = all.into_iter().filter(is_sought).map(|shape| Deleted {
        id: shape.id,
        client_id: ClientId::new(shape.app_id),
        name: shape.display_name,
        unique_name: shape.unique_name,
        at: shape.deleted_date_time,
        principal: newest(principals, ClientId::new(shape.app_id)),
    });
    Ok(deleted.collect())
}

fn graph_principal(answer: Answer) -> Seen<GraphPrincipal> {
    let shape = found::<GraphShape>(answer)?;
    let shape = shape.ok_or_else(|| {
        Unseen::new(Cause::Answer, "this tenant has no service principal of Microsoft Graph")
    })?;
    let roles = shape.app_roles.into_iter().filter_map(|role| Some((role.value?, role.id))).collect();
    Ok(GraphPrincipal { id: shape.id, roles })
}

/// Encodes a value for a query. A space becomes `%20`, because `+` is a space only in forms.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
