//! Secrets: the type, their forms and faults, their storage places, fetching them, and the trust in a
//! settings file.

mod fault;
mod fetch;
pub(crate) mod shape;
mod source;
mod trust;
mod value;

pub use fault::SecretFault;
pub use fetch::{CommandLimits, RevealError, reveal, reveal_within};
pub use source::SecretSource;
pub(crate) use source::is_reserved_variable;
pub use trust::{InvalidTrust, Trust};
pub use value::Secret;
