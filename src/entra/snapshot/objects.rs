//! What a tenant holds of the application that the settings want: the objects of its directory, as far as provisioning needs them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::SecretSeen;
use crate::settings::ClientId;

/// The objects of a tenant's directory that provisioning looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    /// When they were seen, by Microsoft's clock.
    pub seen_at: Timestamp,
    /// Microsoft Graph's own service principal.
    pub graph: GraphPrincipal,
    /// The application, and what it was found by.
    pub application: Option<(FoundBy, Application)>,
    /// Applications with the display name that is looked for. One that was found by another mark may be among them.
    pub namesakes: Vec<Namesake>,
    /// Deleted applications that bear one of the marks, and can still be restored.
    pub deleted: Vec<Deleted>,
    /// Whether the tenant knows the client id as that of an application of another tenant.
    pub is_foreign: bool,
}

/// The mark by which an application was found. In this order: the first that fits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The client id that the settings name.
    ClientId,
    /// The unique name that provisioning gives (`uniqueName`).
    UniqueName,
    /// Its display name, which no other application bears.
    DisplayName,
}

/// Microsoft Graph's service principal in the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphPrincipal {
    /// Its object id, which differs from tenant to tenant.
    pub id: Uuid,
    /// The ids of its application permissions, by name.
    pub roles: BTreeMap<String, Uuid>,
}

/// An application registration. Source: <https://learn.microsoft.com/graph/api/resources/application>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The object id.
    pub id: Uuid,
    /// The application (client) id.
    pub client_id: ClientId,
    /// `displayName`.
    pub name: String,
    /// `uniqueName`.
    pub unique_name: Option<String>,
    /// `signInAudience`.
    pub audience: String,
    /// `requiredResourceAccess`, one element for each permission.
    pub declared: Vec<Declared>,
    /// `isFallbackPublicClient`.
    pub public_client: bool,
    /// `publicClient.redirectUris`.
    pub redirects: Vec<String>,
    /// The client secrets.
    pub secrets: Vec<SecretSeen>,
    /// Its service principal, if it has one.
    pub principal: Option<Principal>,
}

/// A permission that an application declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The application id of the resource, as it was written.
    pub resource: String,
    /// The permission's id.
    pub id: Uuid,
    /// `Role` or `Scope`.
    pub kind: String,
}

/// A service principal. Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The object id.
    pub id: Uuid,
    /// `accountEnabled`.
    pub enabled: bool,
    /// What was granted to it.
    pub grants: Vec<Grant>,
}

/// An application permission with admin consent. Source: <https://learn.microsoft.com/graph/api/resources/approleassignment>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The id of the assignment.
    pub id: String,
    /// The object id of the resource that has the role.
    pub resource: Uuid,
    /// What the resource is called.
    pub resource_name: String,
    /// The id of the role.
    pub role: Uuid,
}

/// An application that bears the display name that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// The application (client) id.
    pub client_id: ClientId,
    /// When it was made, if that is known.
    pub created: Option<Timestamp>,
}

/// A deleted application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The object id, under which it can be restored.
    pub id: Uuid,
    /// The application (client) id.
    pub client_id: ClientId,
    /// `displayName`.
    pub name: String,
    /// `uniqueName`.
    pub unique_name: Option<String>,
    /// When it was deleted, if that is known.
    pub at: Option<Timestamp>,
}

impl GraphPrincipal {
    /// The name of one of its application permissions.
    pub fn name(&self, role: Uuid) -> Option<&str> {
        self.roles.iter().find(|(_, id)| **id == role).map(|(name, _)| name.as_str())
    }
}
