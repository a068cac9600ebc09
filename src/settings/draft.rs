//! A settings file as it was written: what could be read of it, right or wrong.
//!
//! The structs are the one description of the file: `schemars` makes the JSON Schema of them, `validator` checks the ranges
//! and lengths of plain values from the same attributes, and the reader fills them. Their doc comments are the descriptions
//! in the schema, in forms and in `explain`.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Key;
use crate::secret::shape::without_secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use uuid::Uuid;
use validator::Validate;

use super::id::{IdFault, id_fault};
use super::values::{Cloud, Mode, PresencePair, SwyxStatus, SwyxVersion};
use super::{defaults, keys};
use crate::endpoint::Endpoint;
use crate::secret::{Secret, SecretFault, SecretSource};

/// Settings of the Microsoft Teams presence synchronisation of SwyxWare, for one tenant.
#[derive(Debug, Default, JsonSchema)]
#[schemars(title = "swyx-teams settings", deny_unknown_fields)]
pub struct Draft {
    /// The telephone system.
    #[schemars(title = "SwyxWare", default)]
    pub swyx: Swyx,
    /// The fields of Control Center's expert settings, by the names that they bear there.
    #[schemars(title = "Control Center")]
    pub control_center: ControlCenter,
    /// Microsoft Entra ID (Azure AD), and the application that is registered there.
    #[schemars(title = "Entra ID", default)]
    pub entra: Entra,
    /// How statuses are carried.
    #[schemars(title = "Synchronisation", default)]
    pub sync: Sync,
    /// Users whose e-mail address in Swyx is not their Teams account name. All others match by themselves.
    #[schemars(rename = "user", title = "Users", default)]
    pub users: Vec<User>,
    /// Whether the file's mode lets others read it.
    #[schemars(skip)]
    pub readable_by_others: bool,
}

impl Draft {
    /// The ids that are there, each with its key.
    pub fn ids(&self) -> impl Iterator<Item = (Key, &IdText)> {
        let ids = [
            (keys::TENANT_ID, &self.control_center.tenant_id),
            (keys::CLIENT_ID, &self.control_center.client_id),
            (keys::ADMIN_CLIENT_ID, &self.entra.admin_client_id),
        ];
        ids.into_iter().filter_map(|(key, id)| id.as_ref().map(|id| (key, id)))
    }

    /// The secrets that stand in the file as plain text, each with its key.
    pub(crate) fn inline_secrets(&self) -> impl Iterator<Item = (Key, &Secret)> {
        let secrets = [
            (keys::CLIENT_SECRET, &self.control_center.client_secret),
            (keys::GATEWAY_TOKEN, &self.swyx.gateway_token),
        ];
        secrets.into_iter().filter_map(|(key, secret)| match secret {
            Some(SecretSource::Inline(secret)) => Some((key, secret)),
            _ => None,
        })
    }

    /// What is wrong with the client secret, if it stands in the file.
    pub(crate) fn client_secret_fault(&self) -> Option<SecretFault> {
        self.inline_secrets()
            .find(|(key, _)| *key == keys::CLIENT_SECRET)
            .and_then(|(_, secret)| secret.fault())
    }
}

/// The telephone system.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, extend("dependentRequired" = {"gateway": ["gateway_token"]}))]
pub struct Swyx {
    /// Version of SwyxWare, in quotes. It decides which rules apply: mode 2 exists since 13.25, and from 14.20 on these settings live elsewhere.
    #[schemars(title = "Version", example = "14.10")]
    pub version: Option<SwyxVersion>,
    /// Address of the service beside SwyxServer that reads and sets users' statuses. Only `sync` and `users` need it. Used only with --trust.
    #[schemars(title = "Gateway", example = "https://swyx.example.com:9180")]
    pub gateway: Option<Endpoint>,
    /// Bearer token of the gateway; needed with `gateway`.
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
pub struct ControlCenter {
    /// Which way statuses are carried. 1: Teams to Swyx only. 2: also "Speaking" in Swyx to "In a call" in Teams; needs SwyxWare 13.25 and a client secret.
    #[schemars(
        rename = "MsTeamsStatusSyncMode",
        title = "Synchronisation mode (MsTeamsStatusSyncMode)",
        required,
        example = 2
    )]
    pub mode: Option<Mode>,
    /// Directory (tenant) ID, a GUID, as the portal shows it on the application's overview page. The field's name is this project's: no public page gives Control Center's.
    #[schemars(
        rename = "MsTeamsTenantId",
        title = "Directory (tenant) ID",
        required,
        example = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
    )]
    pub tenant_id: Option<IdText>,
    /// Application (client) ID, a GUID, as the portal shows it on the application's overview page. The field's name is this project's: no public page gives Control Center's.
    #[schemars(
        rename = "MsTeamsClientId",
        title = "Application (client) ID",
        required,
        example = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
    )]
    pub client_id: Option<IdText>,
    /// The Value of the application's client secret, not its Secret ID. Best as a reference to where it is kept.
    #[schemars(rename = "MsTeamsClientSecret", title = "Client secret (MsTeamsClientSecret)", example = secret_example())]
    pub client_secret: Option<SecretSource>,
    /// Whether `MsTeamsClientSecret` is there at all, readable or not.
    #[schemars(skip)]
    pub names_a_secret: bool,
}

/// Entra ID, and the application that is registered there.
#[derive(Debug, Default, JsonSchema, Validate)]
#[schemars(deny_unknown_fields)]
pub struct Entra {
    /// The Microsoft cloud that the tenant lives in.
    #[schemars(title = "Cloud", extend("default" = "global"))]
    pub cloud: Option<Cloud>,
    /// Display name of the application in Entra ID, 1 to 120 characters.
    #[validate(length(min = 1, max = 120))]
    #[schemars(title = "Application name", extend("default" = defaults::APPLICATION_NAME))]
    pub application_name: Option<String>,
    /// How many days a new client secret is valid, 1 to 730. The portal allows 24 months at most; Microsoft advises less than 12.
    #[validate(range(min = 1, max = 730))]
    #[schemars(title = "Secret lifetime in days", extend("default" = defaults::SECRET_LIFETIME_DAYS))]
    pub secret_lifetime_days: Option<i64>,
    /// How many days before its end a client secret is renewed, 1 to 365 and less than its lifetime.
    #[validate(range(min = 1, max = 365))]
    #[schemars(title = "Renew before, in days", extend("default" = defaults::RENEW_BEFORE_DAYS))]
    pub renew_before_days: Option<i64>,
    /// Client id with which an administrator signs in; by default Microsoft Graph Command Line Tools.
    #[schemars(title = "Administrator's client ID", extend("default" = defaults::ADMIN_CLIENT_ID))]
    pub admin_client_id: Option<IdText>,
    /// Address to sign in at instead of the cloud's own, as for a gateway or the emulator. Used only with --trust if it is not Microsoft's.
    #[schemars(title = "Authority", example = "https://login.microsoftonline.com")]
    pub authority: Option<Endpoint>,
    /// Address of Microsoft Graph instead of the cloud's own, version included. Used only with --trust if it is not Microsoft's.
    #[schemars(title = "Graph", example = "https://graph.microsoft.com/v1.0")]
    pub graph: Option<Endpoint>,
    /// File with the certificate authority of an inspecting proxy, PEM. A relative path starts at this file's folder. Used only with --trust in every address that it can vouch for.
    #[validate(length(min = 1, max = 4096))]
    #[schemars(title = "CA file", example = "proxy-ca.pem")]
    pub ca_file: Option<String>,
    /// Address of the proxy that leads to the Internet. What goes through it is encrypted, so `http` is fine here. Used only with --trust.
    #[schemars(title = "Proxy", example = "http://proxy.example.com:3128")]
    pub proxy: Option<Endpoint>,
}

/// How statuses are carried.
#[derive(Debug, Default, JsonSchema, Validate)]
#[schemars(deny_unknown_fields)]
pub struct Sync {
    /// Seconds between two readings of all users' presence in Teams, 1 to 3,600.
    #[validate(range(min = 1, max = 3600))]
    #[schemars(title = "Read interval in seconds", extend("default" = defaults::READ_INTERVAL_SECONDS))]
    pub read_interval_seconds: Option<i64>,
    /// Minutes that Graph keeps "In a call" without a renewal, 5 to 240.
    #[validate(range(min = 5, max = 240))]
    #[schemars(
        title = "Session in minutes",
        extend("default" = defaults::SESSION_MINUTES, "x-shown-when" = {"key": "control_center.MsTeamsStatusSyncMode", "value": 2})
    )]
    pub session_minutes: Option<i64>,
    /// Presence requests that Graph allows this application in 30 seconds, 1 to 10,000. Its API pages say 1,500, a newer page 10,000.
    #[validate(range(min = 1, max = 10_000))]
    #[schemars(title = "Requests in 30 seconds", extend("default" = defaults::REQUESTS_PER_30_SECONDS))]
    pub requests_per_30_seconds: Option<i64>,
    /// Overrides of the mapping: Graph's availability/activity to a Swyx status, or `none` to leave the Swyx status alone.
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
pub struct User {
    /// Name of the user in Swyx.
    #[schemars(title = "Swyx user", required, length(min = 1), example = "Jane Roe")]
    pub swyx: Option<String>,
    /// Account name in Teams (the user principal name), written like an e-mail address.
    #[schemars(title = "Teams account", required, extend("format" = "email"), example = "jane.roe@example.com")]
    pub teams: Option<String>,
}

/// A tenant or client id as written, with what is wrong with it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdText {
    text: String,
    fault: Option<IdFault>,
}

impl IdText {
    /// Takes any text; [`IdText::fault`] says what is wrong with it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let fault = id_fault(&text);
        Self { text, fault }
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one fault that is reported.
    pub fn fault(&self) -> Option<IdFault> {
        self.fault
    }

    /// Whether the text may be shown: it is an id, a tenant's name or a placeholder, and so no secret in the wrong field.
    pub(crate) fn is_presentable(&self) -> bool {
        match self.fault {
            None | Some(IdFault::Placeholder | IdFault::TenantName) => true,
            Some(IdFault::SurroundingBlank) => crate::text::guid(self.text.trim()).is_some(),
            Some(IdFault::NotAGuid) => false,
        }
    }

    /// The id, if the text is one.
    pub fn guid(&self) -> Option<Uuid> {
        crate::text::guid(&self.text)
    }
}

/// What is no id may be a secret in the wrong field.
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

/// An example of a secret: a reference, so that nobody copies a secret from an example.
fn secret_example() -> serde_json::Value {
    serde_json::json!({"env": "SWYX_TEAMS_CLIENT_SECRET"})
}

/// An example of `sync.status`.
fn status_example() -> serde_json::Value {
    serde_json::json!({"Busy/InAMeeting": "Away"})
}
