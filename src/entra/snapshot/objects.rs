//! The directory objects of a tenant that belong to the application in the settings, as far as provisioning
//! needs them.
//!
//! ```
//! use std::collections::BTreeMap;
//! use swyx_teams::entra::snapshot::objects::{GraphPrincipal, Objects};
//!
//! let id = "a70e0c2d-e793-494c-94c4-118fa0a67f42".parse()?;
//! let graph = GraphPrincipal::new(uuid::Uuid::nil(), BTreeMap::from([("Presence.Read.All".to_owned(), id)]));
//! let objects = Objects::new("2026-03-01T12:00:00Z".parse()?, graph);
//! assert_eq!(objects.graph.find_name(id), Some("Presence.Read.All"));
//! assert!(objects.application.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Cause, RegistrationStatus, SecretPolicy, SecretSeen, Seen, Unseen};
use crate::settings::ClientId;

/// The objects of a tenant's directory that provisioning needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Objects {
    /// When they were read, by Microsoft's clock.
    pub seen_at: Timestamp,
    /// Microsoft Graph's own service principal.
    pub graph: GraphPrincipal,
    /// The application, and the identifier by which it was found.
    pub application: Option<(FoundBy, Application)>,
    /// Applications with the display name. The application may be one of them, even if it was found by
    /// another identifier.
    pub namesakes: Vec<Namesake>,
    /// Deleted applications with one of the identifiers that can still be restored.
    pub deleted: Vec<Deleted>,
    /// Whether the tenant knows the client id as that of an application of another tenant.
    pub is_foreign: bool,
    /// What the tenant's policies say about new client secrets of the application, or of a new one.
    pub secret_policy: Seen<SecretPolicy>,
}

/// The identifier by which an application was found, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FoundBy {
    /// The client id that the settings name.
    ClientId,
    /// The unique name that provisioning sets (`uniqueName`).
    UniqueName,
    /// Its display name, which no other application has.
    DisplayName,
}

/// Microsoft Graph's service principal in the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphPrincipal {
    /// Its object id, which differs from tenant to tenant.
    pub id: Uuid,
    /// The ids of its application permissions, by name.
    pub roles: BTreeMap<String, Uuid>,
}

/// An application registration. Source: <https://learn.microsoft.com/graph/api/resources/application>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// `identifierUris`. Read from 14.20 on, like `api` and `keys`.
    pub identifier_uris: Vec<String>,
    /// `api`, as in the answer.
    pub api: Value,
    /// `keyCredentials`, as in the answer: a change must return existing entries unchanged.
    pub keys: Vec<Value>,
    /// Whether the registration itself is disabled.
    pub status: RegistrationStatus,
    /// Its service principal, if it has one.
    pub principal: Option<Principal>,
    /// The object id of its deleted service principal that can be restored, if there is one.
    pub deleted_principal: Option<Uuid>,
}

/// A permission that an application declares.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declared {
    /// The application id of the resource, as in the answer.
    pub resource: String,
    /// The permission's id.
    pub id: Uuid,
    /// `Role` or `Scope`.
    pub kind: String,
}

/// A service principal. Source: <https://learn.microsoft.com/graph/api/resources/serviceprincipal>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// The object id.
    pub id: Uuid,
    /// `accountEnabled`.
    pub enabled: bool,
    /// Its grants.
    pub grants: Vec<Grant>,
}

/// An application permission with admin consent. Source: <https://learn.microsoft.com/graph/api/resources/approleassignment>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The id of the assignment.
    pub id: String,
    /// The object id of the resource that has the role.
    pub resource: Uuid,
    /// The name of the resource.
    pub resource_name: String,
    /// The id of the role.
    pub role: Uuid,
}

/// An application with the same display name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Namesake {
    /// The application (client) id.
    pub client_id: ClientId,
    /// When it was created, if known.
    pub created: Option<Timestamp>,
}

/// A deleted application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deleted {
    /// The object id, needed to restore it.
    pub id: Uuid,
    /// The application (client) id.
    pub client_id: ClientId,
    /// `displayName`.
    pub name: String,
    /// `uniqueName`.
    pub unique_name: Option<String>,
    /// When it was deleted, if known.
    pub at: Option<Timestamp>,
    /// The object id of its deleted service principal, which is restored separately.
    pub principal: Option<Uuid>,
}

impl Objects {
    /// Creates the objects of a tenant without an application, whose policies were not read.
    pub fn new(seen_at: Timestamp, graph: GraphPrincipal) -> Self {
        Self {
            seen_at,
            graph,
            application: None,
            namesakes: Vec::new(),
            deleted: Vec::new(),
            is_foreign: false,
            secret_policy: Err(Unseen::new(Cause::NotAsked, "the policies were not read")),
        }
    }
}

impl GraphPrincipal {
    /// Creates it from its object id and the ids of its application permissions, by name.
    pub fn new(id: Uuid, roles: BTreeMap<String, Uuid>) -> Self {
        Self { id, roles }
    }

    /// The name of one of its application permissions.
    pub fn find_name(&self, role: Uuid) -> Option<&str> {
        self.roles.iter().find(|(_, id)| **id == role).map(|(name, _)| name.as_str())
    }
}
