//! Entra ID and Microsoft Graph: what is known of them as plain data, and, with the feature `online`, their client.
//!
//! | module | what it is |
//! |---|---|
//! | [`aadsts`] | what the codes of Entra ID's refusals mean |
//! | [`permission`] | the permissions that a mode needs |
//! | [`snapshot`] | what was seen of a tenant, as plain data |
//! | `graph` | the client of Microsoft Graph: single calls, lists, batches, presences |
//! | `sign_in` | tokens for the application and for an administrator |
//! | `probe` | looks at a tenant once, in as few requests as it takes |

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
