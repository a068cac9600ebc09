//! Listens to the gateway: the event stream for speed, and what changed since the last look for certainty.
//!
//! After a stream broke off, it is opened anew from where it was, and all statuses are read before its events are heard: whatever got lost in
//! between is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::super::engine::Event;
use super::News;
use crate::swyx::{Cursor, Events, Gateway, GatewayError, GatewayEvent};

const STREAM: &str = "the gateway's events cannot be heard";
const STATUSES: &str = "the gateway's statuses cannot be read";

/// Between two attempts to connect, at first and at most; twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Listens until nobody wants the news any more; reads all statuses when `again` asks for it, as for users who are new.
pub(super) async fn listen(
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    again: Arc<Notify>,
    news: mpsc::Sender<News>,
) {
    let mut ear = Ear { gateway, interval, again, news, cursor: None, pause: FIRST_PAUSE };
    while !ear.news.is_closed() {
        let events = ear.connect().await;
        let Some(mut events) = events else {
            tokio::time::sleep(ear.pause).await;
            ear.pause = (ear.pause * 2).min(LONGEST_PAUSE);
            continue;
        };
        ear.pause = FIRST_PAUSE;
        ear.hear(&mut events).await;
        // A gateway that closes at once is not to be asked without end.
        tokio::time::sleep(FIRST_PAUSE).await;
    }
}

struct Ear {
    gateway: Arc<Gateway>,
    interval: watch::Receiver<Duration>,
    again: Arc<Notify>,
    news: mpsc::Sender<News>,
    cursor: Option<Cursor>,
    pause: Duration,
}

impl Ear {
    async fn tell(&self, event: Event) {
        // If nobody wants it, the loop above ends.
        let _ = self.news.send(News::Event(event)).await;
    }

    async fn problem(&self, topic: &'static str, error: Option<&GatewayError>) {
        let _ = self.news.send(News::Problem(topic, error.map(ToString::to_string))).await;
    }

    /// Opens the stream, and reads all that there is.
    async fn connect(&mut self) -> Option<Events> {
        let opened = match self.gateway.events(self.cursor.as_ref()).await {
            Err(GatewayError::UnknownCursor { .. }) => self.gateway.events(None).await,
            opened => opened,
        };
        self.problem(STREAM, opened.as_ref().err()).await;
        let read = self.read_all().await;
        self.problem(STATUSES, read.as_ref().err()).await;
        match read {
            Ok(cursor) => {
                self.cursor = Some(cursor);
                opened.ok()
            }
            Err(_) => None,
        }
    }

    async fn read_all(&self) -> Result<Cursor, GatewayError> {
        let settable = self.gateway.capabilities().await?;
        self.tell(Event::Settable(settable)).await;
        let all = self.gateway.statuses(None).await?;
        self.tell(Event::AllStatuses(all.statuses)).await;
        Ok(all.cursor)
    }

    /// Hears the stream until it breaks off, or cannot be relied on any more.
    async fn hear(&mut self, events: &mut Events) {
        let mut look = Instant::now() + *self.interval.borrow();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Ok(Some(GatewayEvent::Status(status))) => self.tell(Event::Statuses(vec![status])).await,
                    Ok(Some(GatewayEvent::Users)) => {
                        let _ = self.news.send(News::UsersChanged).await;
                    }
                    Ok(Some(GatewayEvent::Alive)) => {}
                    // It was closed; the next connection tells what was missed.
                    Ok(None) => return,
                    Err(error) => return self.problem(STREAM, Some(&error)).await,
                },
                () = sleep_until(look) => {
                    if self.read_changes().await.is_err() {
                        return;
                    }
                    look = Instant::now() + *self.interval.borrow();
                }
                () = self.again.notified() => match self.read_all().await {
                    Ok(cursor) => self.cursor = Some(cursor),
                    Err(error) => return self.problem(STATUSES, Some(&error)).await,
                },
                () = self.news.closed() => return,
            }
        }
    }

    /// Reads what changed since the last look; fails where all has to be read.
    async fn read_changes(&mut self) -> Result<(), ()> {
        match self.gateway.statuses(self.cursor.as_ref()).await {
            Ok(changed) => {
                self.tell(Event::Statuses(changed.statuses)).await;
                self.cursor = Some(changed.cursor);
                self.problem(STATUSES, None).await;
                Ok(())
            }
            Err(GatewayError::UnknownCursor { .. }) => {
                self.cursor = None;
                Err(())
            }
            // The next look may do better.
            Err(error) => {
                self.problem(STATUSES, Some(&error)).await;
                Ok(())
            }
        }
    }
}
