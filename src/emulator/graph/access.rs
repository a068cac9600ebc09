//! The permissions that each directory call needs.
//!
//! One list serves both kinds of token because a name of only one kind is never in a token of the other:
//! <https://learn.microsoft.com/en-us/graph/permissions-reference>, and the permissions section of each call's page. The signed-in
//! administrator is a Global Administrator, so directory roles are not checked.

use super::refusal::denied;
use crate::emulator::error::GraphError;
use crate::emulator::state::{Application, Switches};
use crate::emulator::token::{Caller, Kind};

/// <https://learn.microsoft.com/en-us/graph/api/application-get>, `serviceprincipal-get`, `serviceprincipal-list-approleassignments`
pub(super) const READ_APPLICATIONS: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    OWNED,
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// <https://learn.microsoft.com/en-us/graph/api/application-post-applications>, `application-update`, `serviceprincipal-post-serviceprincipals`
const WRITE_APPLICATIONS: &[&str] = &["Application.ReadWrite.All"];

/// Sufficient for secrets only on behalf of a user, <https://learn.microsoft.com/en-us/graph/api/application-addpassword>.
const WRITE_SECRETS_AS_USER: &[&str] = &["Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-approleassignedto>: this and one of the next.
pub(super) const ASSIGN_ROLES: &[&str] = &["AppRoleAssignment.ReadWrite.All"];

/// Also required to assign a role: one of two that read or, which is inferred, one that writes the same.
pub(super) const ASSIGN_ROLES_TOO: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/oauth2permissiongrant-list>
pub(super) const READ_GRANTS: &[&str] =
    &["Directory.Read.All", "Directory.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/oauth2permissiongrant-post>
pub(super) const WRITE_GRANTS: &[&str] = &["DelegatedPermissionGrant.ReadWrite.All"];

/// All members of users: <https://learn.microsoft.com/en-us/graph/api/user-list>
pub(super) const READ_USERS: &[&str] =
    &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// The basic members of users.
pub(super) const READ_BASIC_USERS: &[&str] = &["User.ReadBasic.All"];

/// The signed-in user, with the user's own token.
pub(super) const READ_SELF: &[&str] = &["User.Read"];

/// <https://learn.microsoft.com/en-us/graph/api/organization-list>
pub(super) const READ_ORGANIZATION: &[&str] =
    &["User.Read", "Organization.Read.All", "User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/domain-list>
pub(super) const READ_DOMAINS: &[&str] =
    &["Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/tenantappmanagementpolicy-get>
pub(super) const READ_POLICIES: &[&str] = &["Policy.Read.All"];

/// Also required on behalf of a user to add an owner: <https://learn.microsoft.com/en-us/graph/api/application-post-owners>.
const ADD_OWNERS_TOO: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];

/// Everything for the applications that the caller owns.
const OWNED: &str = "Application.ReadWrite.OwnedBy";

/// Whether the token has one of these.
pub(super) fn has(caller: &Caller, any: &[&str]) -> bool {
    let names = match &caller.kind {
        Kind::Application { roles } => roles,
        Kind::Delegated { scopes, .. } => scopes,
    };
    names.iter().any(|name| any.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)))
}

/// Checks that the token has one of these.
///
/// # Errors
/// 403 of the directory.
pub(super) fn demand(caller: &Caller, any: &[&str]) -> Result<(), GraphError> {
    if has(caller, any) { Ok(()) } else { Err(denied()) }
}

/// Checks that the caller may create applications and service principals.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_create(caller: &Caller) -> Result<(), GraphError> {
    if has(caller, &[OWNED]) { Ok(()) } else { demand(caller, WRITE_APPLICATIONS) }
}

/// Checks that the caller may change that application and its service principal.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change(caller: &Caller, application: Option<&Application>) -> Result<(), GraphError> {
    if owns(caller, application) { Ok(()) } else { demand(caller, WRITE_APPLICATIONS) }
}

/// Checks that the caller may change secrets of at least some application.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change_some_secrets(caller: &Caller) -> Result<(), GraphError> {
    if writes_secrets_as_user(caller) { Ok(()) } else { may_create(caller) }
}

/// Checks that the caller may change that application's secrets.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change_secrets(caller: &Caller, application: &Application) -> Result<(), GraphError> {
    if writes_secrets_as_user(caller) { Ok(()) } else { may_change(caller, Some(application)) }
}

/// Checks that the caller may add and remove owners of applications.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_add_owners(caller: &Caller) -> Result<(), GraphError> {
    demand(caller, WRITE_APPLICATIONS)?;
    if user(caller).is_some() { demand(caller, ADD_OWNERS_TOO) } else { Ok(()) }
}

/// Checks that the caller may consent: applications, and users without a restriction by policy. In the real service, this depends on
/// directory roles: <https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/grant-admin-consent>.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_consent(caller: &Caller, switches: Switches) -> Result<(), GraphError> {
    if switches.consent_forbidden && user(caller).is_some() { Err(denied()) } else { Ok(()) }
}

fn writes_secrets_as_user(caller: &Caller) -> bool {
    user(caller).is_some() && has(caller, WRITE_SECRETS_AS_USER)
}

fn owns(caller: &Caller, application: Option<&Application>) -> bool {
    let Some(application) = application else { return false };
    let maker = application.other.get("createdByAppId").and_then(|maker| maker.as_str());
    let is_owner = application.owners.iter().any(|owner| owner.app_id == caller.client_id);
    // Its maker becomes its owner.
    has(caller, &[OWNED]) && (is_owner || maker == Some(&caller.client_id.to_string()))
}

/// The user on whose behalf the call is made.
pub(super) fn user(caller: &Caller) -> Option<uuid::Uuid> {
    match caller.kind {
        Kind::Application { .. } => None,
        Kind::Delegated { user_id, .. } => Some(user_id),
    }
}
