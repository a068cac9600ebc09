//! The client of Entra ID and Microsoft Graph.
//!
//! ```text
//! observe, provisioning ──▶ Client ──▶ send ──▶ Transport (Https, or a router in memory)
//!                             └─ token: client credentials, or an administrator's sign-in
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `transport` | the seam: one request in, one answer out |
//! | `https` | the transport of production |
//! | `send` | the one way to send: time limits, `Retry-After`, back-off, retry budget, ids for support |
//! | `sign_in` | tokens by client credentials, kept until shortly before their end |
//! | `admin` | an administrator's sign-in: ready token, Azure CLI, device code |
//! | `token` | what a token says of itself |
//! | `client` | Graph: single calls and lists |
//! | `users` | Graph: the users of a tenant |
//! | `change` | Graph: creations, changes and removals |
//! | `presence` | Graph: presences read, set and cleared |
//! | `users` | Graph: the users of the tenant |
//! | `batch` | Graph: several calls in one request |
//! | `error` | why a call gave nothing |

mod admin;
mod batch;
mod change;
mod client;
mod error;
mod https;
mod presence;
mod send;
mod sign_in;
mod token;
mod transport;
mod users;

pub use admin::{AdminWay, Administrators, TO_PROVISION, TO_READ};
pub use batch::{Part, PartAnswer};
pub use change::Change;
pub use client::Client;
pub use error::{GraphError, Refused, RequestId, Sense, Service, Word};
pub use https::{CONNECT_WITHIN, Https, SetupError};
pub use presence::Presences;
pub(crate) use send::bearer;
pub use send::{Limits, Sender};
pub use sign_in::{Credential, DevicePrompt};
pub(crate) use sign_in::{content_type, media_type};
pub use token::Token;
pub use transport::{Answer, Chunk, Chunks, Opened, Request, Response, Streamed, Transport, TransportError};
pub use users::TeamsUser;
