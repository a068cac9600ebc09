//! The settings: as written ([`Draft`]), and complete and valid ([`Settings`]).
//!
//! ```text
//! Source ──read──▶ Draft ──resolve──▶ Settings
//!                    └── schema, from the same structs
//! ```

pub mod defaults;
mod draft;
pub mod entries;
mod hosts;
mod id;
pub mod keys;
mod known;
mod presences;
pub(crate) mod read;
mod resolve;
pub mod schema;
mod section;
pub(crate) mod suggest;
mod untrusted;
mod values;

pub use crate::text::{InvalidFormat, parse_guid};
pub use draft::{ControlCenter, Draft, Entra, IdText, Swyx, Sync, User};
pub(crate) use hosts::build_consent_address;
pub use id::IdFault;
#[cfg(feature = "online")]
pub(crate) use presences::PAIRS;
pub(crate) use presences::pair_names;
pub use resolve::{Access, ClientId, Settings, TenantId, Unresolved, Wanted};
pub use section::MAX_FINDINGS;
pub use untrusted::{TrustRequirement, Untrusted};
pub use values::{Choice, Cloud, Mode, PresencePair, SwyxStatus, SwyxVersion};
