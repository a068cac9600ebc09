//! Builds the directory of a tenant from its description.

use std::collections::HashSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Map;
use uuid::{Uuid, uuid};

use super::file::{
    ApplicationState, OwnPolicyState, PermissionsState, SecretState, State, StateError, UserState,
};
use super::graph::presence::{Presences, Status};
use super::permissions::{self, GRAPH_APP_ID};
use super::random;
use super::state::{
    AccessType, AppRoleAssignment, Application, Applications, Directory, Ids, ManualStatus,
    OAuth2PermissionGrant, OwnPolicy, PasswordCredential, RequiredResourceAccess, SecretRestrictions,
    ServicePrincipal, ServicePrincipals, Switches, Tenant, UnknownIds,
};
use super::users::{self, User, Users};

/// The tenant id, the same in every run.
pub(super) const TENANT_ID: Uuid = uuid!("5e0c9a47-3d1b-4f82-b6a9-71d20c8e4f35");
/// The application (client) id of the scenarios, the same in every run.
pub(super) const CLIENT_ID: Uuid = uuid!("c2b7f0d8-94e1-4a36-8c5d-1f6e3b7a9d20");
/// The verified domain, under a reserved top-level domain (RFC 2606).
pub(super) const DOMAIN: &str = "contoso.example";

/// The age of all objects, so that no replication delay hides them.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// Builds the directory at the time `now`, with plain users up to `users` in all.
pub(super) fn directory(
    state: &State,
    users: u32,
    seed: u64,
    now: Timestamp,
) -> Result<Directory, StateError> {
    let made = now - AGE;
    let domain = state.tenant.domain.as_deref().unwrap_or(DOMAIN).to_lowercase();
    let mut ids = Ids::new(seed);
    let graph_id = ids.guid();
    let mut directory = Directory {
        tenant: Tenant {
            id: state.tenant.id.unwrap_or(TENANT_ID),
            name: state.tenant.name.clone().unwrap_or_else(|| "Contoso".to_owned()),
            administrator: Uuid::nil(),
            domain,
        },
        applications: Applications::default(),
        service_principals: ServicePrincipals::default(),
        app_role_assignments: Vec::new(),
        oauth2_permission_grants: Vec::new(),
        users: Users::default(),
        presences: Presences::default(),
        switches: Switches {
            default_policy: SecretRestrictions {
                banned: state.policies.secrets_banned,
                max_days: state.policies.max_secret_days,
            },
            restricted_from: state.policies.restricted_from,
            policies_unreadable: state.policies.unreadable,
            consent_forbidden: state.policies.consent_forbidden,
            unknown_ids: if state.presence.unknown_ids_answered {
                UnknownIds::PresenceUnknown
            } else {
                UnknownIds::LeftOut
            },
            manual_status: if state.presence.manual_status_by_vendor {
                ManualStatus::Vendor
            } else {
                ManualStatus::Graph
            },
        },
        ids,
    };
    let mut graph = ServicePrincipal::new(graph_id, GRAPH_APP_ID, "Microsoft Graph", made);
    graph.account_enabled = state.tenant.graph_enabled;
    directory.service_principals.add(graph);
    for (place, application) in state.applications.iter().enumerate() {
        add_application(&mut directory, application, place, now)?;
    }
    add_users(&mut directory, &state.users, users);
    set_presences(&mut directory, &state.users, made)?;
    assert_distinct(&directory)?;
    Ok(directory)
}

fn add_application(
    directory: &mut Directory,
    state: &ApplicationState,
    place: usize,
    now: Timestamp,
) -> Result<(), StateError> {
    let made = now - AGE;
    let declared = ids_of(&state.declared, place)?;
    let granted = ids_of(&state.granted, place)?;
    let id = state.id.unwrap_or_else(|| directory.ids.guid());
    let app_id = state.app_id.unwrap_or_else(|| if place == 0 { CLIENT_ID } else { directory.ids.guid() });
    let secrets = state.secrets.iter().map(|secret| credential(secret, &mut directory.ids, now)).collect();
    directory.applications.add(Application {
        id,
        app_id,
        display_name: state.display_name.clone(),
        unique_name: state.unique_name.clone(),
        created: made,
        deleted: state.deleted.then_some(now),
        is_disabled: state.is_disabled,
        disabled_by_microsoft: state.disabled_by_microsoft_status.clone(),
        own_policy: state.policy.map(|policy| own_policy(policy, &mut directory.ids)),
        sign_in_audience: state.sign_in_audience.clone(),
        is_fallback_public_client: state.is_fallback_public_client,
        required_resource_access: if declared.is_empty() {
            Vec::new()
        } else {
            vec![RequiredResourceAccess { resource_app_id: GRAPH_APP_ID, resource_access: declared }]
        },
        password_credentials: secrets,
        key_credentials: Vec::new(),
        owners: Vec::new(),
        other: Map::new(),
    });
    if !state.service_principal {
        return Ok(());
    }
    let principal_id = directory.ids.guid();
    let mut principal = ServicePrincipal::new(principal_id, app_id, &state.display_name, made);
    principal.account_enabled = state.account_enabled;
    principal.app_role_assignment_required = state.assignment_required;
    principal.deleted = state.deleted.then_some(now);
    directory.service_principals.add(principal);
    grant(directory, principal_id, &granted, &state.granted.delegated, made);
    Ok(())
}

fn own_policy(state: OwnPolicyState, ids: &mut Ids) -> OwnPolicy {
    let restrictions = SecretRestrictions { banned: state.secrets_banned, max_days: state.max_secret_days };
    OwnPolicy { id: ids.guid(), is_enabled: state.is_enabled, restrictions }
}

fn grant(
    directory: &mut Directory,
    principal_id: Uuid,
    granted: &[(Uuid, AccessType)],
    delegated: &[String],
    created: Timestamp,
) {
    let Some(resource_id) = directory.graph_id() else { return };
    for &(app_role_id, _) in granted.iter().filter(|(_, kind)| *kind == AccessType::Role) {
        let id = directory.ids.opaque();
        let assignment = AppRoleAssignment { id, principal_id, resource_id, app_role_id, created };
        directory.app_role_assignments.push(assignment);
    }
    if !delegated.is_empty() {
        let id = directory.ids.opaque();
        directory.oauth2_permission_grants.push(OAuth2PermissionGrant {
            id,
            client_id: principal_id,
            principal_id: None,
            resource_id,
            scope: delegated.join(" "),
            created,
        });
    }
}

fn ids_of(names: &PermissionsState, application: usize) -> Result<Vec<(Uuid, AccessType)>, StateError> {
    let unknown = |kind, name: &str| {
        let plain = name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'.');
        let name = if plain { name.to_owned() } else { "…".to_owned() };
        StateError::Permission { application, kind, name }
    };
    let role = |name: &String| {
        let id = permissions::by_value(name).and_then(|permission| permission.application);
        id.map(|id| (id, AccessType::Role)).ok_or_else(|| unknown("application", name))
    };
    let scope = |name: &String| {
        let id = permissions::by_value(name).and_then(|permission| permission.delegated);
        id.map(|id| (id, AccessType::Scope)).ok_or_else(|| unknown("delegated", name))
    };
    names.application.iter().map(role).chain(names.delegated.iter().map(scope)).collect()
}

fn credential(state: &SecretState, ids: &mut Ids, now: Timestamp) -> PasswordCredential {
    const LIFE: i32 = 180;
    let start = state.start_date_time.unwrap_or(now - AGE);
    let days = i64::from(state.ends_in_days.unwrap_or(LIFE));
    let end = state
        .end_date_time
        .or_else(|| now.checked_add(SignedDuration::from_hours(days.saturating_mul(24))).ok())
        .unwrap_or(Timestamp::MAX);
    PasswordCredential {
        key_id: state.key_id.unwrap_or_else(|| ids.guid()),
        display_name: state.display_name.clone(),
        // An expired secret started before it expired.
        start: start.min(end - AGE),
        end,
        secret: state.value.clone().unwrap_or_else(random::client_secret),
        created: now - AGE,
        removed: None,
    }
}

/// Adds the named users, then plain ones up to `most` in all. The administrator comes last, unless one is named.
fn add_users(directory: &mut Directory, named: &[UserState], most: u32) {
    let mut administrator = None;
    for state in named {
        let id = state.id.unwrap_or_else(|| directory.ids.guid());
        if state.administrator {
            administrator = Some(id);
        }
        directory.users.add(user(id, state));
    }
    let domain = directory.tenant.domain.clone();
    let plain = (most as usize).saturating_sub(named.len() + usize::from(administrator.is_none()));
    for number in 0..plain {
        let id = directory.ids.guid();
        directory.users.add(users::plain(number, id, &domain));
    }
    directory.tenant.administrator = administrator.unwrap_or_else(|| {
        let id = directory.ids.guid();
        directory.users.add(users::administrator(id, &domain));
        id
    });
}

/// The Teams presences of the named users, which have the first positions.
fn set_presences(directory: &mut Directory, named: &[UserState], now: Timestamp) -> Result<(), StateError> {
    for (place, user) in (0_u32..).zip(named) {
        let Some(presence) = &user.presence else { continue };
        let status = presence.parse::<Status>().map_err(|_| StateError::Presence(place as usize))?;
        directory.presences.change(place, Duration::ZERO, now).set_client(Some(status), now);
    }
    Ok(())
}

fn user(id: Uuid, state: &UserState) -> User {
    let boxed = |text: &Option<String>| text.as_deref().map(Box::from);
    User {
        id,
        display_name: state.display_name.as_deref().unwrap_or(&state.user_principal_name).into(),
        given_name: boxed(&state.given_name),
        surname: boxed(&state.surname),
        mail: boxed(&state.mail),
        user_principal_name: state.user_principal_name.as_str().into(),
        proxy_addresses: state.proxy_addresses.iter().map(|address| address.as_str().into()).collect(),
        account_enabled: state.account_enabled,
        is_guest: state.guest,
        has_teams: state.teams,
    }
}

fn assert_distinct(directory: &Directory) -> Result<(), StateError> {
    let mut ids = HashSet::new();
    let objects = directory.applications.all().map(|application| application.id);
    let objects = objects.chain(directory.service_principals.all().map(|principal| principal.id));
    let objects = objects.chain(directory.users.as_slice().iter().map(|user| user.id));
    if !objects.into_iter().all(|id| ids.insert(id)) {
        return Err(StateError::Duplicate("object ids"));
    }
    let mut app_ids = HashSet::from([GRAPH_APP_ID]);
    if !directory.applications.all().all(|application| app_ids.insert(application.app_id)) {
        return Err(StateError::Duplicate("application ids"));
    }
    let mut names = HashSet::new();
    let mut unique =
        directory.applications.all().filter_map(|application| application.unique_name.as_deref());
    if !unique.all(|name| names.insert(name)) {
        return Err(StateError::Duplicate("unique names"));
    }
    if !directory.users.has_distinct_names() {
        return Err(StateError::Duplicate("sign-in names"));
    }
    Ok(())
}
