//! The input of a run, and how it is controlled and observed.

use std::sync::Arc;

use super::super::engine::{Command, Engine, Event, Options};
use super::super::moment::Moment;
use crate::entra::graph::Client;
use crate::settings::ClientId;
use crate::swyx::Gateway;

/// The input of the synchronisation of one tenant.
#[non_exhaustive]
pub struct Site {
    /// The tenant's Graph client; it must not retry by itself ([`crate::http::Limits::repetitions`]).
    pub client: Arc<Client>,
    /// The application's id, which names its presence sessions.
    pub client_id: ClientId,
    /// The client of SwyxServer's gateway; it must not retry either.
    pub gateway: Arc<Gateway>,
    /// The pairs of `[[user]]`.
    pub users: Vec<(String, String)>,
    /// The options from the settings.
    pub options: Options,
    /// Write nothing: set neither statuses nor sessions.
    pub is_dry_run: bool,
}

impl Site {
    /// The input without overrides of users, for a run that writes.
    pub fn new(client: Arc<Client>, client_id: ClientId, gateway: Arc<Gateway>, options: Options) -> Self {
        Self { client, client_id, gateway, users: Vec::new(), options, is_dry_run: false }
    }

    /// Sets the pairs of `[[user]]`.
    #[must_use]
    pub fn users(self, users: Vec<(String, String)>) -> Self {
        Self { users, ..self }
    }

    /// Sets whether nothing is written.
    #[must_use]
    pub fn dry_run(self, is_dry_run: bool) -> Self {
        Self { is_dry_run, ..self }
    }
}

/// A change while it runs.
#[non_exhaustive]
pub enum Control {
    /// New options.
    Options(Options),
    /// A new client with a new secret.
    Client(Arc<Client>),
    /// A new client of the same gateway, with a new token or another way to it.
    Gateway(Arc<Gateway>),
    /// New pairs of `[[user]]`.
    Users(Vec<(String, String)>),
    /// Clear the sessions, and stop.
    Stop,
}

/// Observes every event and every command of the engine, in order: for recordings and dry runs.
pub trait Observer: Send {
    /// An event, before the engine processes it.
    fn on_event(&mut self, now: Moment, event: &Event, engine: &Engine);
    /// A command of the engine.
    fn on_command(&mut self, now: Moment, command: &Command, engine: &Engine);
}

/// Observes nothing.
pub struct NoopObserver;

impl Observer for NoopObserver {
    fn on_event(&mut self, _: Moment, _: &Event, _: &Engine) {}
    fn on_command(&mut self, _: Moment, _: &Command, _: &Engine) {}
}
