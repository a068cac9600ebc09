//! What a client may request from Graph on behalf of the administrator, and the administrator's consent.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/permissions-consent-overview>

use uuid::Uuid;

use super::super::permissions::{self, GRAPH_APP_ID};
use super::super::shared::Shared;
use super::super::state::{AccessType, Directory, OAuth2PermissionGrant};
use super::client::{self, AZURE_CLI, Client};
use super::form::Form;
use super::refusal::Refusal;
use super::scope::RequestedScopes;

/// The delegated permissions of Graph for which Azure CLI needs no consent; which they are is inferred.
const OF_AZURE_CLI: [&str; 8] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Directory.Read.All",
    "User.Read",
    "User.Read.All",
    "User.ReadWrite.All",
];

/// The requested permissions that a client gets: `.default` means those declared or granted.
pub(super) fn allowed(
    directory: &Directory,
    client: &Client<'_>,
    asked: &RequestedScopes,
) -> Result<Vec<String>, Refusal> {
    let is_default = asked.permissions.iter().any(|name| name == ".default");
    match client {
        Client::FirstParty(AZURE_CLI, _) if is_default => Ok(OF_AZURE_CLI.map(str::to_owned).to_vec()),
        Client::FirstParty(AZURE_CLI, name) => {
            let foreign = asked.permissions.iter().any(|asked| !OF_AZURE_CLI.contains(&asked.as_str()));
            if foreign {
                let text = format!(
                    "Consent between first party application '{AZURE_CLI}'({name}) and first party resource '{GRAPH_APP_ID}' must be \
                     configured via preauthorization."
                );
                return Err(Refusal::new(65002, text));
            }
            Ok(asked.permissions.clone())
        }
        Client::FirstParty(..) if is_default => {
            let all = permissions::ALL.iter().filter(|permission| permission.delegated.is_some());
            Ok(all.map(|permission| permission.value.to_owned()).filter(|name| name.contains('.')).collect())
        }
        Client::Registered(application, principal) if is_default => {
            let declared = application.required_resource_access.iter();
            let declared = declared.filter(|one| one.resource_app_id == GRAPH_APP_ID);
            let declared = declared.flat_map(|one| &one.resource_access);
            let declared = declared.filter(|(_, kind)| *kind == AccessType::Scope);
            let mut names = declared
                .filter_map(|(id, _)| permissions::scope_by_id(*id).map(str::to_owned))
                .collect::<Vec<_>>();
            names.extend(granted(directory, principal.id));
            names.sort_unstable();
            names.dedup();
            if names.is_empty() { Err(no_consent(client)) } else { Ok(names) }
        }
        Client::FirstParty(..) | Client::Registered(..) => Ok(asked.permissions.clone()),
    }
}

/// The error for missing consent.
pub(super) fn no_consent(client: &Client<'_>) -> Refusal {
    let text = format!(
        "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an interactive \
         authorization request for this user and resource.",
        client.id(),
        client.name()
    );
    Refusal::new(65001, text)
}

/// The names of the delegated permissions of a client on Graph, for all users or for the administrator.
fn granted(directory: &Directory, client: Uuid) -> Vec<String> {
    let administrator = directory.tenant.administrator;
    let grants = directory.oauth2_permission_grants.iter();
    let mine = grants.filter(|one| one.client_id == client && Some(one.resource_id) == directory.graph_id());
    let usable = mine.filter(|one| one.principal_id.is_none_or(|user| user == administrator));
    usable.flat_map(|one| one.scope.split_whitespace().map(str::to_owned)).collect()
}

/// The administrator consents to the request of a registered application: a grant for this one user.
pub(super) fn consent(shared: &Shared, form: &Form, asked: &RequestedScopes) -> Result<(), Refusal> {
    let mut directory = shared.write();
    let principal = match client::find(shared, &directory, form)? {
        Client::Registered(_, principal) => principal.id,
        Client::FirstParty(..) => return Ok(()),
    };
    let before = granted(&directory, principal);
    let new = asked.permissions.iter().filter(|name| !before.contains(name)).cloned().collect::<Vec<_>>();
    let (Some(resource_id), false) = (directory.graph_id(), new.is_empty()) else { return Ok(()) };
    let administrator = directory.tenant.administrator;
    let id = directory.ids.opaque();
    directory.oauth2_permission_grants.push(OAuth2PermissionGrant {
        id,
        client_id: principal,
        principal_id: Some(administrator),
        resource_id,
        scope: new.join(" "),
        created: shared.clock.now(),
    });
    Ok(())
}

/// The permissions of a refreshed token: only those already consented to.
pub(super) fn narrowed(
    directory: &Directory,
    client: &Client<'_>,
    asked: RequestedScopes,
    before: RequestedScopes,
) -> Result<RequestedScopes, Refusal> {
    if asked.permissions.is_empty() {
        return Ok(RequestedScopes { permissions: before.permissions, audience: before.audience, ..asked });
    }
    let permissions = allowed(directory, client, &asked)?;
    let consented = match client {
        Client::Registered(_, principal) => granted(directory, principal.id),
        Client::FirstParty(..) => permissions.clone(),
    };
    if permissions.iter().all(|name| consented.contains(name) || before.permissions.contains(name)) {
        Ok(RequestedScopes { permissions, ..asked })
    } else {
        Err(no_consent(client))
    }
}
