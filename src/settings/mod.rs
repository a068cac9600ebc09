//! The settings: as written ([`Draft`]), and complete and valid ([`Settings`]).
//!
//! ```text
//! Source ──read──▶ Draft ──resolve──▶ Settings
//!                    └── schema, from the same structs
//! ```

mod address;
pub mod defaults;
mod draft;
pub mod entries;
pub mod keys;
pub(crate) mod read;
pub(crate) mod read_only;
mod resolve;
pub mod reveal;
pub mod schema;
mod secret;
mod section;
pub(crate) mod suggest;
mod text;
mod trust;
mod values;
pub mod write;

pub use address::consent_address;
pub use draft::{ControlCenter, Draft, Entra, IdText, Swyx, Sync, User};
pub use resolve::{Access, ClientId, Settings, TenantId, Unresolved, Wanted};
pub use secret::{Secret, SecretSource};
pub use section::MOST_FINDINGS;
pub use text::{IdFault, SecretFault, guid};
pub use trust::{Address, InvalidTrust, Trust, TrustRequirement, Untrusted};
pub(crate) use values::VENDORS_PAIRS;
pub(crate) use values::is_loopback;
pub use values::{Choice, Cloud, Endpoint, Mode, NotOfForm, PresencePair, SwyxStatus, SwyxVersion};
