//! Listens to the gateway: the event stream for speed, and what changed since the last look for certainty.
//!
//! After a stream broke off, it is opened anew from where it was, and all statuses are read before its events are heard: whatever got lost in
//! between is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::super::engine::Event;
use super::message::Message;
use crate::swyx::{Cursor, Events, Gateway, GatewayError, GatewayEvent};

const STREAM: &str = "the gateway's events cannot be heard";
pub(super) const STATUSES: &str = "the gateway's statuses cannot be read";

/// Between two attempts to connect, at first and at most; twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A stream that lived for so long was a good one.
const GOOD: Duration = Duration::from_secs(30);
/// What changed is read at least so often, however seldom presences are.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// Listens until the run ends; reads all statuses when `again` asks for it, as for users who are new.
pub(super) async fn listen(
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    again: Arc<Notify>,
    messages: mpsc::Sender<Message>,
) {
    let listener = Listener { gateway, interval, again, messages };
    let (mut cursor, mut pause) = (None, FIRST_PAUSE);
    while !listener.messages.is_closed() {
        let began = Instant::now();
        let events = listener.open(cursor.as_ref()).await;
        cursor = listener.read_all().await;
        if let Some(from) = cursor.take() {
            // Side by side: a reading that hangs must not block events. Without a stream, changes are read until it is time to try
            // to open one again.
            cursor = tokio::select! {
                cursor = listener.hear(events, pause) => cursor,
                cursor = listener.look(from) => cursor,
                () = listener.messages.closed() => return,
            };
        }
        pause = if began.elapsed() > GOOD + pause { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        // A gateway that closes at once is not to be asked without end.
        tokio::time::sleep(pause / 2).await;
    }
}

struct Listener {
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    again: Arc<Notify>,
    messages: mpsc::Sender<Message>,
}

impl Listener {
    async fn tell(&self, event: Event) {
        // It fails only when the run has ended; then the loop in `listen` ends, too.
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

    /// Reads all that there is, and gives from where to go on.
    async fn read_all(&self) -> Option<Cursor> {
        let read = async {
            let settable = self.gateway.capabilities().await?;
            self.tell(Event::Settable(settable)).await;
            let all = self.gateway.statuses(None).await?;
            self.tell(Event::AllStatuses(all.statuses)).await;
            Ok(all.cursor)
        };
        let read = read.await;
        self.problem(STATUSES, read.as_ref().err()).await;
        read.ok()
    }

    /// Hears the stream until it breaks off, and gives from where to go on; without one, waits until it is time for another.
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
                // It was closed; the next connection tells what was missed.
                Ok(None) => break,
                Err(error) => {
                    self.problem(STREAM, Some(&error)).await;
                    break;
                }
            }
        }
        events.cursor().cloned()
    }

    /// Reads what changed, again and again, from that cursor on; ends where all has to be read.
    async fn look(&self, mut cursor: Cursor) -> Option<Cursor> {
        let mut interval = self.interval.clone();
        loop {
            let pause = (*interval.borrow_and_update()).min(LONGEST_LOOK);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                // Another interval counts from now on.
                Ok(()) = interval.changed() => continue,
                () = self.again.notified() => {
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
                // The next look may do better.
                Err(error) => self.problem(STATUSES, Some(&error)).await,
            }
        }
    }
}
