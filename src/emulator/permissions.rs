//! The permissions of Microsoft Graph that the emulated tenant supports: names, and ids by type.
//!
//! Names and ids: <https://learn.microsoft.com/en-us/graph/permissions-reference>, and Microsoft's
//! <https://github.com/microsoftgraph/microsoft-graph-devx-content> (`permissions/permissions-descriptions.json`), read in
//! August 2026.

use uuid::{Uuid, uuid};

/// The application id of Microsoft Graph, the same in every tenant.
pub(super) const GRAPH_APP_ID: Uuid = uuid!("00000003-0000-0000-c000-000000000000");

/// One permission of Microsoft Graph.
#[derive(Debug)]
pub(super) struct Permission {
    /// Its name, as in the claims `roles` and `scp`.
    pub(super) value: &'static str,
    /// Its id as an application permission (an app role, type "Role").
    pub(super) application: Option<Uuid>,
    /// Its id as a delegated permission (a scope, type "Scope").
    pub(super) delegated: Option<Uuid>,
}

/// The permission with that name, ignoring case.
pub(super) fn by_value(value: &str) -> Option<&'static Permission> {
    ALL.iter().find(|permission| permission.value.eq_ignore_ascii_case(value))
}

/// The name of the app role with that id.
pub(super) fn role_by_id(id: Uuid) -> Option<&'static str> {
    ALL.iter().find(|permission| permission.application == Some(id)).map(|permission| permission.value)
}

/// The name of the delegated permission with that id.
pub(super) fn scope_by_id(id: Uuid) -> Option<&'static str> {
    ALL.iter().find(|permission| permission.delegated == Some(id)).map(|permission| permission.value)
}

const fn both(value: &'static str, application: Uuid, delegated: Uuid) -> Permission {
    Permission { value, application: Some(application), delegated: Some(delegated) }
}

const fn role(value: &'static str, id: Uuid) -> Permission {
    Permission { value, application: Some(id), delegated: None }
}

const fn scope(value: &'static str, id: Uuid) -> Permission {
    Permission { value, application: None, delegated: Some(id) }
}

/// All supported permissions.
pub(super) const ALL: &[Permission] = &[
    scope("Presence.Read", uuid!("76bc735e-aecd-4a1d-8b4c-2b915deabb79")),
    scope("Presence.ReadWrite", uuid!("8d3c54a7-cf58-4773-bf81-c0cd6ad522bb")),
    both(
        "Presence.Read.All",
        uuid!("a70e0c2d-e793-494c-94c4-118fa0a67f42"),
        uuid!("9c7a330d-35b3-4aa1-963d-cb2b9f927841"),
    ),
    role("Presence.ReadWrite.All", uuid!("83cded22-8297-4ff6-a7fa-e97e9545a259")),
    scope("User.Read", uuid!("e1fe6dd8-ba31-4d61-89e7-88639da4683d")),
    both(
        "User.ReadBasic.All",
        uuid!("97235f07-e226-4f63-ace3-39588e11d3a1"),
        uuid!("b340eb25-3456-403f-be2f-af7a0d370277"),
    ),
    both(
        "User.Read.All",
        uuid!("df021288-bdef-4463-88db-98f22de89214"),
        uuid!("a154be20-db9c-4678-8ab7-66f6cc099a59"),
    ),
    both(
        "User.ReadWrite.All",
        uuid!("741f803b-c850-494e-b5df-cde7c675a1ca"),
        uuid!("204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"),
    ),
    both(
        "Application.Read.All",
        uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
        uuid!("c79f8feb-a9db-4090-85f9-90d820caa0eb"),
    ),
    both(
        "Application.ReadWrite.All",
        uuid!("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
        uuid!("bdfbf15f-ee85-4955-8675-146e8e5296b5"),
    ),
    role("Application.ReadWrite.OwnedBy", uuid!("18a4783c-866b-4cc7-a460-3d5e5662c884")),
    both(
        "AppRoleAssignment.ReadWrite.All",
        uuid!("06b708a9-e830-4db3-a914-8e69da51d44f"),
        uuid!("84bccea3-f856-4a8a-967b-dbe0a3d53a64"),
    ),
    both(
        "DelegatedPermissionGrant.ReadWrite.All",
        uuid!("8e8e4742-1d95-4f68-9d56-6ee75648c72a"),
        uuid!("41ce6ca6-6826-4807-84f1-1c82854f7ee5"),
    ),
    both(
        "Directory.Read.All",
        uuid!("7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
        uuid!("06da0dbc-49e2-44d2-8312-53f166ab848a"),
    ),
    both(
        "Directory.ReadWrite.All",
        uuid!("19dbc75e-c2e2-444c-a770-ec69d8559fc7"),
        uuid!("c5366453-9fb0-48a5-a156-24f0c49a4b84"),
    ),
    both(
        "Organization.Read.All",
        uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6"),
        uuid!("4908d5b9-3fb2-4b1e-9336-1888b7937185"),
    ),
    both(
        "Domain.Read.All",
        uuid!("dbb9058a-0e50-45d7-ae91-66909b5d4664"),
        uuid!("2f9ee017-59c1-4f1d-9472-bd5529a7b311"),
    ),
    both(
        "Policy.Read.All",
        uuid!("246dd0d5-5bd0-4def-940b-0421030a5b68"),
        uuid!("572fea84-0151-49b2-9301-11cb16974376"),
    ),
    scope("openid", uuid!("37f7f235-527c-4136-accd-4a02d197296e")),
    scope("profile", uuid!("14dad69e-099b-42c9-810b-d002981feec1")),
    scope("email", uuid!("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0")),
    scope("offline_access", uuid!("7427e0e9-2fba-42fe-b0c0-848c9e6a8182")),
    // For the scenario of an application with too many permissions.
    role("Mail.Read", uuid!("810c84a8-4a9e-49e6-bf7d-12d183f40d01")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permission_ids_and_names_are_unique() {
        let mut ids = ALL.iter().flat_map(|p| [p.application, p.delegated]).flatten().collect::<Vec<_>>();
        let mut names = ALL.iter().map(|p| p.value).collect::<Vec<_>>();
        let (all_ids, all_names) = (ids.len(), names.len());
        ids.sort_unstable();
        ids.dedup();
        names.sort_unstable();
        names.dedup();
        assert_eq!((ids.len(), names.len()), (all_ids, all_names));
    }

    #[test]
    fn role_id_is_not_a_scope_id() {
        let id = by_value("user.readbasic.all").and_then(|p| p.application).expect("a role");
        assert_eq!((role_by_id(id), scope_by_id(id)), (Some("User.ReadBasic.All"), None));
    }
}
