//! Secrets: the type, their forms and faults, their storage places, fetching them, and the trust in a
//! settings file.
//!
//! ```
//! use swyx_teams::secret::{Secret, SecretFault, SecretSource};
//!
//! let secret = Secret::new("3fa85f64-5717-4562-b3fc-2c963f66afa6");
//! assert_eq!(secret.fault(), Some(SecretFault::Guid));
//! assert!(!format!("{secret:?}").contains("3fa85f64"));
//! assert_eq!(SecretSource::Env("TEAMS".to_owned()).describe(), "from the environment variable TEAMS");
//! ```

mod entry;
mod fault;
mod fetch;
pub mod keyring;
#[cfg(feature = "online")]
mod save;
pub(crate) mod shape;
mod source;
mod trust;
mod typed;
mod value;

pub use fault::SecretFault;
#[cfg(feature = "online")]
pub(crate) use fetch::MAX_BYTES;
#[cfg(feature = "cli")]
pub(crate) use fetch::reveal_key;
pub use fetch::{CommandLimits, RevealError, reveal, reveal_within};
#[cfg(feature = "online")]
pub(crate) use save::save_secret;
pub use source::SecretSource;
pub(crate) use source::is_reserved_variable;
pub use trust::{InvalidTrust, Trust};
pub(crate) use typed::TypedReference;
#[cfg(feature = "cli")]
pub(crate) use typed::find_reference;
pub use value::Secret;
