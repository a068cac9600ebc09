//! A settings file as written: everything that could be read, valid or not.
//!
//! The structs are the only description of the file: `schemars` generates the JSON Schema from them,
//! `validator` checks the ranges and lengths of plain values with the same attributes, and the reader fills
//! them. Their doc comments are the descriptions in the schema, in forms and in `explain`.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Key;
use crate::secret::shape::without_secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use uuid::Uuid;
use validator::Validate;

use super::calendar_date::CalendarDate;
use super::id::{IdFault, id_fault};
use super::key_source::KeySource;
use super::thumbprint::Thumbprint;
use super::values::{Cloud, IdentityRemoved, Login, Mode, Presence, PresencePair, SwyxStatus, SwyxVersion};
use super::{defaults, keys};
use crate::endpoint::Endpoint;
use crate::secret::{Secret, SecretFault, SecretSource};
use crate::text::NAME_PATTERN;

/// Settings of the Microsoft Teams presence synchronisation of SwyxWare, for one tenant.
#[derive(Debug, Default, JsonSchema)]
#[schemars(title = "swyx-teams settings", deny_unknown_fields)]
#[non_exhaustive]
pub struct Draft {
    /// The telephone system.
    #[schemars(title = "SwyxWare", default)]
    pub swyx: Swyx,
    /// The fields of Control Center's expert settings, with the names that they have there. For SwyxWare
    /// before 14.20.
    #[schemars(title = "Control Center")]
    pub control_center: Option<ControlCenter>,
    /// The identity provider configuration in Control Center, under General settings, Federated Services. For
    /// SwyxWare 14.20 and later.
    #[schemars(title = "Federated Services")]
    pub federated_services: Option<FederatedServices>,
    /// Microsoft Entra ID (Azure AD), and the application that is registered there.
    #[schemars(title = "Entra ID", default)]
    pub entra: Entra,
    /// How statuses are synchronised.
    #[schemars(title = "Synchronisation", default)]
    pub sync: Sync,
    /// Users whose e-mail address in Swyx is not their Teams account name. All other users are matched
    /// automatically.
    #[schemars(rename = "user", title = "Users", default)]
    pub users: Vec<User>,
    /// Whether the file's mode lets others read it.
    #[schemars(skip)]
    pub readable_by_others: bool,
}

impl Draft {
    /// The ids in the file, each with its key.
    pub fn ids(&self) -> impl Iterator<Item = (Key, &IdText)> {
        let of_tables = self.registrations().flat_map(|registration| {
            let generation = registration.keys;
            [
                (generation.tenant_id(), registration.tenant_id),
                (generation.client_id(), registration.client_id),
            ]
        });
        let ids = of_tables.chain([
            (keys::ADMIN_CLIENT_ID, self.entra.admin_client_id.as_ref()),
            (keys::AUTOMATION_CLIENT_ID, self.entra.automation.client_id.as_ref()),
        ]);
        ids.filter_map(|(key, id)| id.map(|id| (key, id)))
    }

    /// The tenant and the application, if both ids are valid. Two files with the same are probably copies.
    pub fn identity(&self) -> Option<(Uuid, Uuid)> {
        let registration = self.registration();
        let guid = |id: Option<&IdText>| id.filter(|id| id.fault().is_none()).and_then(IdText::guid);
        Some((guid(registration.tenant_id)?, guid(registration.client_id)?))
    }

    /// The secrets that the file names, each with its key and its place.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (Key, &SecretSource)> {
        let of_tables = self
            .registrations()
            .map(|registration| (registration.keys.client_secret(), registration.client_secret));
        let automation = &self.entra.automation;
        let secrets = of_tables.chain([
            (keys::GATEWAY_TOKEN, self.swyx.gateway_token.as_ref()),
            (keys::AUTOMATION_KEY, automation.key.as_ref()),
            (keys::AUTOMATION_KEY_PASSWORD, automation.key_password.as_ref()),
        ]);
        secrets.filter_map(|(key, source)| source.map(|source| (key, source)))
    }

    /// The place of the secret at `key`.
    pub(crate) fn secret(&self, key: &Key) -> Option<&SecretSource> {
        self.secrets().find(|(own, _)| own == key).map(|(_, source)| source)
    }

    /// The secrets that the file contains as plain text, each with its key.
    pub(crate) fn inline_secrets(&self) -> impl Iterator<Item = (Key, &Secret)> {
        self.secrets().filter_map(|(key, source)| match source {
            SecretSource::Inline(secret) => Some((key, secret)),
            _ => None,
        })
    }

    /// The faults of the client secrets that the file contains as plain text, each with its key.
    pub(crate) fn client_secret_faults(&self) -> impl Iterator<Item = (Key, SecretFault)> {
        self.inline_secrets()
            .filter(|(key, _)| keys::CLIENT_SECRETS.contains(key))
            .filter_map(|(key, secret)| secret.fault().map(|fault| (key, fault)))
    }
}

/// The telephone system.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, extend("dependentRequired" = {"gateway": ["gateway_token"]}))]
#[non_exhaustive]
pub struct Swyx {
    /// Version of SwyxWare, in quotes. It determines which rules apply: mode 2 exists since 13.25, and since
    /// 14.20 these settings are in another place.
    #[schemars(title = "Version", example = "14.10")]
    pub version: Option<SwyxVersion>,
    /// Address of the gateway, the service next to SwyxServer that reads and sets the users' statuses. Only
    /// `sync` and `users` need it. Used only with --trust.
    #[schemars(title = "Gateway", example = "https://swyx.example.com:9180")]
    pub gateway: Option<Endpoint>,
    /// Bearer token of the gateway. Required if `gateway` is set.
    #[schemars(title = "Gateway token")]
    pub gateway_token: Option<SecretSource>,
}

/// The fields of Control Center's expert settings.
#[derive(Debug, Default, JsonSchema)]
#[schemars(extend(
    "additionalProperties" = true,
    "if" = {"properties": {"MsTeamsStatusSyncMode": {"const": 2}}, "required": ["MsTeamsStatusSyncMode"], "additionalProperties": true},
    "then" = {"required": ["MsTeamsClientSecret"], "additionalProperties": true}
))]
#[non_exhaustive]
pub struct ControlCenter {
    /// The direction of the synchronisation. 1: Teams to Swyx only. 2: also "Speaking" in Swyx to "In a call"
    /// in Teams; needs SwyxWare 13.25 and a client secret.
    #[schemars(
        rename = "MsTeamsStatusSyncMode",
        title = "Synchronisation mode (MsTeamsStatusSyncMode)",
        required,
        example = 2
    )]
    pub mode: Option<Mode>,
    /// Directory (tenant) ID, a GUID from the application's overview page in the portal. The key is this
    /// project's own name: Control Center's name for the field is not documented.
    #[schemars(
        rename = "MsTeamsTenantId",
        title = "Directory (tenant) ID",
        required,
        example = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
    )]
    pub tenant_id: Option<IdText>,
    /// Application (client) ID, a GUID from the application's overview page in the portal. The key is this
    /// project's own name: Control Center's name for the field is not documented.
    #[schemars(
        rename = "MsTeamsClientId",
        title = "Application (client) ID",
        required,
        example = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
    )]
    pub client_id: Option<IdText>,
    /// The Value of the application's client secret, not its Secret ID. Preferably a reference to the place
    /// where the secret is stored.
    #[schemars(rename = "MsTeamsClientSecret", title = "Client secret (MsTeamsClientSecret)", example = secret_example())]
    pub client_secret: Option<SecretSource>,
    /// Whether the file has `MsTeamsClientSecret`, readable or not.
    #[schemars(skip)]
    pub names_a_secret: bool,
}

/// The identity provider configuration in Control Center, from 14.20 on.
#[derive(Debug, Default, JsonSchema, Validate)]
#[schemars(
    deny_unknown_fields,
    extend(
        "if" = {"properties": {"login": {"const": "secret"}}, "required": ["login"], "additionalProperties": true},
        "then" = {"required": ["client_secret"], "additionalProperties": true},
        "not" = {"type": "object", "required": ["certificate", "certificate_thumbprint"], "additionalProperties": true}
    )
)]
#[non_exhaustive]
pub struct FederatedServices {
    /// Name of the identity provider. Users see it in the login dialog of the Swyx clients.
    #[schemars(title = "Name", length(min = 1), extend("default" = defaults::PROVIDER_NAME, "pattern" = NAME_PATTERN))]
    pub name: Option<String>,
    /// Directory (tenant) ID, a GUID from the application's overview page in the portal.
    #[schemars(title = "Directory (tenant) ID", required, example = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34")]
    pub tenant_id: Option<IdText>,
    /// Application (client) ID, a GUID from the application's overview page in the portal.
    #[schemars(
        title = "Application (client) ID",
        required,
        example = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
    )]
    pub client_id: Option<IdText>,
    /// How SwyxServer signs in as the application. With a certificate, this program cannot sign in itself,
    /// because the key stays in SwyxServer.
    #[schemars(title = "Login data type", required, example = &"secret")]
    pub login: Option<Login>,
    /// The Value of the application's client secret, not its Secret ID. Preferably a reference to the place
    /// where the secret is stored.
    #[schemars(title = "Client Secret", example = secret_example(), extend("x-shown-when" = {"key": "federated_services.login", "value": "secret"}))]
    pub client_secret: Option<SecretSource>,
    /// File of the certificate, as downloaded from Control Center. A relative path starts at the folder of
    /// this file.
    #[validate(length(min = 1, max = 4096))]
    #[schemars(
        title = "Certificate file",
        example = &"swyx.cer",
        extend("pattern" = NAME_PATTERN, "x-shown-when" = {"key": "federated_services.login", "value": "certificate"})
    )]
    pub certificate: Option<String>,
    /// SHA-1 thumbprint of the certificate, instead of its file: the certificate fingerprint in Control
    /// Center. 40 hexadecimal digits; colons and spaces are ignored.
    #[schemars(
        title = "Certificate fingerprint",
        example = &"6F:1C:5A:0E:2B:93:D4:77:81:AC:3E:59:C0:48:B2:16:9D:E7:0A:F3",
        extend("x-shown-when" = {"key": "federated_services.login", "value": "certificate"})
    )]
    pub certificate_thumbprint: Option<Thumbprint>,
    /// The direction of the presence synchronisation. The words are this project's own: Control Center's label
    /// for the direction is not public.
    #[schemars(title = "Teams Presence Synchronization", extend("default" = "both"))]
    pub presence: Option<Presence>,
    /// Whether contacts are synchronised.
    #[schemars(title = "Contact synchronization", extend("default" = false))]
    pub contacts: Option<bool>,
    /// Whether calendars are synchronised.
    #[schemars(title = "Calendar synchronization", extend("default" = false))]
    pub calendar: Option<bool>,
    /// What Control Center does with a user whose Entra ID identity is removed. After a new installation of
    /// SwyxWare, it removes the Swyx user, administrators included.
    #[schemars(title = "Action to be performed when the Entra ID identity is removed", example = &"none")]
    pub on_identity_removed: Option<IdentityRemoved>,
    /// Whether display names are taken from Entra ID.
    #[schemars(title = "Activate synchronization for display names", example = true)]
    pub display_names: Option<bool>,
    /// Whether the file has `client_secret`, readable or not.
    #[schemars(skip)]
    pub names_a_secret: bool,
}

/// Entra ID, and the application that is registered there.
#[derive(Debug, Default, JsonSchema, Validate)]
#[schemars(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entra {
    /// The Microsoft cloud of the tenant.
    #[schemars(title = "Cloud", extend("default" = "global"))]
    pub cloud: Option<Cloud>,
    /// Display name of the application in Entra ID, 1 to 120 characters.
    #[validate(length(min = 1, max = 120))]
    #[schemars(title = "Application name", extend("default" = defaults::APPLICATION_NAME, "pattern" = NAME_PATTERN))]
    pub application_name: Option<String>,
    /// Number of days that a new client secret is valid, 1 to 730. The portal allows at most 24 months;
    /// Microsoft recommends less than 12.
    #[validate(range(min = 1, max = 730))]
    #[schemars(title = "Secret lifetime in days", extend("default" = defaults::SECRET_LIFETIME_DAYS))]
    pub secret_lifetime_days: Option<i64>,
    /// Number of days before its expiry that a client secret is renewed, 1 to 365 and less than its lifetime.
    #[validate(range(min = 1, max = 365))]
    #[schemars(title = "Renew before, in days", extend("default" = defaults::RENEW_BEFORE_DAYS))]
    pub renew_before_days: Option<i64>,
    /// Day on which the client secret or the certificate ends, in UTC, as a TOML date without quotes. `check`
    /// warns before this day, without a connection.
    #[schemars(title = "End of the secret or certificate", example = &"2027-05-29")]
    pub credential_ends: Option<CalendarDate>,
    /// Client id that an administrator uses to sign in. The default is Microsoft Graph Command Line Tools.
    #[schemars(title = "Administrator's client ID", extend("default" = defaults::ADMIN_CLIENT_ID))]
    pub admin_client_id: Option<IdText>,
    /// Sign-in address instead of the cloud's own, for example of a gateway or the emulator. Used only with
    /// --trust if it is not Microsoft's.
    #[schemars(title = "Authority", example = "https://login.microsoftonline.com")]
    pub authority: Option<Endpoint>,
    /// Address of Microsoft Graph instead of the cloud's own, version included. Used only with --trust if it is not Microsoft's.
    #[schemars(title = "Graph", example = "https://graph.microsoft.com/v1.0")]
    pub graph: Option<Endpoint>,
    /// PEM file with the certificate authority of an inspecting proxy. A relative path starts at the folder
    /// of this file. Used only with --trust for every address that it can impersonate.
    #[validate(length(min = 1, max = 4096))]
    #[schemars(title = "CA file", example = "proxy-ca.pem", extend("pattern" = NAME_PATTERN))]
    pub ca_file: Option<String>,
    /// Address of the proxy to the Internet. The traffic through it is encrypted, so `http` is allowed here.
    /// Used only with --trust.
    #[schemars(title = "Proxy", example = "http://proxy.example.com:3128")]
    pub proxy: Option<Endpoint>,
    /// An application that signs in with a certificate instead of an administrator, for scheduled jobs.
    #[schemars(title = "Automation", default)]
    pub automation: AutomationDraft,
}

/// An application that signs in instead of an administrator. It has its own registration: the application of SwyxWare does not get these
/// permissions.
#[derive(Debug, Default, JsonSchema)]
#[schemars(
    rename = "Automation",
    deny_unknown_fields,
    extend("required" = ["client_id", "key"])
)]
#[non_exhaustive]
pub struct AutomationDraft {
    /// Application (client) ID of the automation application, a GUID.
    #[schemars(title = "Application (client) ID", example = "6b1e9d02-7f4a-4c85-a3d6-0e9b2f81c574")]
    pub client_id: Option<IdText>,
    /// Where the private key and its certificate are stored: a PEM or PFX file, or an entry of the secret store.
    #[schemars(title = "Key", with = "KeySource")]
    pub key: Option<SecretSource>,
    /// Where the password of a PFX file is stored.
    #[schemars(title = "Password of the key")]
    pub key_password: Option<SecretSource>,
    /// Whether the file has the table.
    #[schemars(skip)]
    pub is_given: bool,
}

/// How statuses are synchronised.
#[derive(Debug, Default, JsonSchema, Validate)]
#[schemars(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sync {
    /// Seconds between two reads of all users' presences in Teams, 1 to 3,600.
    #[validate(range(min = 1, max = 3600))]
    #[schemars(title = "Read interval in seconds", extend("default" = defaults::READ_INTERVAL_SECONDS))]
    pub read_interval_seconds: Option<i64>,
    /// Minutes after which Graph drops "In a call" unless it is renewed, 5 to 240.
    #[validate(range(min = 5, max = 240))]
    #[schemars(
        title = "Session in minutes",
        extend("default" = defaults::SESSION_MINUTES, "x-shown-when" = {"key": "control_center.MsTeamsStatusSyncMode", "value": 2})
    )]
    pub session_minutes: Option<i64>,
    /// Number of presence requests that Graph allows this application in 30 seconds, 1 to 10,000. The Graph
    /// API pages say 1,500, a newer page says 10,000.
    #[validate(range(min = 1, max = 10_000))]
    #[schemars(title = "Requests in 30 seconds", extend("default" = defaults::REQUESTS_PER_30_SECONDS))]
    pub requests_per_30_seconds: Option<i64>,
    /// Overrides of the status mapping, from Graph's availability/activity to a Swyx status. `none` does not
    /// change the Swyx status.
    #[schemars(
        title = "Status mapping",
        with = "BTreeMap<String, SwyxStatus>",
        default,
        extend("propertyNames" = {"pattern": PresencePair::PATTERN}),
        example = status_example()
    )]
    pub status: Vec<(PresencePair, SwyxStatus)>,
}

/// A user whose e-mail address in Swyx is not the Teams account name.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[non_exhaustive]
pub struct User {
    /// Name of the user in Swyx.
    #[schemars(title = "Swyx user", required, length(min = 1), example = "Jane Roe", extend("pattern" = NAME_PATTERN))]
    pub swyx: Option<String>,
    /// Account name in Teams (the user principal name), in the form of an e-mail address.
    #[schemars(title = "Teams account", required, length(min = 1), extend("format" = "email", "pattern" = NAME_PATTERN), example = "jane.roe@example.com")]
    pub teams: Option<String>,
}

/// A tenant or client id as written, with its fault if it is invalid.
#[derive(Clone, PartialEq, Eq)]
pub struct IdText {
    text: String,
    fault: Option<IdFault>,
}

impl IdText {
    /// Accepts any text; [`IdText::fault`] says what is wrong with it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let fault = id_fault(&text);
        Self { text, fault }
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The fault that is reported.
    pub fn fault(&self) -> Option<IdFault> {
        self.fault
    }

    /// Whether the text may be shown: it is an id, a mistyped id, a tenant name or a placeholder, so it
    /// cannot be a secret in the wrong field.
    pub(crate) fn is_presentable(&self) -> bool {
        match self.fault {
            None | Some(IdFault::Placeholder | IdFault::TenantName) => true,
            Some(IdFault::Disguised) => true,
            Some(IdFault::SurroundingBlank | IdFault::NotAGuid) => resembles_id(self.text.trim()),
        }
    }

    /// The id, if the text is one.
    pub fn guid(&self) -> Option<Uuid> {
        crate::text::parse_guid(&self.text)
    }
}

/// Whether a text may be an id with a typing error: hexadecimal digits, dashes and braces only.
///
/// An id has 32 digits, and with dashes and braces 38 characters. Longer texts, and more digits without a
/// dash, may be a token.
fn resembles_id(text: &str) -> bool {
    const MAX_LEN: usize = 45;
    const MAX_DIGITS_WITHOUT_DASH: usize = 36;
    text.len() <= MAX_LEN
        && (text.contains('-') || text.len() <= MAX_DIGITS_WITHOUT_DASH)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"-{}".contains(&byte))
}

/// A text that is not an id may be a secret in the wrong field.
impl fmt::Debug for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.is_presentable() { without_secret(&self.text) } else { "[not shown]" };
        f.debug_struct("IdText").field("text", &text).field("fault", &self.fault).finish()
    }
}

impl JsonSchema for IdText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Guid".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "uuid",
            "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
        })
    }
}

/// An example of a secret reference. It is a reference so that no example contains a secret.
fn secret_example() -> serde_json::Value {
    serde_json::json!({"env": "SWYX_TEAMS_CLIENT_SECRET"})
}

/// An example of `sync.status`.
fn status_example() -> serde_json::Value {
    serde_json::json!({"Busy/InAMeeting": "Away"})
}
