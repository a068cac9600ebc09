//! Listens to the gateway's event stream, for speed. Reliability comes from reading the statuses (`poll`), which goes on whether there is a
//! stream or not.
//!
//! After an interruption, the stream is reopened at the last position, and the statuses that changed meanwhile are read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::super::engine::Event;
use super::line::{Line, Wishes};
use super::message::Message;
use super::poll::{self, Poller, Request};
use crate::swyx::{Cursor, Events, Gateway, GatewayError, GatewayEvent};

pub(super) use super::poll::STATUSES;
pub(super) const STREAM: &str = "cannot receive the gateway's events";

/// The first and the maximum pause between two attempts to connect; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(15);
/// A stream that lasted this long counts as successful, and is reopened at once.
const GOOD: Duration = Duration::from_secs(10);

/// Listens until the run ends, and reads again what `wishes` ask for.
pub(super) async fn listen(
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    wishes: Arc<Wishes>,
    messages: mpsc::Sender<Message>,
) {
    let line =
        Line { gateway, messages, is_streaming: watch::Sender::new(false), has_recovered: Notify::new() };
    let (requests, wanted) = mpsc::channel(4);
    let poller = Poller::new(&line, interval, wishes);
    tokio::select! {
        () = poller.run(wanted) => {}
        () = line.stream(requests) => {}
        () = line.messages.closed() => {}
    }
}

impl Line {
    async fn stream(&self, requests: mpsc::Sender<poll::Wanted>) {
        let (mut cursor, mut pause) = (None, FIRST_PAUSE);
        loop {
            let began = Instant::now();
            cursor = self.connect(cursor, &requests).await;
            self.is_streaming.send_replace(false);
            let next = (pause * 2).clamp(FIRST_PAUSE, MAX_PAUSE);
            pause = if began.elapsed() >= GOOD { Duration::ZERO } else { next };
            // A gateway that closes at once must not be contacted in a tight loop.
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.has_recovered.notified() => pause = FIRST_PAUSE,
            }
        }
    }

    /// Opens the stream, processes it until it breaks, and returns the position to continue from.
    async fn connect(&self, cursor: Option<Cursor>, requests: &mpsc::Sender<poll::Wanted>) -> Option<Cursor> {
        let opened = match self.gateway.events(cursor.as_ref()).await {
            Err(GatewayError::UnknownCursor { .. }) => self.gateway.events(None).await.map(|new| (new, true)),
            opened => opened.map(|events| (events, false)),
        };
        self.problem(STREAM, opened.as_ref().err()).await;
        let Ok((events, is_restarted)) = opened else {
            let _ = requests.send((Request::Changes, None)).await;
            return cursor;
        };
        self.is_streaming.send_replace(true);
        if cursor.is_some() && !is_restarted {
            let _ = requests.send((Request::Reconnected, None)).await;
        } else {
            // Its events may have other sequences, so they wait for the statuses.
            let (done, is_done) = oneshot::channel();
            let request = if is_restarted { Request::Restarted } else { Request::Changes };
            if requests.send((request, Some(done))).await.is_ok() {
                let _ = is_done.await;
            }
        }
        self.hear(events).await.or(cursor)
    }

    async fn hear(&self, mut events: Events) -> Option<Cursor> {
        loop {
            match events.next().await {
                Ok(Some(GatewayEvent::Status(status))) => self.tell(Event::Statuses(vec![status])).await,
                Ok(Some(GatewayEvent::Users)) => self.send(Message::UsersChanged).await,
                Ok(Some(GatewayEvent::Alive)) => {}
                // The stream was closed; the next reading reports what was missed.
                Ok(None) => break,
                Err(error) => {
                    self.problem(STREAM, Some(&error)).await;
                    break;
                }
            }
        }
        events.cursor().cloned()
    }
}
