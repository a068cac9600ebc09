//! Entra ID and Microsoft Graph: plain data about them, and, with the feature `online`, their client.
//!
//! | module | what it is |
//! |---|---|
//! | [`aadsts`] | the meanings of Entra ID's error codes |
//! | [`permission`] | the permissions that a mode needs |
//! | [`snapshot`] | the observed state of a tenant, as plain data |
//! | `graph` | the client of Microsoft Graph: single calls, lists, batches, presences |
//! | `sign_in` | tokens for the application and for an administrator |
//! | `probe` | reads the state of a tenant once, in as few requests as possible |

pub mod aadsts;
#[cfg(feature = "online")]
mod error;
#[cfg(feature = "online")]
pub mod graph;
pub mod permission;
#[cfg(feature = "online")]
pub mod probe;
#[cfg(feature = "online")]
pub mod sign_in;
pub mod snapshot;

#[cfg(feature = "online")]
pub use error::{GraphError, RefusalReason, Service, SignInRefusal};
