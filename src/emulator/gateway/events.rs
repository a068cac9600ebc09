//! The event stream: a body that continues until it is closed.
//!
//! Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use tokio::sync::watch;
use tokio::time::Instant;

use super::changes::Change;
use super::system::{SwyxServer, UserStatus};
use crate::emulator::dropped::Dropped;
use crate::emulator::fault::fault;
use crate::emulator::shared::Shared;

/// The time without an event after which a comment shows that the connection is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
const COMMENT: &str = ":\n\n";
/// The maximum number of events sent at once.
const MAX: usize = 1_000;

type Next = Pin<Box<dyn Future<Output = (Listener, Result<String, Dropped>)> + Send>>;

/// The body of one stream.
pub(super) struct Events {
    /// The next piece; `None` after a cut.
    next: Option<Next>,
}

impl Events {
    /// A stream of the changes after that change, or from now on.
    pub(super) fn begin(shared: Arc<Shared>, after: Option<u64>) -> Self {
        let listener = Listener::new(shared, after);
        // A first comment shows the listener that the stream has started.
        Self { next: Some(Box::pin(async { (listener, Ok(COMMENT.to_owned())) })) }
    }
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let (listener, text) = ready!(next.as_mut().poll(context));
        self.next = if text.is_ok() { Some(Box::pin(listener.next())) } else { None };
        Poll::Ready(Some(text.map(|text| Frame::data(text.into()))))
    }
}

/// A listener.
struct Listener {
    shared: Arc<Shared>,
    changed: watch::Receiver<u64>,
    /// How often all streams had been closed when this one started.
    cuts: u64,
    /// The number of the last sent change.
    told: u64,
    /// When the next comment is due.
    due: Instant,
    /// A delayed event, to be sent after the next one.
    held: Option<String>,
    /// Whether the stream breaks now.
    is_broken: bool,
    /// When the stream breaks by a fault.
    cut: Option<Instant>,
}

impl Listener {
    fn new(shared: Arc<Shared>, after: Option<u64>) -> Self {
        let swyx = shared.swyx();
        let (changed, told) = (swyx.listen(), after.unwrap_or_else(|| swyx.changes.last()));
        drop(swyx);
        let cuts = *changed.borrow();
        let life = shared.faults().seconds(const { fault("cut-stream") });
        let cut = (!life.is_zero()).then(|| Instant::now() + life);
        let due = Instant::now() + HEARTBEAT;
        Self { shared, changed, cuts, told, due, held: None, is_broken: false, cut }
    }

    /// The next piece: events as soon as there are some, otherwise a comment when it is due.
    async fn next(mut self) -> (Self, Result<String, Dropped>) {
        let text = self.wait().await;
        self.due = Instant::now() + HEARTBEAT;
        (self, text)
    }

    async fn wait(&mut self) -> Result<String, Dropped> {
        loop {
            let slow = self.shared.faults().milliseconds(const { fault("slow-gateway") });
            if !slow.is_zero() && self.shared.swyx().changes.last() != self.told {
                tokio::time::sleep(slow).await;
            }
            if self.is_broken || *self.changed.borrow_and_update() != self.cuts {
                return Err(Dropped::Stream);
            }
            let text = self.events()?;
            if !text.is_empty() {
                return Ok(text);
            }
            let until = self.cut.map_or(self.due, |cut| cut.min(self.due));
            match tokio::time::timeout_at(until, self.changed.changed()).await {
                Ok(changed) => changed.map_err(|_| Dropped::Stream)?,
                Err(_) if self.cut.is_some_and(|cut| cut <= Instant::now()) => return Err(Dropped::Stream),
                // There was no other event to overtake it.
                Err(_) => return Ok(self.held.take().unwrap_or_else(|| COMMENT.to_owned())),
            }
        }
    }

    /// The events after the last sent one, modified by the faults; a listener that is too slow is disconnected.
    fn events(&mut self) -> Result<String, Dropped> {
        let (shared, faults) = (self.shared.clone(), self.shared.faults());
        let swyx = shared.swyx();
        if !swyx.changes.reaches(self.told) {
            return Err(Dropped::Stream);
        }
        let mut text = String::new();
        for _ in 0..MAX {
            let Some(change) = swyx.changes.get(self.told + 1) else { break };
            self.told += 1;
            let event = event(&swyx, self.told, change);
            if faults.strikes(const { fault("lose-event") }) {
                continue;
            }
            if self.held.is_none() && faults.strikes(const { fault("reorder-event") }) {
                self.held = Some(event);
                continue;
            }
            text.push_str(&event);
            if faults.strikes(const { fault("repeat-event") }) {
                text.push_str(&event);
            }
            text.push_str(&self.held.take().unwrap_or_default());
            if faults.strikes(const { fault("cut-events") }) {
                self.is_broken = true;
                break;
            }
        }
        Ok(text)
    }
}

/// One serialized event; empty for a status of a removed user.
fn event(swyx: &SwyxServer, number: u64, change: Change) -> String {
    let (name, data) = match change {
        Change::Users => ("users", "{}".to_owned()),
        Change::Status { place, status, in_call } => {
            let Some(user) = swyx.user(place) else { return String::new() };
            let status = UserStatus { id: &user.id, status, in_call, sequence: number };
            ("status", serde_json::to_string(&status).unwrap_or_default())
        }
    };
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write!(text, "id: {}\nevent: {name}\ndata: {data}\n\n", swyx.changes.cursor(number));
    text
}
