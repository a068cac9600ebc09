//! The tenant itself: organization, domains, and the policy for secrets of applications.
//!
//! <https://learn.microsoft.com/en-us/graph/api/organization-list>, `domain-list`, `tenantappmanagementpolicy-get`,
//! `application-list-appmanagementpolicies`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::access::{self, READ_DOMAINS, READ_ORGANIZATION, READ_POLICIES};
use super::body::members;
use super::call::{Call, unknown};
use super::kind::Kind;
use super::odata::Key;
use super::refusal::no_segment;
use crate::emulator::error::GraphError;
use crate::emulator::message::Response;
use crate::emulator::state::{Switches, Tenant};

/// The id of the tenant's default policy, the same everywhere.
pub(super) const POLICY_ID: &str = "00000000-0000-0000-0000-000000000000";

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

pub(super) fn route_policies(call: &Call<'_>) -> Result<Response, GraphError> {
    match (call.method(), call.path.names().as_slice()) {
        ("GET", [_, "defaultAppManagementPolicy"]) => {
            access::demand(call.caller, READ_POLICIES)?;
            let policy = show_policy(call.shared.read().switches);
            Ok(call.value(StatusCode::OK, "policies/defaultAppManagementPolicy/$entity", policy))
        }
        (_, [_, "defaultAppManagementPolicy"]) => Err(call.refused()),
        (_, names) => Err(no_segment(names.last().copied().unwrap_or_default())),
    }
}

/// Applications have no policies of their own here.
pub(super) fn list_own_policies(call: &Call<'_>, key: Key<'_>) -> Result<Response, GraphError> {
    access::demand(call.caller, READ_POLICIES)?;
    super::application_lookup::find(call, &call.shared.read(), key)?;
    let kind = Kind {
        collection: "appManagementPolicies",
        resource: "appManagementPolicy",
        made: &["id", "displayName"],
        kept: &[],
    };
    call.list(&kind, std::iter::empty())
}

fn show_policy(switches: Switches) -> Map<String, Value> {
    let restriction = |kind: &str, life: Option<String>| {
        json!({"restrictionType": kind, "state": "enabled", "maxLifetime": life,
            "restrictForAppsCreatedAfterDateTime": "2019-01-01T00:00:00Z", "excludeActors": null})
    };
    let addition = switches.secrets_banned.then(|| restriction("passwordAddition", None));
    let lifetime =
        switches.max_secret_days.map(|days| restriction("passwordLifetime", Some(format!("P{days}D"))));
    let restrictions = addition.into_iter().chain(lifetime).collect::<Vec<_>>();
    members(json!({
        "id": POLICY_ID, "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": !restrictions.is_empty(),
        "applicationRestrictions": {"passwordCredentials": restrictions, "keyCredentials": []},
        "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
    }))
}
