//! Which permissions each call to the directory asks for.
//!
//! One list serves both kinds of token, for a name that exists for one kind only is never in a token of the other:
//! <https://learn.microsoft.com/en-us/graph/permissions-reference>, and the permissions section of each call's page. The administrator who
//! signs in is a Global Administrator, so no directory role is asked for besides.

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

/// Suffices for secrets on behalf of a user only, <https://learn.microsoft.com/en-us/graph/api/application-addpassword>.
const WRITE_SECRETS_AS_USER: &[&str] = &["Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-approleassignedto>: this and one of the next.
pub(super) const ASSIGN_ROLES: &[&str] = &["AppRoleAssignment.ReadWrite.All"];

/// What is to be held besides, to assign a role: one of two that read, or, which is inferred, one that writes the same.
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

/// The signed-in user, by the user's own token.
pub(super) const READ_SELF: &[&str] = &["User.Read"];

/// <https://learn.microsoft.com/en-us/graph/api/organization-list>
pub(super) const READ_ORGANIZATION: &[&str] =
    &["User.Read", "Organization.Read.All", "User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/domain-list>
pub(super) const READ_DOMAINS: &[&str] =
    &["Domain.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// <https://learn.microsoft.com/en-us/graph/api/tenantappmanagementpolicy-get>
pub(super) const READ_POLICIES: &[&str] = &["Policy.Read.All"];

/// Everything with the applications that the caller itself has made.
const OWNED: &str = "Application.ReadWrite.OwnedBy";

/// Whether the token has one of these.
pub(super) fn has(caller: &Caller, any: &[&str]) -> bool {
    let names = match &caller.kind {
        Kind::Application { roles } => roles,
        Kind::Delegated { scopes, .. } => scopes,
    };
    names.iter().any(|name| any.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)))
}

/// Lets those pass whose token has one of these.
///
/// # Errors
/// 403 of the directory.
pub(super) fn demand(caller: &Caller, any: &[&str]) -> Result<(), GraphError> {
    if has(caller, any) { Ok(()) } else { Err(denied()) }
}

/// Lets those pass who may make applications and service principals.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_create(caller: &Caller) -> Result<(), GraphError> {
    if has(caller, &[OWNED]) { Ok(()) } else { demand(caller, WRITE_APPLICATIONS) }
}

/// Lets those pass who may change that application and its service principal.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change(caller: &Caller, application: Option<&Application>) -> Result<(), GraphError> {
    if owns(caller, application) { Ok(()) } else { demand(caller, WRITE_APPLICATIONS) }
}

/// Lets those pass who may change secrets of some application at least.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change_some_secrets(caller: &Caller) -> Result<(), GraphError> {
    if writes_secrets_as_user(caller) { Ok(()) } else { may_create(caller) }
}

/// Lets those pass who may change that application's secrets.
///
/// # Errors
/// 403 of the directory.
pub(super) fn may_change_secrets(caller: &Caller, application: &Application) -> Result<(), GraphError> {
    if writes_secrets_as_user(caller) { Ok(()) } else { may_change(caller, Some(application)) }
}

/// Lets those pass who may consent: applications, and users whom no policy of the tenant keeps from it. In the service that is a matter of
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
    let maker = application.and_then(|application| application.other.get("createdByAppId"));
    has(caller, &[OWNED]) && maker.and_then(|maker| maker.as_str()) == Some(&caller.client_id.to_string())
}

/// The user on whose behalf the call is made.
pub(super) fn user(caller: &Caller) -> Option<uuid::Uuid> {
    match caller.kind {
        Kind::Application { .. } => None,
        Kind::Delegated { user_id, .. } => Some(user_id),
    }
}
