//! An application registration as JSON, and what a body may change in one.
//!
//! Members and their defaults: <https://learn.microsoft.com/en-us/graph/api/resources/application> and the answer on
//! <https://learn.microsoft.com/en-us/graph/api/application-post-applications>. Limits:
//! <https://learn.microsoft.com/en-us/entra/identity-platform/supported-accounts-validation>.

use serde_json::{Map, Value, json};

use super::body::{Members, members, merge};
use super::call::Call;
use super::kind::{Kind, Shape};
use super::refusal::bad_request;
use crate::emulator::error::GraphError;
use crate::emulator::state::{AccessType, Application, PasswordCredential, RequiredResourceAccess, Tenant};
use crate::emulator::time;

/// Applications, in lists and alone.
pub(super) const KIND: Kind = Kind {
    collection: "applications",
    resource: "application",
    made: &[
        "id",
        "deletedDateTime",
        "appId",
        "applicationTemplateId",
        "disabledByMicrosoftStatus",
        "createdByAppId",
        "createdDateTime",
        "displayName",
        "isDisabled",
        "isFallbackPublicClient",
        "publisherDomain",
        "signInAudience",
        "tokenEncryptionKeyId",
        "uniqueName",
        "keyCredentials",
        "passwordCredentials",
        "requiredResourceAccess",
        "verifiedPublisher",
    ],
    kept: &[
        ("description", Shape::Text),
        ("groupMembershipClaims", Shape::Text),
        ("notes", Shape::Text),
        ("serviceManagementReference", Shape::Text),
        ("identifierUris", Shape::Texts),
        ("tags", Shape::Texts),
        ("addIns", Shape::List),
        ("appRoles", Shape::List),
        ("api", Shape::Object),
        ("info", Shape::Object),
        ("optionalClaims", Shape::Object),
        ("publicClient", Shape::Object),
        ("servicePrincipalLockConfiguration", Shape::Object),
        ("spa", Shape::Object),
        ("web", Shape::Object),
    ],
};

/// The default audience of an application, which includes personal accounts.
pub(super) const USUAL_AUDIENCE: &str = "AzureADandPersonalMicrosoftAccount";

const AUDIENCES: [&str; 4] =
    ["AzureADMyOrg", "AzureADMultipleOrgs", USUAL_AUDIENCE, "PersonalMicrosoftAccount"];

/// The whole application, with its currently visible secrets.
pub(super) fn show(call: &Call<'_>, application: &Application, tenant: &Tenant) -> Map<String, Value> {
    let secrets = application.password_credentials.iter().filter(|secret| call.shared.sees_secret(secret));
    let secrets = secrets.map(show_secret).map(Value::Object);
    let keys = super::keys::show_all(call, application);
    let mut object = members(json!({
        "id": application.id, "deletedDateTime": application.deleted.map(time::graph), "appId": application.app_id,
        "applicationTemplateId": null, "disabledByMicrosoftStatus": application.disabled_by_microsoft, "createdByAppId": null,
        "createdDateTime": time::graph(application.created), "displayName": application.display_name, "description": null,
        "groupMembershipClaims": null, "identifierUris": [], "isDisabled": application.is_disabled,
        "isFallbackPublicClient": application.is_fallback_public_client, "notes": null, "publisherDomain": tenant.domain,
        "serviceManagementReference": null, "signInAudience": application.sign_in_audience, "tags": [],
        "tokenEncryptionKeyId": null, "uniqueName": application.unique_name, "optionalClaims": null,
        "servicePrincipalLockConfiguration": null, "addIns": [],
        "api": {"acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [], "preAuthorizedApplications": []},
        "appRoles": [],
        "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null},
        "keyCredentials": keys, "passwordCredentials": secrets.collect::<Vec<_>>(), "publicClient": {"redirectUris": []},
        "requiredResourceAccess": application.required_resource_access.iter().map(show_access).collect::<Vec<_>>(),
        "spa": {"redirectUris": []},
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
        "web": {"homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
            "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}},
    }));
    merge(&mut object, &application.other);
    object
}

/// A secret without its value.
pub(super) fn show_secret(secret: &PasswordCredential) -> Map<String, Value> {
    members(json!({
        "customKeyIdentifier": null, "displayName": secret.display_name, "endDateTime": time::graph(secret.end),
        "hint": secret.secret.get(..3), "keyId": secret.key_id, "secretText": null, "startDateTime": time::graph(secret.start),
    }))
}

fn show_access(access: &RequiredResourceAccess) -> Value {
    let ids = access.resource_access.iter().map(|(id, kind)| match kind {
        AccessType::Role => json!({"id": id, "type": "Role"}),
        AccessType::Scope => json!({"id": id, "type": "Scope"}),
    });
    json!({"resourceAppId": access.resource_app_id, "resourceAccess": ids.collect::<Vec<_>>()})
}

/// Applies a body, except `uniqueName` and `keyCredentials`. The caller works on a copy, so a rejected body has no effect.
pub(super) fn apply(application: &mut Application, body: &Map<String, Value>) -> Result<(), GraphError> {
    let of = Members { resource: "Application", object: body };
    for (name, value) in body {
        match name.as_str() {
            "displayName" => {
                application.display_name = of.text(name)?.ok_or_else(|| of.invalid(name))?.to_owned()
            }
            "signInAudience" => {
                let audience = of.text(name)?.filter(|audience| AUDIENCES.contains(audience));
                application.sign_in_audience = audience.ok_or_else(|| of.invalid(name))?.to_owned();
            }
            "isDisabled" => application.is_disabled = of.flag(name)?,
            "isFallbackPublicClient" => application.is_fallback_public_client = of.flag(name)?,
            "requiredResourceAccess" => application.required_resource_access = read_accesses(value)?,
            // Applied by their own functions.
            "uniqueName" | "keyCredentials" => {}
            // An empty list equals the default of a new application.
            "passwordCredentials" if value.as_array().is_some_and(Vec::is_empty) => {}
            "passwordCredentials" => {
                return Err(bad_request(
                    "Secrets are added with addPassword and removed with removePassword.",
                ));
            }
            _ => KIND.keep(&mut application.other, name, value, &of)?,
        }
    }
    check_limits(application, &of)
}

fn check_limits(application: &Application, of: &Members<'_>) -> Result<(), GraphError> {
    let lets_persons_in = is_personal(application);
    let longest = if lets_persons_in { 90 } else { 120 };
    if !(1..=longest).contains(&application.display_name.chars().count()) {
        return Err(of.invalid("displayName"));
    }
    let access = &application.required_resource_access;
    let permissions = access.iter().map(|access| access.resource_access.len());
    let is_too_much = access.len() > 50
        || permissions.clone().sum::<usize>() > 400
        || (lets_persons_in && permissions.max().unwrap_or_default() > 30);
    if is_too_much { Err(of.invalid("requiredResourceAccess")) } else { Ok(()) }
}

/// Whether personal accounts may sign in, which have narrower limits.
pub(super) fn is_personal(application: &Application) -> bool {
    application.sign_in_audience.contains("Personal")
}

/// Ids are not checked: an unknown permission can be declared, and grants nothing.
fn read_accesses(value: &Value) -> Result<Vec<RequiredResourceAccess>, GraphError> {
    let refused = || {
        bad_request(
            "Invalid value specified for property 'requiredResourceAccess' of resource 'Application'.",
        )
    };
    let accesses = value.as_array().ok_or_else(refused)?.iter().map(read_access).collect::<Option<Vec<_>>>();
    let accesses = accesses.ok_or_else(refused)?;
    let distinct =
        |ids: Vec<uuid::Uuid>| ids.iter().collect::<std::collections::HashSet<_>>().len() == ids.len();
    let are_distinct = distinct(accesses.iter().map(|access| access.resource_app_id).collect())
        && accesses.iter().all(|access| distinct(access.resource_access.iter().map(|(id, _)| *id).collect()));
    if are_distinct { Ok(accesses) } else { Err(refused()) }
}

fn read_access(value: &Value) -> Option<RequiredResourceAccess> {
    let guid = |value: &Value, name| value.get(name)?.as_str()?.parse::<uuid::Uuid>().ok();
    let ids = value.get("resourceAccess")?.as_array()?.iter().map(|access| {
        let kind = match access.get("type")?.as_str()? {
            "Role" => AccessType::Role,
            "Scope" => AccessType::Scope,
            _ => return None,
        };
        Some((guid(access, "id")?, kind))
    });
    Some(RequiredResourceAccess {
        resource_app_id: guid(value, "resourceAppId")?,
        resource_access: ids.collect::<Option<_>>()?,
    })
}
