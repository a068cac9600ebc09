//! The page on which an administrator consents, for the whole tenant, to the permissions that an application declares.
//!
//! <https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/grant-admin-consent> describes the address, and
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent> the response. There is no prompt: the emulated
//! administrator consents as soon as the page is opened, even with `consentForbidden`.

use axum::http::{StatusCode, header};
use url::Url;
use uuid::Uuid;

use super::super::message::{Request, Response};
use super::super::permissions::{self, GRAPH_APP_ID};
use super::super::shared::Shared;
use super::super::state::{
    AccessType, AppRoleAssignment, Application, Directory, OAuth2PermissionGrant, ServicePrincipal,
};
use super::client;
use super::form::Form;
use super::page::error_page;
use super::refusal::{Refusal, repeated};
use super::tenant::{self, Place};

/// Handles `GET /{tenant}/adminconsent`: a redirect after consent, a page for an error.
pub(super) fn answer(shared: &Shared, request: &Request, segment: &str) -> Response {
    match agree(shared, request, segment) {
        Ok(address) => Response::empty(StatusCode::FOUND).with(header::LOCATION, address.as_str()),
        Err(refusal) => error_page("Admin consent", &refusal),
    }
}

/// Grants consent, and returns the address of the redirect.
fn agree(shared: &Shared, request: &Request, segment: &str) -> Result<Url, Refusal> {
    let query = Form::of_query(request);
    let mut directory = shared.write();
    if tenant::place(segment, &directory.tenant)? == Place::Consumers {
        // Personal accounts have no administrator; the code is inferred.
        return Err(Refusal::new(90002, "Tenant 'consumers' not found."));
    }
    let given = query.need("client_id")?;
    let application = given.parse().ok().and_then(|id| directory.applications.by_app_id(id));
    let application = application.filter(|application| shared.is_replicated(application.created)).cloned();
    let application = application.ok_or_else(|| client::unknown(given, &directory))?;
    let back = return_address(&application, query.get("redirect_uri"))?;
    grant(shared, &mut directory, &application);
    // Users report that the consent is granted even if there is no redirect address:
    // <https://github.com/Azure/Azure-Lighthouse-samples/pull/134>.
    let mut back =
        back.ok_or_else(|| Refusal::new(500_113, "No reply address is registered for the application."))?;
    let mut pairs = back.query_pairs_mut();
    pairs.append_pair("admin_consent", "True").append_pair("tenant", &directory.tenant.id.to_string());
    if let Some(state) = query.get("state") {
        pairs.append_pair("state", state);
    }
    drop(pairs);
    Ok(back)
}

/// The requested redirect URI, which must be registered, otherwise the first registered one, if any. It is inferred that the first one is
/// used, and that an unregistered one is rejected before anything is granted.
fn return_address(application: &Application, asked: Option<&str>) -> Result<Option<Url>, Refusal> {
    let platforms = ["web", "spa", "publicClient"].into_iter();
    let lists =
        platforms.filter_map(|platform| application.other.get(platform)?.get("redirectUris")?.as_array());
    let mut registered = lists.flatten().filter_map(|address| address.as_str());
    let Some(asked) = asked else {
        return Ok(registered.find_map(|address| address.parse().ok()));
    };
    let found = registered.find(|address| *address == asked).and_then(|address| address.parse().ok());
    found.map(Some).ok_or_else(|| {
        let (shown, id) = (repeated(asked), application.app_id);
        Refusal::new(
            50011,
            format!(
                "The redirect URI '{shown}' specified in the request does not match the redirect URIs configured for the application \
                 '{id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."
            ),
        )
    })
}

/// Grants the declared permissions of Microsoft Graph, and revokes other tenant-wide grants, as the documentation allows. Unknown
/// permissions and other resources are ignored.
fn grant(shared: &Shared, directory: &mut Directory, application: &Application) {
    let Some(graph) = directory.graph_id() else { return };
    let declared = application.required_resource_access.iter();
    let declared = declared.filter(|access| access.resource_app_id == GRAPH_APP_ID);
    let declared = declared.flat_map(|access| &access.resource_access);
    let (mut roles, mut scopes) = (Vec::new(), Vec::new());
    for &(id, kind) in declared {
        match kind {
            AccessType::Role if permissions::role_by_id(id).is_some() => roles.push(id),
            AccessType::Scope => scopes.extend(permissions::scope_by_id(id)),
            AccessType::Role => {}
        }
    }
    let principal = principal(shared, directory, application);
    grant_roles(shared, directory, (principal, graph), &roles);
    grant_scopes(shared, directory, (principal, graph), &scopes);
}

/// The application's service principal, created if missing.
fn principal(shared: &Shared, directory: &mut Directory, application: &Application) -> Uuid {
    if let Some(principal) = directory.service_principals.by_app_id(application.app_id) {
        return principal.id;
    }
    let (id, now) = (directory.ids.guid(), shared.clock.now());
    directory.service_principals.add(ServicePrincipal::new(
        id,
        application.app_id,
        &application.display_name,
        now,
    ));
    id
}

fn grant_roles(shared: &Shared, directory: &mut Directory, pair: (Uuid, Uuid), roles: &[Uuid]) {
    let (principal_id, resource_id) = pair;
    let is_ours = |one: &AppRoleAssignment| (one.principal_id, one.resource_id) == pair;
    directory.app_role_assignments.retain(|one| !is_ours(one) || roles.contains(&one.app_role_id));
    for &app_role_id in roles {
        let mut ours = directory.app_role_assignments.iter().filter(|one| is_ours(one));
        if ours.any(|one| one.app_role_id == app_role_id) {
            continue;
        }
        let (id, created) = (directory.ids.opaque(), shared.clock.now());
        let new = AppRoleAssignment { id, principal_id, resource_id, app_role_id, created };
        directory.app_role_assignments.push(new);
    }
}

fn grant_scopes(shared: &Shared, directory: &mut Directory, pair: (Uuid, Uuid), scopes: &[&str]) {
    let (client_id, resource_id) = pair;
    let is_ours =
        |one: &OAuth2PermissionGrant| (one.client_id, one.resource_id) == pair && one.principal_id.is_none();
    let scope = scopes.join(" ");
    let grants = &mut directory.oauth2_permission_grants;
    if scopes.is_empty() {
        grants.retain(|one| !is_ours(one));
    } else if let Some(grant) = grants.iter_mut().find(|one| is_ours(one)) {
        grant.scope = scope;
    } else {
        let (id, created) = (directory.ids.opaque(), shared.clock.now());
        grants.push(OAuth2PermissionGrant { id, client_id, principal_id: None, resource_id, scope, created });
    }
}
