//! The keys of the settings file that rules and commands name.
//!
//! ```
//! use swyx_teams::settings::keys;
//!
//! assert_eq!(keys::MODE.as_str(), "control_center.MsTeamsStatusSyncMode");
//! assert_eq!(keys::MODE.parent(), keys::CONTROL_CENTER);
//! ```

use crate::diagnostic::Key;

/// The table of Control Center's fields.
pub const CONTROL_CENTER: Key = Key::of("control_center");
/// The direction of the synchronisation.
pub const MODE: Key = Key::of("control_center.MsTeamsStatusSyncMode");
/// The directory (tenant) id.
pub const TENANT_ID: Key = Key::of("control_center.MsTeamsTenantId");
/// The application (client) id.
pub const CLIENT_ID: Key = Key::of("control_center.MsTeamsClientId");
/// The application's client secret.
pub const CLIENT_SECRET: Key = Key::of("control_center.MsTeamsClientSecret");
/// The version of SwyxWare.
pub const SWYX_VERSION: Key = Key::of("swyx.version");
/// The address of the SwyxServer gateway.
pub const GATEWAY: Key = Key::of("swyx.gateway");
/// The gateway's bearer token.
pub const GATEWAY_TOKEN: Key = Key::of("swyx.gateway_token");
/// The display name of the application.
pub const APPLICATION_NAME: Key = Key::of("entra.application_name");
/// The Microsoft cloud.
pub const CLOUD: Key = Key::of("entra.cloud");
/// Another sign-in address.
pub const AUTHORITY: Key = Key::of("entra.authority");
/// Another Graph address.
pub const GRAPH: Key = Key::of("entra.graph");
/// The certificate authority of an inspecting proxy.
pub const CA_FILE: Key = Key::of("entra.ca_file");
/// The proxy to the Internet.
pub const PROXY: Key = Key::of("entra.proxy");
/// The client id that an administrator uses to sign in.
pub const ADMIN_CLIENT_ID: Key = Key::of("entra.admin_client_id");
/// How long a new secret is valid.
pub const SECRET_LIFETIME_DAYS: Key = Key::of("entra.secret_lifetime_days");
/// How long before its expiry a secret is renewed.
pub const RENEW_BEFORE_DAYS: Key = Key::of("entra.renew_before_days");
/// The table of the application that signs in instead of an administrator.
pub const AUTOMATION: Key = Key::of("entra.automation");
/// Its client id.
pub const AUTOMATION_CLIENT_ID: Key = Key::of("entra.automation.client_id");
/// Where its private key is stored.
pub const AUTOMATION_KEY: Key = Key::of("entra.automation.key");
/// Where the password of its key is stored.
pub const AUTOMATION_KEY_PASSWORD: Key = Key::of("entra.automation.key_password");
/// Seconds between two reads of all presences.
pub const READ_INTERVAL_SECONDS: Key = Key::of("sync.read_interval_seconds");
/// Presence requests that Graph allows in 30 seconds.
pub const REQUESTS_PER_30_SECONDS: Key = Key::of("sync.requests_per_30_seconds");
/// The overrides of the status mapping.
pub const STATUS: Key = Key::of("sync.status");
/// The users that are not matched automatically by e-mail.
pub const USERS: Key = Key::of("user");

/// The keys that a form shows but never changes. A new value could send the stored secret or an
/// administrator's token to another host, or redirect an administrator's sign-in to another application.
/// Secrets that a command prints are also read-only.
pub const READ_ONLY_IN_FORMS: [Key; 6] = [GATEWAY, ADMIN_CLIENT_ID, AUTHORITY, GRAPH, CA_FILE, PROXY];

/// Both keys that hold a secret.
pub const SECRETS: [Key; 2] = [CLIENT_SECRET, GATEWAY_TOKEN];
