//! Carries out one command of the engine.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::engine::{Action, Engine, Failure, Link, Outcome, Reading, Version};
use super::error::RequestError;
use crate::entra::GraphError;
use crate::entra::graph::{Client, PresenceElement, Presences};
use crate::settings::ClientId;
use crate::swyx::Gateway;

/// The topics of reported problems.
pub(super) const READING: &str = "cannot read the presences in Teams";
pub(super) const SETTING: &str = "cannot set \"In a call\" in Teams";
pub(super) const CLEARING: &str = "cannot clear \"In a call\" in Teams";
pub(super) const STATUSES: &str = "cannot set a status in Swyx";

/// The topic for problems of an action.
pub(super) fn topic(action: &Action) -> &'static str {
    match action {
        Action::Read(_) => READING,
        Action::Set(..) | Action::Renew(..) => SETTING,
        Action::Clear(_) => CLEARING,
        Action::SetStatus(..) => STATUSES,
    }
}

/// An outcome from the other side, before ids and values are replaced with the engine's numbers.
pub(super) type Executed = Outcome<Presences, RequestError>;

/// Sends the engine's commands to Graph and to the gateway.
#[derive(Clone)]
pub(super) struct Executor {
    pub(super) client: Arc<Client>,
    /// The application's id, which names its presence sessions.
    pub(super) client_id: ClientId,
    pub(super) gateway: Arc<Gateway>,
    /// Write nothing.
    pub(super) is_dry_run: bool,
}

impl Executor {
    /// Carries out an action for the users of `links`; users who have left in the meantime have none.
    pub(super) async fn execute(&self, action: &Action, links: &[Link]) -> Executed {
        match (action, links.first().filter(|_| !self.is_dry_run)) {
            (Action::Read(_), _) => self.read(links).await,
            (_, None) => Outcome::Done,
            (Action::Set(_, life) | Action::Renew(_, life), Some(link)) => {
                self.set_session(link.teams, *life).await
            }
            (Action::Clear(_), Some(link)) => self.clear_session(link.teams).await,
            (Action::SetStatus(_, status), Some(link)) => {
                tracing::debug!(user = link.swyx, ?status, "Swyx");
                match self.gateway.set_status(&link.swyx, *status).await {
                    Ok(status) => Outcome::Status(status),
                    Err(error) => Outcome::Failed(error.into()),
                }
            }
        }
    }

    async fn read(&self, links: &[Link]) -> Executed {
        let ids = links.iter().map(|link| link.teams).collect::<Vec<_>>();
        match self.client.read_presences(&ids).await {
            Ok(presences) => Outcome::Read(presences),
            // One id in the list may be the cause.
            Err(error @ GraphError::Refused { status: 400, .. }) => {
                Outcome::Failed(RequestError { failure: Failure::ListRefused, ..error.into() })
            }
            Err(error) => Outcome::Failed(error.into()),
        }
    }

    async fn set_session(&self, user: Uuid, life: Duration) -> Executed {
        tracing::debug!(%user, "Teams: In a call");
        done(self.client.set_in_a_call(user, self.client_id, life).await)
    }

    async fn clear_session(&self, user: Uuid) -> Executed {
        tracing::debug!(%user, "Teams: In a call is over");
        match self.client.clear_presence(user, self.client_id).await {
            Ok(true) => Outcome::Done,
            Ok(false) => Outcome::NoSession,
            Err(error) => Outcome::Failed(error.into()),
        }
    }
}

fn done(result: Result<(), GraphError>) -> Executed {
    match result {
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Failed(error.into()),
    }
}

/// The outcome in the engine's terms, and the error if it failed.
pub(super) fn to_outcome(executed: Executed, engine: &mut Engine) -> (Outcome, Option<RequestError>) {
    let failed = |error: RequestError| (Outcome::Failed(error.failure), Some(error));
    match executed {
        Outcome::Read(presences) => match readings(&presences, engine) {
            Ok(readings) => (Outcome::Read(readings), None),
            Err(error) => failed(error),
        },
        Outcome::Done => (Outcome::Done, None),
        Outcome::NoSession => (Outcome::NoSession, None),
        Outcome::Status(status) => (Outcome::Status(status), None),
        Outcome::Failed(error) => failed(error),
    }
}

/// The readings of an answer. Presences in an unknown format are counted, and their users are named only at debug level.
fn readings(presences: &Presences, engine: &mut Engine) -> Result<Vec<Reading>, RequestError> {
    let (mut readings, mut unnamed, mut count) = (Vec::new(), 0, 0);
    presences.for_each(|element| {
        let (id, availability, activity, sequence) = match element {
            PresenceElement::Presence { user, availability, activity, sequence } => {
                count += 1;
                (user, availability, activity, sequence)
            }
            PresenceElement::Unreadable(Some(user)) => {
                tracing::debug!(%user, "unreadable presence");
                (user, "", "", "")
            }
            PresenceElement::Unreadable(None) => {
                unnamed += 1;
                return;
            }
        };
        if let Some(user) = engine.by_teams(id) {
            let pair = engine.pair(availability, activity);
            readings.push(Reading { user, pair, version: Version::of(sequence) });
        }
    })?;
    engine.count_unreadable(unnamed);
    if count == 0 && readings.len() > 1 {
        return Err(RequestError::unreadable_answer());
    }
    Ok(readings)
}
