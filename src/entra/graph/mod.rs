//! The client of Microsoft Graph.
//!
//! | file | what it is |
//! |---|---|
//! | `client` | single calls and lists, each with a valid token |
//! | `batch` | several calls in one request |
//! | `change` | creating, changing and deleting objects |
//! | `presence` | reading, setting and clearing presences |
//! | `users` | the users of the tenant |

mod batch;
mod change;
mod client;
mod presence;
mod users;

pub use batch::{Part, PartAnswer};
pub use change::Change;
pub use client::Client;
pub use presence::Presences;
pub use users::TeamsUser;
