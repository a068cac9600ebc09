//! The client of Microsoft Graph.
//!
//! | file | what it is |
//! |---|---|
//! | `client` | single calls and lists, each with a valid token |
//! | `batch` | several calls in one request |
//! | `change` | creating, changing and deleting objects |
//! | `presence` | reading, setting and clearing presences |
//! | `users` | the users of the tenant |
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::entra::graph::Client;
//! use swyx_teams::entra::sign_in::Credential;
//! use swyx_teams::http::{Limits, Request, Response, SendFuture, Transport};
//! use swyx_teams::secret::Secret;
//!
//! /// Replaces `swyx_teams::http::Https`: signs in, and lists one user.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     fn send(&self, request: Request) -> SendFuture<'_> {
//!         let body = if request.uri().path().ends_with("/token") {
//!             r#"{"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}"#
//!         } else {
//!             r#"{"value": [{"id": "a70e0c2d-e793-494c-94c4-118fa0a67f42", "userPrincipalName": "jane@example.com"}]}"#
//!         };
//!         Box::pin(async move { Ok(Response::new(body.into())) })
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! # let text = r#"
//! # [control_center]
//! # MsTeamsStatusSyncMode = 2
//! # MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
//! # MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
//! # MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
//! # "#;
//! # let settings = swyx_teams::check::check_bytes("a.toml", text.into(), false).settings().expect("no errors");
//! let credential = Credential::Secret(settings.client_id, Secret::new("made-up"));
//! let client = Client::new(&settings.access, credential, Arc::new(Canned), Limits::default());
//! let users = client.list_teams_users().await?;
//! assert_eq!(&*users[0].upn, "jane@example.com");
//! # Ok::<(), swyx_teams::entra::GraphError>(())
//! # }).unwrap();
//! ```

mod batch;
mod change;
mod client;
mod presence;
mod users;

pub use batch::{Part, PartAnswer};
pub use change::Change;
pub use client::Client;
pub use presence::{PresenceElement, Presences};
pub use users::TeamsUser;
