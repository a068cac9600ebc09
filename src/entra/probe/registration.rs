//! The registration and its grants, read by an administrator in one batch.
//!
//! Permissions are identified by name. The names come from the tenant's own service principal of Graph,
//! because the ids differ between clouds.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::keys::list_certificates;
use super::shapes::{
    ApplicationShape, AssignmentShape, GRAPH_APP_ID, GrantShape, GraphShape, PermissionShape, PrincipalShape,
    found, list,
};
use super::status;
use crate::entra::GraphError;
use crate::entra::graph::{Client, Part, PartAnswer};
use crate::entra::snapshot::{
    Cause, Deletion, Registration, RegistrationStatus, Seen, SignIn, Snapshot, Unseen,
};
use crate::secret::Secret;
use crate::settings::{Generation, Settings};

/// Reads into `tenant` the registration of the application of `settings` with an administrator's `client`.
/// `secret` is the one that the settings name; its first characters identify it among the registered ones.
///
/// One batch; without an accepted sign-in one more request, which finds a deactivated registration.
pub async fn read_registration(
    client: &Client,
    settings: &Settings,
    secret: Option<&Secret>,
    tenant: &mut Snapshot,
) {
    let (registration, deletion) = read(client, settings, secret).await;
    if tenant.sign_in.is_err() {
        (tenant.seen_at, tenant.clock_ahead) = (client.now(), client.clock_ahead());
    }
    (tenant.registration, tenant.deletion) = (registration, deletion);
    let is_accepted = matches!(tenant.sign_in, Ok(SignIn::Accepted { .. }));
    if let (Ok(registration), false) = (&mut tenant.registration, is_accepted) {
        let is_deactivated = status::is_deactivated(client, settings.client_id.guid()).await;
        registration.status.is_deactivated = is_deactivated;
    }
}

async fn read(
    client: &Client,
    settings: &Settings,
    secret: Option<&Secret>,
) -> (Seen<Registration>, Option<Deletion>) {
    let id = settings.client_id;
    let members = match settings.generation {
        Generation::ExpertSettings => MEMBERS.to_owned(),
        Generation::FederatedServices => format!("{MEMBERS},keyCredentials"),
    };
    let [application, principal, granted, delegated, graph, default_policy, assigned_policies, deleted] =
        client
            .batch(&[
                Part::get(format!("/applications(appId='{id}')?$select={members}")),
                Part::get(format!("/servicePrincipals(appId='{id}')?$select=id,accountEnabled")),
                Part::get(format!("/servicePrincipals(appId='{id}')/appRoleAssignments")),
                Part::get(format!("/servicePrincipals(appId='{id}')/oauth2PermissionGrants")),
                Part::get(format!(
                    "/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appRoles,oauth2PermissionScopes"
                )),
                status::default_policy(),
                status::assigned_policies(&format!("(appId='{id}')")),
                status::deleted("application", id.guid()),
            ])
            .await;
    let parts = Parts { application, principal, granted, delegated, graph };
    let registration = match parts.registration(client, secret).await {
        Ok((registration, created)) => {
            let policy =
                status::secret_policy(client, default_policy, Some(assigned_policies), created).await;
            Ok(Registration { secret_policy: policy, ..registration })
        }
        Err(why) => Err(why),
    };
    let deleted = status::deleted_objects(client, deleted).await;
    (registration, deleted.first().map(|one| Deletion::new(one.deleted_date_time)))
}

/// The members of an application that are read.
const MEMBERS: &str = "createdDateTime,disabledByMicrosoftStatus,signInAudience,isFallbackPublicClient,publicClient,requiredResourceAccess,passwordCredentials";

/// The answers about the registration and its grants.
struct Parts {
    application: Answer,
    principal: Answer,
    granted: Answer,
    delegated: Answer,
    graph: Answer,
}

type Answer = Result<PartAnswer, GraphError>;

impl Parts {
    /// The registration, and when it was created.
    async fn registration(
        self,
        client: &Client,
        secret: Option<&Secret>,
    ) -> Seen<(Registration, Option<Timestamp>)> {
        let Self { application, principal, granted, delegated, graph } = self;
        let principal = found::<PrincipalShape>(principal)?;
        let application =
            found::<ApplicationShape>(application)?.ok_or_else(|| absent(principal.is_some()))?;
        let graph = found::<GraphShape>(graph)?;
        let graph = graph.ok_or_else(|| {
            Unseen::new(Cause::Answer, "this tenant has no service principal of Microsoft Graph")
        })?;
        let permissions = Permissions::of(&graph);
        // Without a service principal nothing is granted.
        let (granted, granted_delegated) = match principal {
            Some(_) => {
                (permissions.granted(client, granted).await?, permissions.delegated(client, delegated).await)
            }
            None => (Vec::new(), Ok(Vec::new())),
        };
        let declared = |kind: &str| {
            let ours = application.required_resource_access.iter();
            let ours = ours.filter(|resource| resource.resource_app_id.eq_ignore_ascii_case(GRAPH_APP_ID));
            let access = ours.flat_map(|resource| &resource.resource_access);
            access.filter(|access| access.kind == kind).map(|access| access.id).collect::<Vec<_>>()
        };
        let registration = Registration {
            declared: declared("Role").into_iter().filter_map(|id| permissions.role(id)).collect(),
            declared_delegated: declared("Scope")
                .into_iter()
                .filter_map(|id| permissions.scope(id))
                .collect(),
            granted,
            granted_delegated,
            secrets: application.password_credentials.iter().filter_map(|one| one.seen(secret)).collect(),
            certificates: list_certificates(&application.key_credentials),
            public_client: application.is_fallback_public_client == Some(true),
            public_redirects: application.public_client.redirect_uris.len(),
            has_principal: principal.is_some(),
            enabled: principal.is_none_or(|principal| principal.account_enabled != Some(false)),
            status: RegistrationStatus::new(None, application.disabled_by_microsoft_status),
            ..Registration::new(application.sign_in_audience)
        };
        Ok((registration, application.created_date_time))
    }
}

/// Why there is no registration. An application without a service principal in the tenant cannot sign in,
/// which another rule reports.
fn absent(is_known: bool) -> Unseen {
    if is_known {
        Unseen::new(
            Cause::Answer,
            "the application is registered in another tenant, so its registration cannot be read here",
        )
    } else {
        Unseen::new(Cause::Follows, "the application is not registered in this tenant")
    }
}

/// The names of Graph's permissions, by their ids in this tenant.
struct Permissions<'a> {
    graph: Uuid,
    roles: HashMap<Uuid, &'a str>,
    scopes: HashMap<Uuid, &'a str>,
}

impl<'a> Permissions<'a> {
    fn of(graph: &'a GraphShape) -> Self {
        let by_id = |permissions: &'a [PermissionShape]| {
            permissions.iter().filter_map(|one| Some((one.id, one.value.as_deref()?))).collect()
        };
        Self {
            graph: graph.id,
            roles: by_id(&graph.app_roles),
            scopes: by_id(&graph.oauth2_permission_scopes),
        }
    }

    /// The application permissions of Graph among the assignments whose first page is `page`.
    async fn granted(&self, client: &Client, page: Result<PartAnswer, GraphError>) -> Seen<Vec<String>> {
        let assignments = list::<AssignmentShape>(client, page).await?;
        let ours = assignments.iter().filter(|assignment| assignment.resource_id == self.graph);
        Ok(ours.filter_map(|assignment| self.role(assignment.app_role_id)).collect())
    }

    /// The delegated permissions of Graph among the grants whose first page is `page`.
    async fn delegated(&self, client: &Client, page: Result<PartAnswer, GraphError>) -> Seen<Vec<String>> {
        let grants = list::<GrantShape>(client, page).await?;
        let ours = grants.iter().filter(|grant| grant.resource_id == self.graph);
        Ok(ours.flat_map(|grant| grant.scope.split_whitespace()).map(str::to_owned).collect())
    }

    fn role(&self, id: Uuid) -> Option<String> {
        self.roles.get(&id).map(|name| (*name).to_owned())
    }

    fn scope(&self, id: Uuid) -> Option<String> {
        self.scopes.get(&id).map(|name| (*name).to_owned())
    }
}
