//! The actual directory, for tests: includes what replication hides from reads, and excludes what was removed.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::permissions::{self, GRAPH_APP_ID};
use super::state::{AccessType, Application, Directory, KeyCredential, PasswordCredential, ServicePrincipal};

/// The applications of the tenant, in the order of their creation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Registered applications, and deleted ones that are not purged.
    pub applications: Vec<ApplicationSnapshot>,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApplicationSnapshot {
    /// The object id.
    pub id: Uuid,
    /// The application (client) id.
    pub app_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// The immutable name by which it can be addressed.
    pub unique_name: Option<String>,
    /// `AzureADMyOrg`, `AzureADMultipleOrgs`, …
    pub sign_in_audience: String,
    /// When it was deleted. Graph can restore it for 30 days; the entry stays until it is purged.
    pub deleted: Option<Timestamp>,
    /// Whether it may sign in without a credential; `None` if not set.
    pub is_fallback_public_client: Option<bool>,
    /// The redirect URIs of `publicClient`.
    pub public_redirect_uris: Vec<String>,
    /// The declared permissions.
    pub declared: DeclaredSnapshot,
    /// Its client secrets in the order of their creation, including expired ones.
    pub secrets: Vec<SecretSnapshot>,
    /// Its certificates in the order of their creation, including expired ones.
    pub certificates: Vec<CertificateSnapshot>,
    /// Its service principal, even while the application is deleted.
    pub service_principal: Option<PrincipalSnapshot>,
}

/// The permissions that an application declares (`requiredResourceAccess`), in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredSnapshot {
    /// Names of application permissions of Microsoft Graph.
    pub application: Vec<String>,
    /// Names of delegated permissions of Microsoft Graph.
    pub delegated: Vec<String>,
    /// All others: the resource's application id, the permission's id, and `Role` or `Scope`.
    pub foreign: Vec<(Uuid, Uuid, &'static str)>,
}

/// A client secret without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretSnapshot {
    /// The Secret ID.
    pub key_id: Uuid,
    /// Its description.
    pub display_name: Option<String>,
    /// The first three characters of its value, as shown by Graph.
    pub hint: String,
    /// Valid from.
    pub start: Timestamp,
    /// Valid until.
    pub end: Timestamp,
}

/// A certificate (`keyCredentials`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateSnapshot {
    /// Its id.
    pub key_id: Uuid,
    /// Its description.
    pub display_name: Option<String>,
    /// The SHA-1 thumbprint: 40 hexadecimal digits in upper case.
    pub thumbprint: String,
    /// Valid from, as registered.
    pub start: Timestamp,
    /// Valid until, as registered.
    pub end: Timestamp,
}

/// A service principal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrincipalSnapshot {
    /// The object id.
    pub id: Uuid,
    /// Whether it may sign in.
    pub account_enabled: bool,
    /// Names of the application permissions of Microsoft Graph that it was granted, in order; repeated if granted twice.
    pub granted: Vec<String>,
    /// Names of the delegated permissions of Microsoft Graph that it was granted for all users.
    pub granted_delegated: Vec<String>,
}

impl Snapshot {
    /// All applications of the directory.
    pub(super) fn of(directory: &Directory) -> Self {
        let all = directory.applications.all();
        Self { applications: all.map(|application| snapshot(directory, application)).collect() }
    }
}

fn snapshot(directory: &Directory, application: &Application) -> ApplicationSnapshot {
    let redirects = application.other.get("publicClient").and_then(|client| client.get("redirectUris"));
    let redirects = redirects.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let visible = directory.service_principals.by_app_id(application.app_id);
    let deleted = || directory.service_principals.all().find(|one| one.app_id == application.app_id);
    let principal = visible.or_else(|| application.deleted.and_then(|_| deleted()));
    ApplicationSnapshot {
        id: application.id,
        app_id: application.app_id,
        display_name: application.display_name.clone(),
        unique_name: application.unique_name.clone(),
        sign_in_audience: application.sign_in_audience.clone(),
        deleted: application.deleted,
        is_fallback_public_client: application.is_fallback_public_client,
        public_redirect_uris: redirects.map(str::to_owned).collect(),
        declared: declared(application),
        secrets: application.secrets().map(secret).collect(),
        certificates: application.certificates().map(certificate).collect(),
        service_principal: principal.map(|principal| granted(directory, principal)),
    }
}

fn declared(application: &Application) -> DeclaredSnapshot {
    let mut declared = DeclaredSnapshot::default();
    for resource in &application.required_resource_access {
        let is_graph = resource.resource_app_id == GRAPH_APP_ID;
        for &(id, kind) in &resource.resource_access {
            let (known, names, kind) = match kind {
                AccessType::Role => (permissions::role_by_id(id), &mut declared.application, "Role"),
                AccessType::Scope => (permissions::scope_by_id(id), &mut declared.delegated, "Scope"),
            };
            match known.filter(|_| is_graph) {
                Some(name) => names.push(name.to_owned()),
                None => declared.foreign.push((resource.resource_app_id, id, kind)),
            }
        }
    }
    declared
}

fn secret(secret: &PasswordCredential) -> SecretSnapshot {
    SecretSnapshot {
        key_id: secret.key_id,
        display_name: secret.display_name.clone(),
        hint: secret.secret.chars().take(3).collect(),
        start: secret.start,
        end: secret.end,
    }
}

fn certificate(key: &KeyCredential) -> CertificateSnapshot {
    CertificateSnapshot {
        key_id: key.key_id,
        display_name: key.members.get("displayName").and_then(Value::as_str).map(str::to_owned),
        thumbprint: key.certificate.thumbprint(),
        start: key.start,
        end: key.end,
    }
}

fn granted(directory: &Directory, principal: &ServicePrincipal) -> PrincipalSnapshot {
    let graph = directory.graph_id();
    let roles = directory.app_role_assignments.iter();
    let roles = roles.filter(|one| one.principal_id == principal.id && Some(one.resource_id) == graph);
    let scopes = directory.oauth2_permission_grants.iter().filter(|one| one.principal_id.is_none());
    let scopes = scopes.filter(|one| one.client_id == principal.id && Some(one.resource_id) == graph);
    PrincipalSnapshot {
        id: principal.id,
        account_enabled: principal.account_enabled,
        granted: roles
            .filter_map(|one| permissions::role_by_id(one.app_role_id).map(str::to_owned))
            .collect(),
        granted_delegated: scopes.flat_map(|one| one.scope.split_whitespace().map(str::to_owned)).collect(),
    }
}
