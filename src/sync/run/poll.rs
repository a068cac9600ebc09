//! Reads the gateway's statuses repeatedly: all of them at the start and after a restart of the gateway, otherwise those that changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::super::engine::Event;
use super::line::{Line, Wishes};
use super::message::Message;
use crate::swyx::{Cursor, GatewayError};

pub(super) const STATUSES: &str = "cannot read the gateway's statuses";

/// The maximum interval between readings with a stream of events, even if presences are read less often.
const MAX_INTERVAL: Duration = Duration::from_secs(10);
/// The interval without a stream, so that a call still reaches Teams within three seconds.
const WITHOUT_STREAM: Duration = Duration::from_secs(2);
/// The first reading waits this long for the stream: after that, nothing is missed between the two.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The first pause after a failure; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Capabilities that explain refused statuses are read this often at most.
const CAPABILITIES: Duration = Duration::from_secs(10);
/// A gateway whose cursor changes without a status is asked for everything this often at most.
const SUSPICION: Duration = Duration::from_mins(5);

/// Why the statuses are read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Some may have changed.
    Changes,
    /// The stream is open again after an interruption.
    Reconnected,
    /// The gateway no longer knows the cursor of the stream.
    Restarted,
}

/// A request, and who waits for its end.
pub(super) type Wanted = (Request, Option<oneshot::Sender<()>>);

/// Reads the statuses.
pub(super) struct Poller<'a> {
    line: &'a Line,
    interval: watch::Receiver<Duration>,
    wishes: Arc<Wishes>,
    /// The position of the last reading; `None` before the first one, and after a restart of the gateway.
    cursor: Option<Cursor>,
    /// The pause after the last failure; `None` after a success.
    failed: Option<Duration>,
    /// When the capabilities were last read.
    capabilities: Option<Instant>,
    /// They must be read again.
    wants_capabilities: bool,
    /// When everything was last read on suspicion.
    suspected: Option<Instant>,
}

impl<'a> Poller<'a> {
    pub(super) fn new(line: &'a Line, interval: watch::Receiver<Duration>, wishes: Arc<Wishes>) -> Self {
        Self {
            line,
            interval,
            wishes,
            cursor: None,
            failed: None,
            capabilities: None,
            wants_capabilities: false,
            suspected: None,
        }
    }

    pub(super) async fn run(mut self, mut wanted: mpsc::Receiver<Wanted>) {
        let mut pause = FIRST_WAIT;
        loop {
            let (request, done) = self.wait(pause, &mut wanted).await;
            let read = self.read(request).await;
            self.line.problem(STATUSES, read.as_ref().err()).await;
            if let Some(done) = done {
                // The stream may have been dropped meanwhile.
                let _ = done.send(());
            }
            pause = self.pause(&read);
        }
    }

    /// Waits until the next reading is due, and does what others wish in the meantime.
    async fn wait(&mut self, pause: Duration, wanted: &mut mpsc::Receiver<Wanted>) -> Wanted {
        let mut is_streaming = self.line.is_streaming.subscribe();
        let (began, wishes) = (Instant::now(), Arc::clone(&self.wishes));
        let mut until = began + pause;
        let next_capabilities = self.capabilities.map_or(began, |read| read + CAPABILITIES);
        loop {
            tokio::select! {
                () = sleep_until(until) => return (Request::Changes, None),
                Some(wanted) = wanted.recv() => return wanted,
                Ok(()) = self.interval.changed() => until = until.min(began + self.interval()),
                Ok(()) = is_streaming.changed() => until = until.min(began + self.interval()),
                () = wishes.statuses.notified() => {
                    let read = self.read_new().await;
                    self.line.problem(STATUSES, read.as_ref().err()).await;
                }
                () = wishes.capabilities.notified() => self.wants_capabilities = true,
                () = sleep_until(next_capabilities), if self.wants_capabilities => {
                    self.wants_capabilities = false;
                    let read = self.read_capabilities().await;
                    self.line.problem(STATUSES, read.as_ref().err()).await;
                }
            }
        }
    }

    fn interval(&self) -> Duration {
        let interval = (*self.interval.borrow()).min(MAX_INTERVAL);
        if *self.line.is_streaming.borrow() { interval } else { interval.min(WITHOUT_STREAM) }
    }

    /// The pause until the next reading.
    fn pause(&mut self, read: &Result<(), GatewayError>) -> Duration {
        match read {
            Ok(()) => {
                if self.failed.take().is_some() {
                    self.line.has_recovered.notify_one();
                }
                self.interval()
            }
            Err(error) => {
                let pause = self.failed.map_or(FIRST_PAUSE, |last| last * 2);
                let pause = pause.min((*self.interval.borrow()).min(MAX_INTERVAL));
                self.failed = Some(pause);
                error.requested_pause().unwrap_or_default().max(pause)
            }
        }
    }

    /// Reads what changed since the last reading, or everything if there was none or the gateway restarted.
    async fn read(&mut self, request: Request) -> Result<(), GatewayError> {
        let cursor = self.cursor.take().filter(|_| request != Request::Restarted);
        let is_restarted = match cursor {
            None => request == Request::Restarted,
            Some(cursor) => match self.line.gateway.statuses(Some(&cursor)).await {
                Ok(changed) => {
                    let is_suspicious = request == Request::Reconnected
                        && changed.statuses.is_empty()
                        && changed.cursor != cursor
                        && self.suspected.is_none_or(|when| when.elapsed() >= SUSPICION);
                    self.cursor = Some(changed.cursor);
                    self.line.tell(Event::Statuses(changed.statuses)).await;
                    if !is_suspicious {
                        return Ok(());
                    }
                    self.suspected = Some(Instant::now());
                    true
                }
                Err(GatewayError::UnknownCursor { .. }) => true,
                Err(error) => {
                    self.cursor = Some(cursor);
                    return Err(error);
                }
            },
        };
        if is_restarted {
            self.line.send(Message::UsersChanged).await;
        }
        self.read_all().await
    }

    async fn read_all(&mut self) -> Result<(), GatewayError> {
        self.read_capabilities().await?;
        let all = self.line.gateway.statuses(None).await?;
        self.cursor = Some(all.cursor);
        self.line.tell(Event::AllStatuses(all.statuses)).await;
        Ok(())
    }

    /// Reads all statuses for the sake of new users. The cursor stays: if the gateway restarted, it must be noticed by the next reading.
    async fn read_new(&mut self) -> Result<(), GatewayError> {
        if self.cursor.is_none() {
            return self.read_all().await;
        }
        let all = self.line.gateway.statuses(None).await?;
        self.line.tell(Event::Statuses(all.statuses)).await;
        Ok(())
    }

    async fn read_capabilities(&mut self) -> Result<(), GatewayError> {
        let settable = self.line.gateway.capabilities().await?;
        self.capabilities = Some(Instant::now());
        self.line.tell(Event::Settable(settable)).await;
        Ok(())
    }
}
