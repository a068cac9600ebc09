//! Drives the engine of one tenant: carries out its commands, passes on outcomes and the gateway's reports, and provides the time.
//!
//! ```text
//! listen, poll (events, changes of the gateway) ─┐
//! roster (the lists of users) ─────────────────┼──▶ run ──▶ engine ──▶ commands, each a task of its own
//! controls (settings, stop) ──────────────────┘
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::entra::{graph::Client, sign_in::Credential};
//! use swyx_teams::http::{Limits, Request, SendFuture, Transport, TransportError};
//! use swyx_teams::secret::Secret;
//! use swyx_teams::swyx::Gateway;
//! use swyx_teams::sync::Options;
//! use swyx_teams::sync::run::{Control, NoopObserver, Site, channel, run};
//!
//! /// Replaces `swyx_teams::http::Https`: nothing is reachable.
//! struct Offline;
//!
//! impl Transport for Offline {
//!     fn send(&self, _: Request) -> SendFuture<'_> {
//!         Box::pin(async { Err(TransportError::Unreachable("there is no network")) })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "[swyx]
//! version = '14.10'
//! gateway = 'https://swyx.example.com:9180'
//! gateway_token = { env = 'TOKEN' }
//! [control_center]
//! MsTeamsStatusSyncMode = 2
//! MsTeamsTenantId = '7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34'
//! MsTeamsClientId = '2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16'
//! MsTeamsClientSecret = { env = 'SECRET' }
//! ";
//! let settings = swyx_teams::check::check_bytes("north.toml", text.into(), false).settings()?;
//! let transport: Arc<dyn Transport> = Arc::new(Offline);
//! let limits = Limits::default().repetitions(0);
//! let credential = Credential::Secret(settings.client_id, Secret::new("the client secret"));
//! let client = Client::new(&settings.access, credential, transport.clone(), limits);
//! let address = "https://swyx.example.com:9180".parse()?;
//! let gateway = Gateway::new(&address, Secret::new("the token"), transport, limits);
//! let site = Site::new(client.into(), settings.client_id, gateway.into(), Options::of(&settings));
//!
//! let (controller, mut view, channel) = channel();
//! let running = tokio::spawn(run(site, channel, Box::new(NoopObserver)));
//! assert!(view.wait_for(|view| !view.problems.is_empty()).await);
//! assert!(controller.send(Control::Stop).await);
//! running.await?;
//! # Ok(())
//! # }
//! ```

mod driver;
mod error;
mod execute;
mod handle;
mod line;
mod listen;
mod loss;
mod message;
mod poll;
mod problems;
mod roster;
mod site;
mod view;

pub use driver::run;
pub use handle::{Controller, RunChannel, ViewReader, channel};
pub use site::{Control, NoopObserver, Observer, Site};
pub use view::{Headcount, View};
