//! Carries out one command, and says what became of it in the engine's words.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::engine::{Action, Command, Engine, Failure, Outcome, Reading, Version};
use super::{Site, Writing};
use crate::entra::GraphError;
use crate::entra::graph::{Client, Presences};
use crate::http::HttpError;
use crate::settings::{ClientId, SwyxStatus};
use crate::swyx::{Gateway, GatewayError, UserStatus};

/// What it is about, where something goes wrong.
pub(super) const READING: &str = "Teams' presences cannot be read";
const SESSIONS: &str = "\"In a call\" cannot be set in Teams";
const STATUSES: &str = "a status cannot be set in Swyx";

pub(super) fn topic(command: &Command) -> &'static str {
    match command.action {
        Action::Read(_) => READING,
        Action::Set(..) | Action::Renew(..) | Action::Clear(_) => SESSIONS,
        Action::SetStatus(..) => STATUSES,
    }
}

/// What came back.
pub(super) enum Answer {
    Presences(Presences),
    Status(UserStatus),
    Done,
}

/// What went wrong: for the engine, and for a person.
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) text: String,
}

/// One command, with what it takes to carry it out.
pub(super) enum Errand {
    Read(Arc<Client>, Vec<Uuid>),
    Set(Arc<Client>, Uuid, ClientId, Duration),
    Clear(Arc<Client>, Uuid, ClientId),
    SetStatus(Arc<Gateway>, Box<str>, SwyxStatus),
    /// Nothing is to be written, or there is nobody any more for whom.
    Nothing,
}

impl Errand {
    pub(super) fn new(site: &Site, command: &Command, engine: &Engine) -> Self {
        let client = || Arc::clone(&site.client);
        let teams = |slot: u32| engine.link(slot).map(|link| link.teams);
        let made = match &command.action {
            Action::Read(slots) => {
                Some(Self::Read(client(), slots.iter().filter_map(|slot| teams(*slot)).collect()))
            }
            _ if site.writing == Writing::NotAtAll => None,
            Action::Set(slot, life) | Action::Renew(slot, life) => {
                teams(*slot).map(|user| Self::Set(client(), user, site.client_id, *life))
            }
            Action::Clear(slot) => teams(*slot).map(|user| Self::Clear(client(), user, site.client_id)),
            Action::SetStatus(slot, status) => engine
                .link(*slot)
                .map(|link| Self::SetStatus(Arc::clone(&site.gateway), link.swyx.clone(), *status)),
        };
        made.unwrap_or(Self::Nothing)
    }

    pub(super) async fn done(self) -> Result<Answer, Trouble> {
        match self {
            Self::Read(client, ids) => {
                client.presences(&ids).await.map(Answer::Presences).map_err(Trouble::of_graph)
            }
            Self::Set(client, user, session, life) => {
                tracing::debug!(%user, "Teams: In a call");
                let set = client.set_in_a_call(user, session, life).await;
                set.map(|()| Answer::Done).map_err(Trouble::of_graph)
            }
            Self::Clear(client, user, session) => {
                tracing::debug!(%user, "Teams: In a call is over");
                client.clear_presence(user, session).await.map(|()| Answer::Done).map_err(Trouble::of_graph)
            }
            Self::SetStatus(gateway, user, status) => {
                tracing::debug!(user, ?status, "Swyx");
                gateway.set_status(&user, status).await.map(Answer::Status).map_err(Trouble::of_gateway)
            }
            Self::Nothing => Ok(Answer::Done),
        }
    }
}

impl Answer {
    /// What the engine has to know of it.
    pub(super) fn outcome(self, command: &Command, engine: &mut Engine) -> Outcome {
        match (self, &command.action) {
            (Self::Presences(presences), _) => {
                let mut readings = Vec::new();
                let is_whole = presences.each(|id, availability, activity, sequence| {
                    if let Some(user) = engine.by_teams(id) {
                        let pair = engine.pair(availability, activity);
                        readings.push(Reading { user, pair, version: Version::of(sequence) });
                    }
                });
                if is_whole { Outcome::Read(readings) } else { Outcome::Failed(Failure::Outage) }
            }
            (Self::Status(status), _) => Outcome::Status(status),
            (Self::Done, _) => Outcome::Done,
        }
    }
}

impl Trouble {
    fn of_graph(error: GraphError) -> Self {
        let failure = match &error {
            GraphError::Http(HttpError::Throttled { wait, .. }) => Failure::Wait(*wait),
            GraphError::Http(HttpError::Unavailable { wait, .. }) if !wait.is_zero() => Failure::Wait(*wait),
            // A token that is not taken is the application's matter, not the user's.
            GraphError::Refused { status: 401, .. } => Failure::Outage,
            GraphError::Refused { .. } => Failure::Refused,
            _ => Failure::Outage,
        };
        Self { failure, text: Self::said(&error) }
    }

    /// What the error says, and where more is to be had.
    pub(super) fn said(error: &GraphError) -> String {
        let hint = match error {
            GraphError::SignIn(_) | GraphError::Refused { status: 401 | 403, .. } => {
                "; `swyx-teams check --online` says what to mend"
            }
            _ => "",
        };
        format!("{error}{hint}")
    }

    fn of_gateway(error: GatewayError) -> Self {
        let failure = match (&error, error.requested_pause()) {
            (_, Some(wait)) => Failure::Wait(wait),
            (GatewayError::Http(HttpError::Throttled { .. }), None) => Failure::Wait(Duration::ZERO),
            (
                GatewayError::UnknownUser { .. }
                | GatewayError::CannotBeSet { .. }
                | GatewayError::Refused { .. },
                None,
            ) => Failure::Refused,
            _ => Failure::Outage,
        };
        Self { failure, text: error.to_string() }
    }
}
