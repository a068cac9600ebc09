//! The tenant itself: organization, domains, and the policies for secrets of applications.
//!
//! <https://learn.microsoft.com/en-us/graph/api/organization-list>, `domain-list`, `tenantappmanagementpolicy-get`,
//! `appmanagementpolicy-list`, `application-list-appmanagementpolicies`.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, READ_DOMAINS, READ_ORGANIZATION, READ_POLICIES};
use super::application_lookup::find;
use super::body::members;
use super::call::{Call, unknown};
use super::kind::Kind;
use super::odata::Key;
use super::refusal::{denied, no_segment};
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Application, OwnPolicy, SecretRestrictions, Switches, Tenant};
use crate::emulator::time;

/// The id of the tenant's default policy, the same everywhere.
const POLICY_ID: Uuid = Uuid::nil();

const ORGANIZATION: Kind = Kind {
    collection: "organization",
    resource: "organization",
    made: &[
        "id",
        "deletedDateTime",
        "businessPhones",
        "city",
        "country",
        "countryLetterCode",
        "createdDateTime",
        "displayName",
        "onPremisesSyncEnabled",
        "preferredLanguage",
        "technicalNotificationMails",
        "tenantType",
        "assignedPlans",
        "provisionedPlans",
        "verifiedDomains",
    ],
    kept: &[],
};

const DOMAINS: Kind = Kind {
    collection: "domains",
    resource: "domain",
    made: &[
        "authenticationType",
        "id",
        "isAdminManaged",
        "isDefault",
        "isInitial",
        "isRoot",
        "isVerified",
        "supportedServices",
    ],
    kept: &[],
};

pub(super) fn route(call: &Call<'_>) -> Result<Response, GraphError> {
    let (key, rest) = call.path.keyed();
    if call.method() != "GET" || !rest.is_empty() {
        return Err(call.refused());
    }
    access::demand(call.caller, READ_ORGANIZATION)?;
    let directory = call.shared.read();
    let organization = show_organization(&directory.tenant);
    one_of(call, &ORGANIZATION, key, &directory.tenant.id.to_string(), organization)
}

pub(super) fn route_domains(call: &Call<'_>) -> Result<Response, GraphError> {
    let (key, rest) = call.path.keyed();
    if call.method() != "GET" || !rest.is_empty() {
        return Err(call.refused());
    }
    access::demand(call.caller, READ_DOMAINS)?;
    let directory = call.shared.read();
    one_of(call, &DOMAINS, key, &directory.tenant.domain, show_domain(&directory.tenant))
}

/// A collection with one object.
fn one_of(
    call: &Call<'_>,
    kind: &Kind,
    key: Option<Key<'_>>,
    id: &str,
    object: Map<String, Value>,
) -> Result<Response, GraphError> {
    match key {
        None => call.list(kind, std::iter::once(object)),
        Some(Key::Id(asked)) if asked.eq_ignore_ascii_case(id) => call.single(kind, object),
        Some(key) => Err(unknown(key)),
    }
}

fn show_organization(tenant: &Tenant) -> Map<String, Value> {
    members(json!({
        "id": tenant.id, "deletedDateTime": null, "businessPhones": [], "city": null, "country": null, "countryLetterCode": "DE",
        "createdDateTime": null, "displayName": tenant.name, "onPremisesSyncEnabled": null, "preferredLanguage": "de",
        "technicalNotificationMails": [], "tenantType": "AAD", "assignedPlans": [], "provisionedPlans": [],
        "verifiedDomains": [{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": true,
            "name": tenant.domain, "type": "Managed"}],
    }))
}

fn show_domain(tenant: &Tenant) -> Map<String, Value> {
    members(json!({
        "authenticationType": "Managed", "id": tenant.domain, "isAdminManaged": true, "isDefault": true, "isInitial": true,
        "isRoot": true, "isVerified": true, "supportedServices": ["Email", "OfficeCommunicationsOnline"],
    }))
}

const POLICIES: Kind = Kind {
    collection: "policies/appManagementPolicies",
    resource: "appManagementPolicy",
    made: &["id", "displayName", "description", "isEnabled", "restrictions"],
    kept: &[],
};

pub(super) fn route_policies(call: &Call<'_>) -> Result<Response, GraphError> {
    match (call.method(), call.path.names().as_slice()) {
        ("GET", [_, "defaultAppManagementPolicy"]) => {
            may_read_policies(call)?;
            let policy = show_default(call.shared.read().switches);
            Ok(call.value(StatusCode::OK, "policies/defaultAppManagementPolicy/$entity", policy))
        }
        ("GET", [_, "appManagementPolicies"]) => {
            may_read_policies(call)?;
            let directory = call.shared.read();
            call.list(&POLICIES, directory.applications.iter().filter_map(|one| one.own_policy).map(show_own))
        }
        (_, [_, "defaultAppManagementPolicy" | "appManagementPolicies"]) => Err(call.refused()),
        (_, names) => Err(no_segment(names.last().copied().unwrap_or_default())),
    }
}

fn may_read_policies(call: &Call<'_>) -> Result<(), GraphError> {
    access::demand(call.caller, READ_POLICIES)?;
    if call.shared.read().switches.policies_unreadable { Err(denied()) } else { Ok(()) }
}

/// The policy that is assigned to an application, if there is one.
pub(super) fn list_own_policies(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    may_read_policies(call)?;
    let directory = call.shared.read();
    let application = find(call, &directory, key)?;
    call.list(&POLICIES, application.own_policy.into_iter().map(show_own))
}

/// The id of the policy for the secrets of an application, and its restrictions. An assigned policy that is enabled replaces the default.
pub(super) fn restrictions_of(application: &Application, switches: Switches) -> (Uuid, SecretRestrictions) {
    if let Some(own) = application.own_policy.filter(|policy| policy.is_enabled) {
        return (own.id, own.restrictions);
    }
    let is_newer = switches.restricted_from.is_none_or(|from| application.created >= from);
    (POLICY_ID, if is_newer { switches.default_policy } else { SecretRestrictions::default() })
}

fn show_restrictions(restrictions: SecretRestrictions, from: Option<Timestamp>) -> Vec<Value> {
    let restriction = |kind: &str, life: Option<String>| {
        json!({"restrictionType": kind, "state": "enabled", "maxLifetime": life,
            "restrictForAppsCreatedAfterDateTime": from.map(time::graph), "excludeActors": null})
    };
    let addition = restrictions.banned.then(|| restriction("passwordAddition", None));
    let lifetime =
        restrictions.max_days.map(|days| restriction("passwordLifetime", Some(format!("P{days}D"))));
    addition.into_iter().chain(lifetime).collect()
}

fn show_default(switches: Switches) -> Map<String, Value> {
    let restrictions = show_restrictions(switches.default_policy, switches.restricted_from);
    members(json!({
        "id": POLICY_ID, "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": !restrictions.is_empty(),
        "applicationRestrictions": {"passwordCredentials": restrictions, "keyCredentials": []},
        "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
    }))
}

fn show_own(policy: OwnPolicy) -> Map<String, Value> {
    members(json!({
        "id": policy.id, "displayName": "Policy of an application", "description": null, "isEnabled": policy.is_enabled,
        "restrictions": {"passwordCredentials": show_restrictions(policy.restrictions, None), "keyCredentials": []},
    }))
}
