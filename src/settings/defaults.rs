//! The defaults of missing keys. The schema shows the same values.
//!
//! ```
//! use swyx_teams::settings::{defaults, entries, keys};
//!
//! let mut entries = entries::list_defaults().into_iter();
//! let entry = entries.find(|entry| entry.key == keys::SECRET_LIFETIME_DAYS).expect("a default");
//! assert_eq!(entry.shown(), defaults::SECRET_LIFETIME_DAYS.to_string());
//! ```

/// Default of `entra.application_name`, the vendor's suggestion.
pub const APPLICATION_NAME: &str = "SwyxMSTeamsPresenceSync";
/// Default of `federated_services.name`.
pub const PROVIDER_NAME: &str = "Entra ID";
/// Default of `entra.secret_lifetime_days`: the maximum that CISA's ScubaGear baseline recommends.
pub const SECRET_LIFETIME_DAYS: u16 = 180;
/// Default of `entra.renew_before_days`.
pub const RENEW_BEFORE_DAYS: u16 = 30;
/// Default of `entra.admin_client_id`: Microsoft Graph Command Line Tools, a first-party public client.
pub const ADMIN_CLIENT_ID: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// Default of `sync.read_interval_seconds`: short enough to meet the vendor's 5 seconds from Teams to Swyx.
pub const READ_INTERVAL_SECONDS: u16 = 4;
/// Default of `sync.session_minutes`. Graph accepts 5 to 240.
pub const SESSION_MINUTES: u16 = 10;
/// Default of `sync.requests_per_30_seconds`. Source: <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>.
pub const REQUESTS_PER_30_SECONDS: u16 = 1_500;
/// The version of Microsoft Graph: the one that Microsoft supports for production.
pub const GRAPH_VERSION: &str = "v1.0";
