//! Secrets: the type, their shapes and faults, where they are kept, fetching them, and what a settings file is trusted with.

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
