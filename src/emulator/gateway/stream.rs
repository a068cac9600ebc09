//! The event stream: a task of its own for each that is open, which writes into the body of the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use http_body::Frame;
use tokio::sync::{mpsc, watch};

use super::people::Change;
use super::routes::{is_authorized, problem, shown};
use crate::emulator::message::Response;
use crate::emulator::shared::Shared;

/// A comment is sent when nothing else was for so long.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pieces that wait for a slow reader.
const WAITING: usize = 64;

/// Opens a stream, or says why not.
pub(in crate::emulator) fn stream(shared: &Arc<Shared>, headers: &HeaderMap) -> Result<Body, Response> {
    if !is_authorized(shared, headers) {
        return Err(problem(StatusCode::UNAUTHORIZED, "the bearer token is missing, or not the gateway's"));
    }
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let (after, news) = {
        let people = shared.people();
        let after = last.map_or(Some(people.now()), |cursor| people.after(cursor));
        let gone = || problem(StatusCode::GONE, "this cursor is not known here; read all statuses");
        (after.ok_or_else(gone)?, people.news())
    };
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(write(Arc::clone(shared), after, news, sender));
    Ok(Body::new(Streamed(receiver)))
}

/// The headers of a stream.
pub(in crate::emulator) fn headers(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, axum::http::HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
}

async fn write(
    shared: Arc<Shared>,
    mut after: u64,
    mut news: watch::Receiver<u64>,
    sender: mpsc::Sender<Bytes>,
) {
    let mut cut = shared.cuts.subscribe();
    // The head goes out with the first piece.
    if sender.send(Bytes::from_static(b": this is the gateway\n\n")).await.is_err() {
        return;
    }
    loop {
        for event in events(&shared, &mut after) {
            let times =
                if shared.faults.lose_event() { 0 } else { 1 + usize::from(shared.faults.repeat_event()) };
            for _ in 0..times {
                if sender.send(Bytes::from(event.clone())).await.is_err() {
                    return;
                }
            }
            if shared.faults.cut_events() {
                return;
            }
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(HEARTBEAT) => {
                if sender.send(Bytes::from_static(b":\n\n")).await.is_err() {
                    return;
                }
            }
            _ = cut.changed() => return,
            () = sender.closed() => return,
        }
    }
}

fn events(shared: &Shared, after: &mut u64) -> Vec<String> {
    let people = shared.people();
    let events = people.changes(*after).filter_map(|(sequence, change)| {
        let cursor = people.cursor_at(sequence);
        let (name, data) = match change {
            Change::Status(place) => ("status", shown(people.person(place)?).to_string()),
            Change::Users => ("users", "{}".to_owned()),
        };
        Some(format!("id: {cursor}\nevent: {name}\ndata: {data}\n\n"))
    });
    let events = events.collect();
    *after = people.now();
    events
}

/// A body that ends when nobody writes any more.
struct Streamed(mpsc::Receiver<Bytes>);

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}
