//! The settings: as written ([`Draft`]), and complete and valid ([`Settings`]).
//!
//! ```text
//! Source ──read──▶ Draft ──resolve──▶ Settings
//!                    └── schema, from the same structs
//! ```
//!
//! ```
//! let text = r#"
//! [control_center]
//! MsTeamsStatusSyncMode = 2
//! MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
//! MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
//! MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
//! "#;
//! let settings = swyx_teams::check::check_bytes("a.toml", text.into(), false).settings()?;
//! assert_eq!(settings.mode, swyx_teams::settings::Mode::BothWays);
//! assert_eq!(settings.access.login_address(), "https://login.microsoftonline.com");
//! # Ok::<(), swyx_teams::settings::Unresolved>(())
//! ```

mod automation;
mod calendar_date;
mod characters;
pub mod defaults;
mod draft;
pub mod entries;
mod generation;
mod hosts;
mod id;
mod key_source;
pub mod keys;
mod known;
mod presences;
pub(crate) mod read;
mod resolve;
pub mod schema;
mod section;
pub(crate) mod suggest;
mod tables;
mod thumbprint;
mod unknown;
mod untrusted;
mod values;

pub use crate::text::{InvalidFormat, parse_guid};
pub use calendar_date::CalendarDate;
pub use draft::{AutomationDraft, ControlCenter, Draft, Entra, FederatedServices, IdText, Swyx, Sync, User};
pub use generation::{Generation, Registration};
pub(crate) use hosts::build_consent_address;
pub use id::IdFault;
#[cfg(feature = "online")]
pub(crate) use presences::PAIRS;
pub(crate) use presences::pair_names;
pub use resolve::{
    Access, Automation, Certificate, ClientId, Credential, Provider, Settings, TenantId, Unresolved, Wanted,
};
pub use section::MAX_FINDINGS;
pub use thumbprint::Thumbprint;
pub use untrusted::{TrustRequirement, Untrusted};
pub use values::{
    Choice, Cloud, IdentityRemoved, Login, Mode, Presence, PresencePair, SwyxStatus, SwyxVersion,
};
