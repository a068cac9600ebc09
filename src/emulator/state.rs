//! The emulated tenant's directory: plain data with indexes, without protocol behaviour.
//!
//! The data that Entra ID and Graph read and write. Member names follow the resources of Graph:
//! <https://learn.microsoft.com/en-us/graph/api/resources/application>, `serviceprincipal`, `approleassignment`,
//! `oauth2permissiongrant`, `user`.

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::certificate::Certificate;
use super::graph::presence::Presences;
use super::permissions::GRAPH_APP_ID;
pub(super) use super::switches::{ManualStatus, OwnPolicy, SecretRestrictions, Switches, UnknownIds};
use super::users::Users;

/// All objects of the tenant.
pub(super) struct Directory {
    /// The tenant itself.
    pub(super) tenant: Tenant,
    /// Registered applications.
    pub(super) applications: Applications,
    /// Service principals, including Microsoft Graph's own.
    pub(super) service_principals: ServicePrincipals,
    /// Application permissions with admin consent.
    pub(super) app_role_assignments: Vec<AppRoleAssignment>,
    /// Delegated permissions with consent.
    pub(super) oauth2_permission_grants: Vec<OAuth2PermissionGrant>,
    /// Users, in the order of lists.
    pub(super) users: Users,
    /// Presences by the user's position in `users`.
    pub(super) presences: Presences,
    /// The tenant's policies, and the choices for open points of the documentation.
    pub(super) switches: Switches,
    /// Creates the ids of new objects.
    pub(super) ids: Ids,
}

/// Names and ids of the tenant.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    /// The directory (tenant) id.
    pub(super) id: Uuid,
    /// Its fictitious verified domain, in lower case.
    pub(super) domain: String,
    /// Its name.
    pub(super) name: String,
    /// The user who signs in with a device code and owns the token of the ready line, a Global Administrator.
    pub(super) administrator: Uuid,
}

/// A service principal that owns an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Its object id.
    pub(super) id: Uuid,
    /// Its application (client) id.
    pub(super) app_id: Uuid,
}

/// An application registration.
#[derive(Clone)]
pub(super) struct Application {
    /// The object id.
    pub(super) id: Uuid,
    /// The application (client) id.
    pub(super) app_id: Uuid,
    /// Its name; not unique.
    pub(super) display_name: String,
    /// The immutable name by which it can be addressed.
    pub(super) unique_name: Option<String>,
    /// When it was created, for replication; changes are visible at once.
    pub(super) created: Timestamp,
    /// When it was deleted; such an application is only found among the deleted ones.
    pub(super) deleted: Option<Timestamp>,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`, …
    pub(super) sign_in_audience: String,
    /// Whether it may sign in without a credential, for example with a device code; `None` appears as null.
    pub(super) is_fallback_public_client: Option<bool>,
    /// Whether it is deactivated; `None` appears as null.
    pub(super) is_disabled: Option<bool>,
    /// Why Microsoft disabled it, if it did.
    pub(super) disabled_by_microsoft: Option<String>,
    /// The application management policy that is assigned to it.
    pub(super) own_policy: Option<OwnPolicy>,
    /// The declared permissions.
    pub(super) required_resource_access: Vec<RequiredResourceAccess>,
    /// Its client secrets, including removed ones.
    pub(super) password_credentials: Vec<PasswordCredential>,
    /// Its certificates, including removed ones.
    pub(super) key_credentials: Vec<KeyCredential>,
    /// The service principals that own it.
    pub(super) owners: Vec<Owner>,
    /// Members that are returned as they were written: `notes`, `tags`, `publicClient`, …
    pub(super) other: Map<String, Value>,
}

impl Application {
    /// Whether it may sign in nowhere.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_disabled == Some(true) || self.disabled_by_microsoft.is_some()
    }

    /// Its actual client secrets, independent of replication.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &PasswordCredential> {
        self.password_credentials.iter().filter(|secret| secret.removed.is_none())
    }

    /// Its actual certificates, independent of replication.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &KeyCredential> {
        self.key_credentials.iter().filter(|key| key.removed.is_none())
    }
}

/// The permissions that an application declares for one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequiredResourceAccess {
    /// The resource's application id.
    pub(super) resource_app_id: Uuid,
    /// Ids with their types.
    pub(super) resource_access: Vec<(Uuid, AccessType)>,
}

/// The type of a declared permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessType {
    /// "Role": an application permission.
    Role,
    /// "Scope": a delegated permission.
    Scope,
}

/// A client secret. It does not implement Debug.
#[derive(Clone)]
pub(super) struct PasswordCredential {
    /// The Secret ID.
    pub(super) key_id: Uuid,
    /// Its description.
    pub(super) display_name: Option<String>,
    /// Valid from.
    pub(super) start: Timestamp,
    /// Valid until.
    pub(super) end: Timestamp,
    /// The value, which Graph shows once.
    pub(super) secret: String,
    /// When it was added, for replication.
    pub(super) created: Timestamp,
    /// When it was removed: changes no longer see it at once, reads only after replication.
    pub(super) removed: Option<Timestamp>,
}

impl PasswordCredential {
    /// Whether it is valid at `now`.
    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }
}

/// A certificate.
#[derive(Clone, Debug)]
pub(super) struct KeyCredential {
    /// Its id, chosen by the client or the service.
    pub(super) key_id: Uuid,
    /// The members that Graph returns, except `keyId` and `key`.
    pub(super) members: Map<String, Value>,
    /// Valid from.
    pub(super) start: Timestamp,
    /// Valid until.
    pub(super) end: Timestamp,
    /// The certificate.
    pub(super) certificate: Certificate,
    /// When it was added, for replication.
    pub(super) created: Timestamp,
    /// When it was removed, for replication.
    pub(super) removed: Option<Timestamp>,
}

/// A service principal.
#[derive(Clone, Debug)]
pub(super) struct ServicePrincipal {
    /// The object id.
    pub(super) id: Uuid,
    /// The application's id.
    pub(super) app_id: Uuid,
    /// Its name.
    pub(super) display_name: String,
    /// Whether it may sign in.
    pub(super) account_enabled: bool,
    /// Whether users and applications must be assigned to it.
    pub(super) app_role_assignment_required: bool,
    /// When it was created.
    pub(super) created: Timestamp,
    /// When it was deleted; such a service principal is only found among the deleted ones.
    pub(super) deleted: Option<Timestamp>,
    /// Members that are returned as they were written: `tags`, `notes`, …
    pub(super) other: Map<String, Value>,
}

impl ServicePrincipal {
    /// A new one, with sign-in enabled.
    pub(super) fn new(id: Uuid, app_id: Uuid, name: &str, created: Timestamp) -> Self {
        Self {
            id,
            app_id,
            display_name: name.to_owned(),
            account_enabled: true,
            app_role_assignment_required: false,
            created,
            deleted: None,
            other: Map::new(),
        }
    }
}

/// An application permission with admin consent.
#[derive(Clone, Debug)]
pub(super) struct AppRoleAssignment {
    /// The opaque id.
    pub(super) id: String,
    /// The service principal that holds the role.
    pub(super) principal_id: Uuid,
    /// The service principal whose role it is.
    pub(super) resource_id: Uuid,
    /// The role.
    pub(super) app_role_id: Uuid,
    /// When it was granted.
    pub(super) created: Timestamp,
}

/// Delegated permissions with consent.
#[derive(Clone, Debug)]
pub(super) struct OAuth2PermissionGrant {
    /// The opaque id.
    pub(super) id: String,
    /// The client's service principal.
    pub(super) client_id: Uuid,
    /// The user; `None` for consent on behalf of all (`AllPrincipals`).
    pub(super) principal_id: Option<Uuid>,
    /// The resource's service principal.
    pub(super) resource_id: Uuid,
    /// The names, with blanks between them.
    pub(super) scope: String,
    /// When it was granted.
    pub(super) created: Timestamp,
}

/// Registered applications, including deleted ones, by object id, application id and unique name.
#[derive(Default)]
pub(super) struct Applications {
    objects: Vec<Application>,
}

impl Applications {
    /// All, including deleted ones, in the order of their creation.
    pub(super) fn all(&self) -> impl Iterator<Item = &Application> {
        self.objects.iter()
    }

    /// Those that are not deleted, in the order of their creation.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Application> {
        self.objects.iter().filter(|application| application.deleted.is_none())
    }

    /// Those that are deleted and can be restored.
    pub(super) fn deleted(&self) -> impl Iterator<Item = &Application> {
        self.objects.iter().filter(|application| application.deleted.is_some())
    }

    /// By object id, deleted or not, for changes.
    pub(super) fn any_mut(&mut self, id: Uuid) -> Option<&mut Application> {
        self.objects.iter_mut().find(|application| application.id == id)
    }

    /// By application (client) id.
    pub(super) fn by_app_id(&self, app_id: Uuid) -> Option<&Application> {
        self.iter().find(|application| application.app_id == app_id)
    }

    /// Adds one.
    pub(super) fn add(&mut self, application: Application) {
        self.objects.push(application);
    }

    /// Removes one permanently.
    pub(super) fn purge(&mut self, id: Uuid) {
        self.objects.retain(|application| application.id != id);
    }
}

/// Service principals by object id and application id.
#[derive(Default)]
pub(super) struct ServicePrincipals {
    objects: Vec<ServicePrincipal>,
}

impl ServicePrincipals {
    /// All, including deleted ones, in the order of their creation.
    pub(super) fn all(&self) -> impl Iterator<Item = &ServicePrincipal> {
        self.objects.iter()
    }

    /// Those that are not deleted, in the order of their creation.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ServicePrincipal> {
        self.objects.iter().filter(|principal| principal.deleted.is_none())
    }

    /// By object id, deleted or not, for changes.
    pub(super) fn any_mut(&mut self, id: Uuid) -> Option<&mut ServicePrincipal> {
        self.objects.iter_mut().find(|principal| principal.id == id)
    }

    /// By object id.
    pub(super) fn get(&self, id: Uuid) -> Option<&ServicePrincipal> {
        self.iter().find(|principal| principal.id == id)
    }

    /// By object id, for changes.
    pub(super) fn get_mut(&mut self, id: Uuid) -> Option<&mut ServicePrincipal> {
        self.any_mut(id).filter(|principal| principal.deleted.is_none())
    }

    /// By the application's id.
    pub(super) fn by_app_id(&self, app_id: Uuid) -> Option<&ServicePrincipal> {
        self.iter().find(|principal| principal.app_id == app_id)
    }

    /// Adds one.
    pub(super) fn add(&mut self, principal: ServicePrincipal) {
        self.objects.push(principal);
    }

    /// Removes one.
    pub(super) fn remove(&mut self, id: Uuid) {
        self.objects.retain(|principal| principal.id != id);
    }
}

impl Directory {
    /// Whether Microsoft Graph's own service principal may be used.
    pub(super) fn is_graph_enabled(&self) -> bool {
        self.service_principals.by_app_id(GRAPH_APP_ID).is_some_and(|principal| principal.account_enabled)
    }

    /// The object id of Microsoft Graph's own service principal.
    pub(super) fn graph_id(&self) -> Option<Uuid> {
        self.service_principals.by_app_id(GRAPH_APP_ID).map(|principal| principal.id)
    }
}

/// Creates ids that look random and are the same for the same seed.
pub(super) struct Ids(fastrand::Rng);

impl Ids {
    /// The id generator of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A new id, a GUID of version 4.
    pub(super) fn guid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.u128(..).to_be_bytes()).into_uuid()
    }

    /// A new opaque id, in the format of assignments and grants: 43 characters of base64url.
    pub(super) fn opaque(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..43).filter_map(|_| ALPHABET.get(self.0.usize(..64))).map(|&letter| char::from(letter)).collect()
    }
}
