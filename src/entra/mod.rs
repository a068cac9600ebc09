//! Entra ID and Microsoft Graph: what is known of them as plain data, and their client.
//!
//! | module | what it is |
//! |---|---|
//! | [`aadsts`] | what the codes of Entra ID's refusals mean |
//! | [`permission`] | the permissions that a mode needs |
//! | [`snapshot`] | what was seen of a tenant, as plain data |
//! | [`graph`] | the client of Microsoft Graph: single calls, lists, batches, presences |
//! | [`sign_in`] | tokens for the application and for an administrator |
//! | [`probe`] | looks at a tenant once, in as few requests as it takes |

pub mod aadsts;
mod error;
pub mod graph;
pub mod permission;
pub mod probe;
pub mod sign_in;
pub mod snapshot;

pub use error::{GraphError, RefusalReason, Service, SignInRefusal};
