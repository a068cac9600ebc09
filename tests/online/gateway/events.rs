//! The stream of events: how it is asked for, what comes of it, how it ends, and when it is dead.

use std::sync::Arc;
use std::time::Duration;

use swyx_teams::http::{HttpError, TransportError};
use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::{Events, GatewayError, GatewayEvent, SILENCE};
use tokio::time::Instant;

use super::calls::status;
use super::script::*;

const SPEAKING: &str =
    "id: 8\nevent: status\ndata: {\"id\":\"a\",\"status\":\"Speaking\",\"inCall\":true,\"sequence\":4}\n\n";

fn speaking() -> GatewayEvent {
    GatewayEvent::Status(status("a", Some(SwyxStatus::Speaking), true, 4))
}

fn at(events: &Events) -> &str {
    events.cursor().map_or("", |cursor| cursor.as_str())
}

#[tokio::test]
async fn stream_is_requested_uncompressed_after_the_cursor() {
    let script = Script::new([stream(vec![])]);
    assert_eq!(at(&gateway(&script).events(None).await.unwrap()), "");
    let events = gateway(&script).events(Some(&cursor("c-7"))).await.unwrap();
    assert_eq!(at(&events), "c-7");
    let sent = script.sent();
    assert_eq!(script.lines(), [format!("GET {ADDRESS}/v1/events"), format!("GET {ADDRESS}/v1/events")]);
    for (sent, cursor) in sent.iter().zip(["", "c-7"]) {
        assert_eq!(sent.header("accept"), "text/event-stream");
        assert_eq!(sent.header("accept-encoding"), "identity");
        assert_eq!(sent.header("authorization"), format!("Bearer {TOKEN}"));
        assert_eq!(sent.header("last-event-id"), cursor);
    }
}

#[tokio::test]
async fn events_have_cursors() {
    let pieces =
        [": hello\n\n", SPEAKING, "id: 9\nevent: users\ndata: {}\n\n", "id: 10\n\n", "event: new\ndata\n\n"];
    let mut events = events(pieces.map(text).to_vec()).await;
    for (event, cursor) in [
        (GatewayEvent::Alive, ""),
        (speaking(), "8"),
        (GatewayEvent::Users, "9"),
        (GatewayEvent::Alive, "10"),
        (GatewayEvent::Alive, "10"),
    ] {
        assert_eq!(events.next().await, Ok(Some(event)));
        assert_eq!(at(&events), cursor);
    }
    assert_eq!(events.next().await, Ok(None));
    assert_eq!(events.next().await, Ok(None));
    assert_eq!(at(&events), "10");
}

#[tokio::test]
async fn incomplete_event_is_ignored() {
    let mut events = events(vec![text(SPEAKING), text("id: 9\nevent: users\ndata: {}\n")]).await;
    assert_eq!(events.next().await, Ok(Some(speaking())));
    assert_eq!(events.next().await, Ok(None));
    assert_eq!(at(&events), "8");
}

#[tokio::test]
async fn buffering_transport_returns_the_events() {
    let script = Script::new([stream(vec![text(SPEAKING)])]);
    let gateway = over(Arc::new(WholeOnly(script)), once());
    let mut events = gateway.events(None).await.unwrap();
    assert_eq!(events.next().await, Ok(Some(speaking())));
    assert_eq!(events.next().await, Ok(None));
}

#[tokio::test]
async fn broken_connection_is_an_error_and_the_end() {
    let why = TransportError::Unreachable("the connection was closed before an answer arrived");
    let mut events = events(vec![text(SPEAKING), text("id: 9\n"), Piece::Break(why.clone())]).await;
    assert_eq!(events.next().await, Ok(Some(speaking())));
    let error = events.next().await.unwrap_err();
    assert_eq!(error, GatewayError::Http(HttpError::Transport { host: "swyx.example.com".to_owned(), why }));
    assert!(error.is_transient());
    assert_eq!(events.next().await, Ok(None));
    assert_eq!(at(&events), "8");
}

#[tokio::test(start_paused = true)]
async fn silent_connection_times_out() {
    let quiet = |seconds| Piece::After(Duration::from_secs(seconds));
    let pieces = vec![quiet(44), text(":\n"), quiet(44), text(":"), quiet(44), text("\n"), Piece::Never];
    let mut events = events(pieces).await;
    let start = Instant::now();
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Alive)));
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Alive)));
    assert_eq!(start.elapsed().as_secs(), 132);
    let dead = GatewayError::Silent { host: "swyx.example.com".to_owned(), limit: SILENCE };
    assert_eq!(events.next().await, Err(dead.clone()));
    assert_eq!(start.elapsed().as_secs(), 132 + 45);
    assert!(dead.is_transient());
    assert_eq!(events.next().await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn empty_chunks_count_as_silence() {
    let mut pieces = Vec::new();
    for _ in 0..100 {
        pieces.extend([Piece::After(Duration::from_secs(10)), text("")]);
    }
    assert!(matches!(events(pieces).await.next().await, Err(GatewayError::Silent { .. })));
}

/// A synchronisation waits for other things too, and begins to wait for events again and again.
#[tokio::test(start_paused = true)]
async fn cancelled_wait_loses_no_event_and_keeps_the_limit() {
    let quiet = |seconds| Piece::After(Duration::from_secs(seconds));
    let (first, rest) = SPEAKING.split_at(20);
    let mut events = events(vec![quiet(3), text(first), quiet(3), text(rest), Piece::Never]).await;
    let start = Instant::now();
    let mut seen = Vec::new();
    let error = loop {
        tokio::select! {
            event = events.next() => match event {
                Ok(event) => seen.push(event),
                Err(error) => break error,
            },
            () = tokio::time::sleep(Duration::from_millis(3_500)) => {}
        }
    };
    assert_eq!(seen, [Some(speaking())]);
    assert!(matches!(error, GatewayError::Silent { .. }));
    // The pauses of this stream restart with each wait, so its second chunk arrives within the second wait.
    assert_eq!(start.elapsed().as_secs(), 6 + 45);
}

#[tokio::test]
async fn unreadable_status_is_skipped_and_advances_the_cursor() {
    let mut events = events(vec![text("id: 8\nevent: status\ndata: {}\n\n")]).await;
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Alive)));
    assert_eq!(at(&events), "8");
    assert_eq!(events.next().await, Ok(None));
}

#[tokio::test]
async fn invalid_cursor_is_rejected() {
    for id in ["a b", "ü", &"x".repeat(1025)] {
        let mut events = events(vec![text(&format!("id: {id}\ndata\n\n"))]).await;
        assert!(matches!(events.next().await, Err(GatewayError::NotAGateway { .. })), "{id}");
    }
    let mut events = events(vec![text("id: 8\n\nid: 9\0\ndata\n\nid\ndata\n\n")]).await;
    while events.next().await.unwrap().is_some() {}
    assert_eq!(at(&events), "8");
}

#[tokio::test]
async fn wrong_media_type_is_rejected() {
    for reply in [html(200), answer(200, "application/json", SPEAKING), Reply::Answer(200, vec![], vec![])] {
        let error = gateway(&Script::new([reply])).events(None).await.err().unwrap();
        assert!(matches!(error, GatewayError::NotAGateway { status: 200, .. }), "{error}");
    }
}
