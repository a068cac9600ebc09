//! The connection to the gateway, shared by the stream of events and the readings of statuses.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, watch};

use super::super::engine::Event;
use super::message::{Message, Reason};
use crate::swyx::{Gateway, GatewayError};

/// What must be read again.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// All statuses, for example for new users.
    pub(super) statuses: Notify,
    /// The capabilities, because a status was refused.
    pub(super) capabilities: Notify,
}

/// The connection to the gateway, shared by the stream and the readings.
pub(super) struct Line {
    pub(super) gateway: Arc<Gateway>,
    pub(super) messages: mpsc::Sender<Message>,
    /// Whether there is a stream. Without one, statuses are read more often.
    pub(super) is_streaming: watch::Sender<bool>,
    /// The gateway answers again: the stream need not wait any longer.
    pub(super) has_recovered: Notify,
}

impl Line {
    pub(super) async fn tell(&self, event: Event) {
        self.send(Message::Event(event)).await;
    }

    pub(super) async fn send(&self, message: Message) {
        // Sending fails only if the run has ended; then `listen` also ends.
        let _ = self.messages.send(message).await;
    }

    pub(super) async fn problem(&self, topic: &'static str, error: Option<&GatewayError>) {
        self.send(Message::Problem(topic, error.map(Reason::from))).await;
    }
}
