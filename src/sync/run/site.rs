//! What a run of the synchronisation works with, and how it is controlled and observed.

use std::sync::Arc;

use super::super::engine::{Command, Engine, Event, Options};
use super::super::moment::Moment;
use crate::entra::graph::Client;
use crate::settings::ClientId;
use crate::swyx::Gateway;

/// What the synchronisation of one tenant works with.
pub struct Site {
    /// The tenant's Graph; it must repeat nothing by itself ([`crate::http::Limits::repetitions`]).
    pub client: Arc<Client>,
    /// The application, whose id names its presence sessions.
    pub client_id: ClientId,
    /// SwyxServer's gateway; it must repeat nothing either.
    pub gateway: Arc<Gateway>,
    /// The pairs of `[[user]]`.
    pub users: Vec<(String, String)>,
    /// What the settings say.
    pub options: Options,
    /// Write nothing: neither statuses nor sessions are set.
    pub is_dry_run: bool,
}

/// What may be changed while it runs.
pub enum Control {
    /// Other options.
    Options(Options),
    /// Another client, with another secret.
    Client(Arc<Client>),
    /// Other pairs of `[[user]]`.
    Users(Vec<(String, String)>),
    /// Clear the sessions, and end.
    Stop,
}

/// Sees each event and each command of the engine, in order: for recordings and dry runs.
pub trait Observer: Send {
    /// An event, before the engine takes it in.
    fn on_event(&mut self, now: Moment, event: &Event, engine: &Engine);
    /// A command that the engine gave.
    fn on_command(&mut self, now: Moment, command: &Command, engine: &Engine);
}

/// Observes nothing.
pub struct NoopObserver;

impl Observer for NoopObserver {
    fn on_event(&mut self, _: Moment, _: &Event, _: &Engine) {}
    fn on_command(&mut self, _: Moment, _: &Command, _: &Engine) {}
}
