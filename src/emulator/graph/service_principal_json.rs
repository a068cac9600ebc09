//! A service principal as JSON, and the app roles and scopes that it offers.
//!
//! Members: <https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal>, `approle`, `permissionscope`.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::{members, merge};
use super::kind::{Kind, Shape};
use crate::emulator::permissions::{self, GRAPH_APP_ID};
use crate::emulator::state::{Application, Directory, ServicePrincipal};
use crate::emulator::time;

/// The tenant of Microsoft's own applications.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// Service principals, in lists and alone.
pub(super) const KIND: Kind = Kind {
    collection: "servicePrincipals",
    resource: "servicePrincipal",
    made: &[
        "id",
        "deletedDateTime",
        "accountEnabled",
        "appDisplayName",
        "appDescription",
        "appId",
        "applicationTemplateId",
        "appOwnerOrganizationId",
        "appRoleAssignmentRequired",
        "createdDateTime",
        "disabledByMicrosoftStatus",
        "displayName",
        "isDisabled",
        "servicePrincipalNames",
        "servicePrincipalType",
        "signInAudience",
        "tokenEncryptionKeyId",
        "addIns",
        "appRoles",
        "info",
        "keyCredentials",
        "oauth2PermissionScopes",
        "passwordCredentials",
        "resourceSpecificApplicationPermissions",
        "samlSingleSignOnSettings",
        "verifiedPublisher",
    ],
    kept: &[
        ("alternativeNames", Shape::Texts),
        ("description", Shape::Text),
        ("homepage", Shape::Text),
        ("loginUrl", Shape::Text),
        ("logoutUrl", Shape::Text),
        ("notes", Shape::Text),
        ("notificationEmailAddresses", Shape::Texts),
        ("preferredSingleSignOnMode", Shape::Text),
        ("replyUrls", Shape::Texts),
        ("tags", Shape::Texts),
    ],
};

/// The whole service principal.
pub(super) fn show(directory: &Directory, principal: &ServicePrincipal) -> Map<String, Value> {
    let application = directory.applications.by_app_id(principal.app_id);
    let owner = application.map_or_else(|| MICROSOFT.to_owned(), |_| directory.tenant.id.to_string());
    let audience = application.map_or("AzureADMultipleOrgs", |application| &application.sign_in_audience);
    let mut object = members(json!({
        "id": principal.id, "deletedDateTime": principal.deleted.map(time::graph), "accountEnabled": principal.account_enabled, "alternativeNames": [],
        "appDisplayName": application.map_or(&principal.display_name, |application| &application.display_name),
        "appDescription": null, "appId": principal.app_id, "applicationTemplateId": null, "appOwnerOrganizationId": owner,
        "appRoleAssignmentRequired": principal.app_role_assignment_required, "createdDateTime": time::graph(principal.created),
        "description": null,
        "disabledByMicrosoftStatus": application.and_then(|application| application.disabled_by_microsoft.as_deref()),
        "isDisabled": application.and_then(|application| application.is_disabled), "displayName": principal.display_name, "homepage": null,
        "loginUrl": null, "logoutUrl": null, "notes": null, "notificationEmailAddresses": [], "preferredSingleSignOnMode": null,
        "replyUrls": [], "servicePrincipalNames": [principal.app_id], "servicePrincipalType": "Application",
        "signInAudience": audience, "tags": [], "tokenEncryptionKeyId": null, "addIns": [],
        "appRoles": app_roles(principal, application),
        "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null},
        "keyCredentials": [], "oauth2PermissionScopes": scopes(principal, application), "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [], "samlSingleSignOnSettings": null,
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
    }));
    merge(&mut object, &principal.other);
    object
}

fn app_roles(principal: &ServicePrincipal, application: Option<&Application>) -> Value {
    if principal.app_id != GRAPH_APP_ID {
        return application.and_then(|of| of.other.get("appRoles").cloned()).unwrap_or_else(|| json!([]));
    }
    let roles = permissions::ALL.iter().filter_map(|permission| {
        let (id, value) = (permission.application?, permission.value);
        Some(json!({"allowedMemberTypes": ["Application"], "description": format!("Allows the app {value} without a signed-in user."),
            "displayName": value, "id": id, "isEnabled": true, "origin": "Application", "value": value}))
    });
    roles.collect()
}

fn scopes(principal: &ServicePrincipal, application: Option<&Application>) -> Value {
    if principal.app_id != GRAPH_APP_ID {
        let api = application.and_then(|of| of.other.get("api")?.get("oauth2PermissionScopes").cloned());
        return api.unwrap_or_else(|| json!([]));
    }
    let scopes = permissions::ALL.iter().filter_map(|permission| {
        let (id, value) = (permission.delegated?, permission.value);
        let kind = if value.ends_with(".All") { "Admin" } else { "User" };
        let description = format!("Allows the app {value} on behalf of the signed-in user.");
        Some(json!({"adminConsentDescription": description, "adminConsentDisplayName": value, "id": id, "isEnabled": true,
            "type": kind, "userConsentDescription": description, "userConsentDisplayName": value, "value": value}))
    });
    scopes.collect()
}

/// Whether that resource has an app role with that id; a resource without roles accepts the zero id.
pub(super) fn has_role(directory: &Directory, resource: &ServicePrincipal, role: Uuid) -> bool {
    let roles = app_roles(resource, directory.applications.by_app_id(resource.app_id));
    let mut ids = roles
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| role.get("id")?.as_str()?.parse::<Uuid>().ok());
    (role.is_nil() && ids.clone().next().is_none()) || ids.any(|id| id == role)
}
