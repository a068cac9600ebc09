//! Listens to the gateway: the event stream for speed, and periodic reading of changes for reliability.
//!
//! After an interruption, the stream is reopened at the last position, and all statuses are read before its events are processed. This
//! replaces any lost event.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::super::engine::Event;
use super::message::Message;
use crate::swyx::{Cursor, Events, Gateway, GatewayError, GatewayEvent};

const STREAM: &str = "cannot receive the gateway's events";
pub(super) const STATUSES: &str = "cannot read the gateway's statuses";

/// The first and the maximum pause between two attempts to connect; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A stream that lasted this long counts as successful.
const GOOD: Duration = Duration::from_secs(30);
/// The maximum interval for reading changes, even if presences are read less often.
const MAX_PROBE_TIME: Duration = Duration::from_secs(10);

/// What must be read again.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// All statuses, for example for new users.
    pub(super) statuses: Notify,
    /// The capabilities, because a status was refused.
    pub(super) capabilities: Notify,
}

/// Listens until the run ends, and reads again what `wishes` ask for.
pub(super) async fn listen(
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    wishes: Arc<Wishes>,
    messages: mpsc::Sender<Message>,
) {
    let listener = Listener { gateway, interval, wishes, messages };
    let (mut cursor, mut pause) = (None, FIRST_PAUSE);
    while !listener.messages.is_closed() {
        let began = Instant::now();
        let events = listener.open(cursor.as_ref()).await;
        cursor = listener.read_all().await;
        if let Some(from) = cursor.take() {
            // In parallel: a slow reading must not block events. Without a stream, changes are read until it is time to reconnect.
            cursor = tokio::select! {
                cursor = listener.hear(events, pause) => cursor,
                cursor = listener.look(from) => cursor,
                () = listener.messages.closed() => return,
            };
        }
        pause = if began.elapsed() > GOOD + pause { FIRST_PAUSE } else { (pause * 2).min(MAX_PAUSE) };
        // A gateway that closes at once must not be contacted in a tight loop.
        tokio::time::sleep(pause / 2).await;
    }
}

struct Listener {
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    wishes: Arc<Wishes>,
    messages: mpsc::Sender<Message>,
}

impl Listener {
    async fn tell(&self, event: Event) {
        // Sending fails only if the run has ended; then the loop in `listen` also ends.
        let _ = self.messages.send(Message::Event(event)).await;
    }

    async fn problem(&self, topic: &'static str, error: Option<&GatewayError>) {
        let _ = self.messages.send(Message::Problem(topic, error.map(ToString::to_string))).await;
    }

    /// Opens the stream, from a cursor if it is still known.
    async fn open(&self, cursor: Option<&Cursor>) -> Option<Events> {
        let opened = match self.gateway.events(cursor).await {
            Err(GatewayError::UnknownCursor { .. }) => self.gateway.events(None).await,
            opened => opened,
        };
        self.problem(STREAM, opened.as_ref().err()).await;
        opened.ok()
    }

    /// Reads everything, and returns the position to continue from.
    async fn read_all(&self) -> Option<Cursor> {
        let read = async {
            self.read_capabilities().await?;
            let all = self.gateway.statuses(None).await?;
            self.tell(Event::AllStatuses(all.statuses)).await;
            Ok(all.cursor)
        };
        let read = read.await;
        self.problem(STATUSES, read.as_ref().err()).await;
        read.ok()
    }

    async fn read_capabilities(&self) -> Result<(), GatewayError> {
        let settable = self.gateway.capabilities().await?;
        self.tell(Event::Settable(settable)).await;
        Ok(())
    }

    /// Processes the stream until it breaks, and returns the position to continue from; without a stream, waits until the next attempt.
    async fn hear(&self, events: Option<Events>, pause: Duration) -> Option<Cursor> {
        let Some(mut events) = events else {
            tokio::time::sleep(pause.max(GOOD)).await;
            return None;
        };
        loop {
            match events.next().await {
                Ok(Some(GatewayEvent::Status(status))) => self.tell(Event::Statuses(vec![status])).await,
                Ok(Some(GatewayEvent::Users)) => {
                    let _ = self.messages.send(Message::UsersChanged).await;
                }
                Ok(Some(GatewayEvent::Alive)) => {}
                // The stream was closed; the next connection reports what was missed.
                Ok(None) => break,
                Err(error) => {
                    self.problem(STREAM, Some(&error)).await;
                    break;
                }
            }
        }
        events.cursor().cloned()
    }

    /// Reads changes repeatedly, starting from that cursor; ends if everything must be read again.
    async fn look(&self, mut cursor: Cursor) -> Option<Cursor> {
        let mut interval = self.interval.clone();
        loop {
            let pause = (*interval.borrow_and_update()).min(MAX_PROBE_TIME);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                // The interval changed.
                Ok(()) = interval.changed() => continue,
                () = self.wishes.capabilities.notified() => {
                    let read = self.read_capabilities().await;
                    self.problem(STATUSES, read.as_ref().err()).await;
                    continue;
                }
                () = self.wishes.statuses.notified() => {
                    cursor = self.read_all().await?;
                    continue;
                }
            }
            match self.gateway.statuses(Some(&cursor)).await {
                Ok(changed) => {
                    cursor = changed.cursor;
                    self.tell(Event::Statuses(changed.statuses)).await;
                    self.problem(STATUSES, None).await;
                }
                Err(GatewayError::UnknownCursor { .. }) => return None,
                // The next reading may succeed.
                Err(error) => self.problem(STATUSES, Some(&error)).await,
            }
        }
    }
}
