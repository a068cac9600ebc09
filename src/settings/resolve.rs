//! Resolves a [`Draft`] to [`Settings`]: complete, valid, with every default filled in.

use std::fmt;
use std::path::PathBuf;

use uuid::Uuid;

use super::calendar_date::CalendarDate;
use super::defaults;
use super::draft::{AutomationDraft, Draft, FederatedServices, IdText};
use super::generation::Generation;
use super::thumbprint::Thumbprint;
use super::values::{Cloud, IdentityRemoved, Mode, PresencePair, SwyxStatus, SwyxVersion};
use crate::diagnostic::{Diagnostic, Key, Place, Severity};
use crate::endpoint::Endpoint;
use crate::secret::SecretSource;

/// The directory (tenant) id in the form of Control Center and the portal: 8-4-4-4-12 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(Uuid);

/// The application (client) id, in the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(Uuid);

impl TenantId {
    /// Whether it is this id.
    pub fn is(self, tenant: Uuid) -> bool {
        self.0 == tenant
    }
}

impl ClientId {
    /// Creates the id from the one that Graph assigned to an application.
    #[cfg(feature = "online")]
    pub(crate) fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id in a text, if it is one.
    fn of(text: &IdText) -> Option<Self> {
        text.guid().map(Self)
    }

    /// The id.
    pub fn guid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The tenant, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// The directory (tenant) id.
    pub tenant_id: TenantId,
    /// The Microsoft cloud.
    pub cloud: Cloud,
    /// The client id that an administrator uses to sign in.
    pub admin_client_id: ClientId,
    /// Another sign-in address.
    pub authority: Option<Endpoint>,
    /// Another Graph address.
    pub graph: Option<Endpoint>,
    /// The certificate authority of an inspecting proxy.
    pub ca_file: Option<PathBuf>,
    /// The proxy to the Internet.
    pub proxy: Option<Endpoint>,
    /// The application that signs in instead of an administrator.
    pub automation: Option<Automation>,
}

/// An application that signs in instead of an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Automation {
    /// The application (client) id.
    pub client_id: ClientId,
    /// Where the private key and its certificate are stored: a file or an entry of the secret store.
    pub key: SecretSource,
    /// Where the password of the key is stored.
    pub key_password: Option<SecretSource>,
}

impl Automation {
    /// The application, if the file has the whole table.
    fn of(draft: &AutomationDraft) -> Option<Self> {
        Some(Self {
            client_id: ClientId::of(draft.client_id.as_ref()?)?,
            key: draft.key.clone()?,
            key_password: draft.key_password.clone(),
        })
    }
}

/// How SwyxServer signs in as the application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// A client secret, and where it is stored, if the file names a place.
    Secret(Option<SecretSource>),
    /// A certificate that Control Center created. Its key never leaves SwyxServer.
    Certificate(Option<Certificate>),
}

/// How the file names a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// By its file; a relative path starts at the folder of the settings file.
    File(PathBuf),
    /// By its SHA-1 thumbprint.
    Thumbprint(Thumbprint),
}

impl Credential {
    fn of(draft: &Draft) -> Self {
        let registration = draft.registration();
        let fields = draft.federated_services.as_ref().filter(|_| registration.uses_certificate());
        let Some(fields) = fields else { return Self::Secret(registration.client_secret.cloned()) };
        let file = fields.certificate.as_ref().map(|path| Certificate::File(path.into()));
        Self::Certificate(file.or(fields.certificate_thumbprint.map(Certificate::Thumbprint)))
    }

    /// Where the client secret is stored.
    pub fn secret(&self) -> Option<&SecretSource> {
        match self {
            Self::Secret(source) => source.as_ref(),
            Self::Certificate(_) => None,
        }
    }

    /// Whether it is a certificate. Then this program cannot sign in as the application.
    pub fn is_certificate(&self) -> bool {
        matches!(self, Self::Certificate(_))
    }
}

/// The desired state of the tenant: settings in which the client id and the secret may still be missing. Only
/// [`crate::check::Checked::wanted`] creates it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wanted {
    /// The version of SwyxWare, if the file names it.
    pub swyx_version: Option<SwyxVersion>,
    /// The generation of that version; it decides which registration is needed.
    pub generation: Generation,
    /// The generation whose keys the file uses; it differs only in a file that still has to be moved.
    pub keys: Generation,
    /// The direction of the synchronisation; never the undocumented mode 0.
    pub mode: Mode,
    /// The tenant, and how to reach it.
    pub access: Access,
    /// The application (client) id, once the application exists.
    pub client_id: Option<ClientId>,
    /// The client secret or certificate, once it exists, or where it will be stored.
    pub credential: Credential,
    /// The day on which the client secret or the certificate ends, if the file names it.
    pub credential_ends: Option<CalendarDate>,
    /// Display name of the application, 1 to 120 characters, if the file names it.
    pub application_name: Option<String>,
    /// Days that a new secret is valid, 1 to 730.
    pub secret_lifetime_days: u16,
    /// Days before its expiry that a secret is renewed, 1 to 365, less than its lifetime.
    pub renew_before_days: u16,
}

/// The values of an identity provider configuration that are not about the presence synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// The name that users see in the login dialog.
    pub name: String,
    /// Whether contacts are synchronised.
    pub contacts: bool,
    /// Whether calendars are synchronised.
    pub calendar: bool,
    /// What happens to a user whose identity is removed, if the file says it.
    pub on_identity_removed: Option<IdentityRemoved>,
    /// Whether display names are synchronised, if the file says it.
    pub display_names: Option<bool>,
}

impl Provider {
    fn of(draft: &Draft) -> Self {
        let fields = draft.federated_services.as_ref();
        let name = fields.and_then(|fields| fields.name.clone());
        let is_on = |field: fn(&FederatedServices) -> Option<bool>| fields.and_then(field);
        Self {
            name: name.unwrap_or_else(|| defaults::PROVIDER_NAME.to_owned()),
            contacts: is_on(|fields| fields.contacts).unwrap_or(false),
            calendar: is_on(|fields| fields.calendar).unwrap_or(false),
            on_identity_removed: fields.and_then(|fields| fields.on_identity_removed),
            display_names: is_on(|fields| fields.display_names),
        }
    }
}

/// Settings that passed every rule. Only [`crate::check::Checked::settings`] creates them, so they need no
/// further checks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The version of SwyxWare, if the file names it.
    pub swyx_version: Option<SwyxVersion>,
    /// The SwyxServer gateway and its token, if the file has them.
    pub gateway: Option<(Endpoint, SecretSource)>,
    /// The generation of that version.
    pub generation: Generation,
    /// The generation whose keys the file uses; it differs only in a file that still has to be moved.
    pub keys: Generation,
    /// The direction of the synchronisation; never the undocumented mode 0.
    pub mode: Mode,
    /// The tenant, and how to reach it.
    pub access: Access,
    /// The application (client) id.
    pub client_id: ClientId,
    /// How SwyxServer signs in. Before 14.20, the secret may be missing in mode 1.
    pub credential: Credential,
    /// The day on which the client secret or the certificate ends, if the file names it.
    pub credential_ends: Option<CalendarDate>,
    /// The rest of the identity provider configuration, from 14.20 on.
    pub provider: Provider,
    /// Seconds between two reads, 1 to 3,600.
    pub read_interval_seconds: u16,
    /// Minutes that Graph keeps "In a call", 5 to 240.
    pub session_minutes: u16,
    /// Presence requests that Graph allows in 30 seconds, 1 to 10,000.
    pub requests_per_30_seconds: u16,
    /// Overrides of the status mapping.
    pub status: Vec<(PresencePair, SwyxStatus)>,
    /// Swyx name and Teams account of the users that are not matched automatically.
    pub users: Vec<(String, String)>,
}

/// Why a draft cannot be resolved.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unresolved {
    /// The file has errors; the diagnostics say which.
    #[error("the settings have errors")]
    Errors,
    /// The mode is 0, which the vendor does not document.
    #[error("these settings cannot be used because the vendor does not document mode 0; use mode 1 or 2")]
    UndocumentedMode,
}

impl Access {
    fn of(draft: &Draft) -> Option<Self> {
        let entra = &draft.entra;
        Some(Self {
            tenant_id: TenantId(draft.registration().tenant_id.and_then(IdText::guid)?),
            cloud: entra.cloud.unwrap_or_default(),
            admin_client_id: ClientId(match &entra.admin_client_id {
                Some(id) => id.guid()?,
                None => crate::text::parse_guid(defaults::ADMIN_CLIENT_ID)?,
            }),
            authority: entra.authority.clone(),
            graph: entra.graph.clone(),
            ca_file: entra.ca_file.clone().map(PathBuf::from),
            proxy: entra.proxy.clone(),
            automation: Automation::of(&entra.automation),
        })
    }
}

impl Wanted {
    /// Resolves a draft with the findings `found`.
    pub(crate) fn resolve(draft: &Draft, found: &[Diagnostic]) -> Result<Self, Unresolved> {
        resolve(draft, found.iter().filter(|found| !is_created_by_provisioning(found)), Self::complete)
    }

    fn complete(draft: &Draft) -> Option<Self> {
        let Draft { swyx, entra, .. } = draft;
        let registration = draft.registration();
        Some(Self {
            swyx_version: swyx.version,
            generation: draft.generation(),
            keys: registration.keys,
            mode: registration.mode?,
            access: Access::of(draft)?,
            client_id: registration.client_id.and_then(IdText::guid).map(ClientId),
            credential: Credential::of(draft),
            credential_ends: entra.credential_ends,
            application_name: entra.application_name.clone(),
            secret_lifetime_days: or_default(entra.secret_lifetime_days, defaults::SECRET_LIFETIME_DAYS)?,
            renew_before_days: or_default(entra.renew_before_days, defaults::RENEW_BEFORE_DAYS)?,
        })
    }

    /// Where the client secret is, or will be, stored.
    pub fn client_secret(&self) -> Option<&SecretSource> {
        self.credential.secret()
    }

    /// The name of the application.
    pub fn name(&self) -> &str {
        self.application_name.as_deref().unwrap_or(defaults::APPLICATION_NAME)
    }
}

/// Whether a finding says that the client id or the secret is missing. Provisioning adds both.
fn is_created_by_provisioning(found: &Diagnostic) -> bool {
    let is_created = |key: &Key| {
        Generation::ALL.into_iter().any(|table| *key == table.client_id() || *key == table.client_secret())
    };
    matches!(&found.place, Place::Missing(key) if is_created(key))
}

/// Applies `complete` to a draft with the findings `found`.
fn resolve<'d, T>(
    draft: &Draft,
    mut found: impl Iterator<Item = &'d Diagnostic>,
    complete: impl FnOnce(&Draft) -> Option<T>,
) -> Result<T, Unresolved> {
    if found.any(|found| found.severity == Severity::Error) {
        return Err(Unresolved::Errors);
    }
    match draft.registration().mode {
        Some(Mode::Undocumented) => Err(Unresolved::UndocumentedMode),
        // The rest cannot fail, because the rules found no error.
        _ => complete(draft).ok_or(Unresolved::Errors),
    }
}

impl Settings {
    /// Where the client secret is stored; `None` also if SwyxServer signs in with a certificate.
    pub fn client_secret(&self) -> Option<&SecretSource> {
        self.credential.secret()
    }

    /// Resolves a draft with the findings `found`.
    pub(crate) fn resolve(draft: &Draft, found: &[Diagnostic]) -> Result<Self, Unresolved> {
        resolve(draft, found.iter(), Self::complete)
    }

    fn complete(draft: &Draft) -> Option<Self> {
        let Draft { swyx, sync, users, .. } = draft;
        let registration = draft.registration();
        Some(Self {
            swyx_version: swyx.version,
            generation: draft.generation(),
            keys: registration.keys,
            gateway: swyx.gateway.clone().zip(swyx.gateway_token.clone()),
            mode: registration.mode?,
            access: Access::of(draft)?,
            client_id: ClientId(registration.client_id.and_then(IdText::guid)?),
            credential: Credential::of(draft),
            credential_ends: draft.entra.credential_ends,
            provider: Provider::of(draft),
            read_interval_seconds: or_default(sync.read_interval_seconds, defaults::READ_INTERVAL_SECONDS)?,
            session_minutes: or_default(sync.session_minutes, defaults::SESSION_MINUTES)?,
            requests_per_30_seconds: or_default(
                sync.requests_per_30_seconds,
                defaults::REQUESTS_PER_30_SECONDS,
            )?,
            status: sync.status.clone(),
            users: users
                .iter()
                .map(|user| user.swyx.clone().zip(user.teams.clone()))
                .collect::<Option<_>>()?,
        })
    }
}

fn or_default(value: Option<i64>, default: u16) -> Option<u16> {
    value.map_or(Some(default), |value| value.try_into().ok())
}
