//! An emulated tenant: Entra ID and Microsoft Graph for trials and tests, without Microsoft's network.
//!
//! It shares no type with the rest of this crate because a mistake in both would go unnoticed. Do not use real secrets: it only accepts
//! its own emulated tenant.
//!
//! ```text
//! socket ──serve, tls──▶ server ──┬─▶ entra ──┬─▶ state (directory), sessions
//!      in memory ──answer──▶      ├─▶ graph ──┘
//!                                 ├─▶ gateway ──▶ SwyxServer
//!                                 └─▶ faults, limits, log
//! ```
//!
//! In memory, it answers requests without a socket, also in a runtime with a paused clock:
//!
//! ```
//! use swyx_teams::emulator::{Emulator, Options, Scenario};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::new(Options::default().scenario(Scenario::NoConsent))?;
//! let facts = emulator.facts();
//! let form = format!(
//!     "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default",
//!     facts.client_id.as_deref().unwrap_or_default(),
//!     facts.client_secret.as_deref().unwrap_or_default(),
//! );
//! let request = http::Request::post(format!("{}/{}/oauth2/v2.0/token", facts.authority, facts.tenant_id))
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(form.into_bytes())?;
//! let answer = emulator.answer(request).await;
//! assert_eq!(answer.status(), 200);
//! assert!(String::from_utf8(answer.into_body().bytes().await?)?.contains("access_token"));
//! assert_eq!(emulator.log().len(), 1);
//! # Ok(())
//! # }
//! ```

mod body;
mod build;
mod calls;
mod certificate;
mod dropped;
mod entra;
mod error;
mod facts;
mod fault;
mod faults;
mod file;
mod gateway;
mod graph;
mod hosts;
mod journal;
mod keys;
mod limits;
mod load;
mod log;
mod message;
mod options;
mod people;
mod permissions;
mod random;
mod scenario;
mod serve;
mod serve_error;
mod server;
mod shared;
mod snapshot;
mod state;
mod switches;
mod swyx;
mod swyx_users;
mod teams;
mod time;
mod tls;
mod token;
mod users;

use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;

pub use body::{Body, BodyError};
pub use calls::{Calls, CallsError};
pub use facts::Facts;
pub use fault::{Fault, FaultError};
pub use file::StateError;
pub use journal::JournalLine;
pub use keys::KeyError;
pub use load::{Load, NoLoad};
pub use log::Entry;
pub use message::Part;
pub use options::{DeviceCode, Options, Scenario};
pub use serve::Server;
pub use serve_error::ServeError;
pub use snapshot::{
    ApplicationSnapshot, CertificateSnapshot, DeclaredSnapshot, PrincipalSnapshot, SecretSnapshot, Snapshot,
};
pub use swyx::{SwyxError, SwyxSeen};
pub use teams::TeamsError;

use entra::client::GRAPH_TOOLS;
use shared::{DeviceSettings, Shared};
use state::Directory;

/// The maximum number of users of a tenant.
const MAX_USERS: u32 = 1_000_000;
/// The default number of users of a scenario.
const USERS: u32 = 25;
/// The lifetime of the administrator's ready token in seconds.
const ADMIN_LIFETIME: i64 = 24 * 3600;

/// Why no tenant could be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// More than a million users.
    #[error("a tenant has at most {MAX_USERS} users")]
    Users,
    /// The JSON of the tenant, or its users, are invalid.
    #[error("invalid state: {0}")]
    State(#[from] StateError),
    /// The log.
    #[error("cannot write the log")]
    Log(#[source] io::Error),
    /// The journal.
    #[error("cannot write the journal")]
    Journal(#[source] io::Error),
    /// The key of the tokens.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// An emulated tenant. A clone is another handle to the same tenant.
#[derive(Clone)]
pub struct Emulator {
    shared: Arc<Shared>,
    facts: Facts,
}

impl Emulator {
    /// Creates a tenant. Its clock starts now and follows tokio's clock. Its ids depend only on the options; its secrets and tokens are
    /// newly generated each time.
    ///
    /// # Errors
    /// [`OptionsError`] says why it failed.
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        let state = match &options.state {
            Some(text) => file::read(text)?,
            None => scenario::state(options.scenario, build::DOMAIN),
        };
        let by_default = if options.state.is_some() { 0 } else { USERS };
        let users = options.users.unwrap_or(by_default);
        if users > MAX_USERS {
            return Err(OptionsError::Users);
        }
        let clock = time::Clock::new(faults::clock_skew(&options.faults));
        let directory = build::directory(&state, users, options.seed, clock.now())?;
        let swyx_server = swyx_users::server(&state.swyx, &directory)?;
        let keys = keys::Keys::make()?;
        let facts = facts(&options.base, &directory, &keys, clock.now());
        let shared = Shared {
            base: options.base,
            all_faults: RwLock::new(Arc::new(faults::Faults::new(&options.faults, options.seed))),
            limits: options.enforce_limits.then(limits::Limits::default),
            log: log::Log::new(options.log.as_deref()).map_err(OptionsError::Log)?,
            journal: journal::Journal::new(options.journal.as_deref()).map_err(OptionsError::Journal)?,
            seed: options.seed,
            device: DeviceSettings {
                answer: options.device_code,
                polls: options.device_polls,
                interval: options.device_interval.as_secs(),
            },
            directory: RwLock::new(directory),
            swyx_server: RwLock::new(swyx_server),
            gateway_token: facts.gateway_token.clone(),
            sessions: Mutex::default(),
            keys,
            clock,
        };
        Ok(Self { shared: Arc::new(shared), facts })
    }

    /// Answers a request in memory. The host of its address does not matter.
    pub async fn answer(&self, request: http::Request<Vec<u8>>) -> http::Response<Body> {
        server::answer(State(self.shared.clone()), request.map(axum::body::Body::from)).await.map(Body::new)
    }

    /// The routes, for a socket.
    fn router(&self) -> Router {
        server::router(self.shared.clone())
    }

    /// What a client needs to use it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The actual applications, independent of simulated replication.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.shared.read())
    }

    /// Whether this is the value of a secret of the application that is valid by the emulator's clock, independent of simulated
    /// replication. A deleted application has no valid secret.
    pub fn accepts(&self, app_id: uuid::Uuid, secret: &str) -> bool {
        let (directory, now) = (self.shared.read(), self.shared.clock.now());
        let application = directory.applications.by_app_id(app_id);
        application.is_some_and(|application| {
            application.secrets().any(|own| own.secret == secret && own.is_valid(now))
        })
    }

    /// Replaces all faults; an empty list removes them. Replication and presence lags apply to later changes; a changed clock shifts all
    /// lifetimes in the tenant.
    pub fn set_faults(&self, faults: &[Fault]) {
        let next = Arc::new(self.shared.faults().followed_by(faults));
        *self.shared.all_faults.write().unwrap_or_else(PoisonError::into_inner) = next;
        self.shared.clock.set_skew(faults::clock_skew(faults));
    }

    /// The events so far in SwyxServer and in Teams, and the effects of clients: the last 200,000 lines.
    pub fn journal(&self) -> Vec<JournalLine> {
        self.shared.journal.lines()
    }

    /// One line per request so far: the last 100,000, counting parts of batches.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.entries()
    }
}

fn facts(base: &str, directory: &Directory, keys: &keys::Keys, now: jiff::Timestamp) -> Facts {
    let application = directory.applications.all().next();
    let secret = application.and_then(|application| application.password_credentials.first());
    let client = token::Client {
        id: GRAPH_TOOLS,
        name: "Microsoft Graph Command Line Tools",
        proof: token::Proof::None,
    };
    let administrator = directory.users.by_id(directory.tenant.administrator).map(|(_, user)| user);
    let person = token::Person {
        id: directory.tenant.administrator,
        user_principal_name: administrator.map(|user| &*user.user_principal_name).unwrap_or_default(),
        name: administrator.map(|user| &*user.display_name).unwrap_or_default(),
    };
    let scopes = permissions::ALL.iter().filter(|permission| permission.delegated.is_some());
    let scopes = scopes.map(|permission| permission.value.to_owned()).collect::<Vec<_>>();
    let audience = hosts::GRAPH_HOSTS.first().copied().unwrap_or_default();
    let tenant = directory.tenant.id;
    let claims = token::delegated_claims(tenant, audience, &client, &person, &scopes, now, ADMIN_LIFETIME);
    Facts {
        authority: base.to_owned(),
        graph: format!("{base}/v1.0"),
        gateway: format!("{base}/swyx"),
        ca_file: None,
        tenant_id: tenant.to_string(),
        client_id: application.map(|application| application.app_id.to_string()),
        client_secret: secret.map(|secret| secret.secret.clone()),
        admin_token: keys.sign(&claims),
        gateway_token: random::opaque(),
    }
}
