//! Faults of the gateway, switched on and off while it runs.

use std::time::Duration;

use swyx_teams::emulator::Fault;
use tokio::time::Instant;

use crate::faults::fault;
use crate::gateway::client::{Event, Gateway, Stream};

/// A gateway with one user, and a stream of its events.
async fn listening(faults: &[Fault]) -> (Gateway, Stream) {
    let gateway = Gateway::with(&["ada"]);
    gateway.emulator.set_faults(faults);
    let stream = gateway.listen(None).await.expect("a stream");
    (gateway, stream)
}

/// Calls that begin and end in turn: the changes 1 to `count`.
fn turn(gateway: &Gateway, count: u64) {
    (0..count).for_each(|turn| gateway.emulator.call("ada", turn % 2 == 0).expect("ada"));
}

/// The sequences of the events within a minute.
async fn told(stream: &mut Stream) -> Vec<u64> {
    let mut told = Vec::new();
    while let Some(Event { data, .. }) = stream.within(60).await {
        told.push(data["sequence"].as_u64().expect("a number"));
    }
    told
}

#[tokio::test(start_paused = true)]
async fn events_are_lost_repeated_and_swapped() {
    for (fault, wanted) in [
        (fault("lose-event=0"), vec![1, 2, 3, 4]),
        (fault("lose-event=1"), vec![]),
        (fault("repeat-event=1"), vec![1, 1, 2, 2, 3, 3, 4, 4]),
        (fault("reorder-event=1"), vec![2, 1, 4, 3]),
    ] {
        let (gateway, mut stream) = listening(&[fault]).await;
        turn(&gateway, 4);
        assert_eq!(told(&mut stream).await, wanted, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reading_recovers_lost_events() {
    let (gateway, mut stream) = listening(&[fault("lose-event=0.5")]).await;
    let cursor = gateway.get("/v1/statuses").await.text("cursor").to_owned();
    turn(&gateway, 100);
    let told = told(&mut stream).await;
    assert!((20..80).contains(&told.len()) && told.is_sorted(), "{told:?}");
    let changed = gateway.get(&format!("/v1/statuses?since={cursor}")).await;
    assert_eq!(changed.body["statuses"][0]["sequence"], 100);
}

#[tokio::test(start_paused = true)]
async fn delayed_event_is_sent_with_the_next_keep_alive() {
    let (gateway, mut stream) = listening(&[fault("reorder-event=1")]).await;
    turn(&gateway, 1);
    let began = Instant::now();
    assert_eq!(stream.next().await.expect("an event").data["sequence"], 1);
    assert_eq!(began.elapsed(), Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn stream_broken_after_an_event_is_resumed_after_it() {
    let (gateway, mut stream) = listening(&[fault("cut-events=1")]).await;
    turn(&gateway, 3);
    let mut told = Vec::new();
    for _ in 0..3 {
        let event = stream.next().await.expect("an event");
        assert_eq!(stream.next().await, None, "it was interrupted");
        told.push(event.data["sequence"].as_u64().expect("a number"));
        stream = gateway.listen(Some(&event.id)).await.expect("a stream");
    }
    assert_eq!(told, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn slow_gateway_delays_responses_and_events() {
    let (gateway, mut stream) = listening(&[fault("slow-gateway=700")]).await;
    stream.any().await.expect("a comment");
    let began = Instant::now();
    gateway.get("/v1/capabilities").await;
    assert_eq!(began.elapsed(), Duration::from_millis(700));
    turn(&gateway, 1);
    stream.next().await.expect("an event");
    assert_eq!(began.elapsed(), Duration::from_millis(1_400));
    gateway.emulator.set_faults(&[]);
    gateway.get("/v1/capabilities").await;
    assert_eq!(began.elapsed(), Duration::from_millis(1_400));
}

#[tokio::test(start_paused = true)]
async fn a_status_can_be_refused_despite_the_capabilities() {
    let gateway = Gateway::with(&["ada"]);
    gateway.emulator.set_faults(&[fault("refuse-status=1")]);
    assert_eq!(gateway.set("ada", "Away").await.status, 422);
    gateway.emulator.set_faults(&[]);
    assert_eq!(gateway.set("ada", "Away").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn streams_can_be_cut_after_a_time() {
    let (gateway, mut stream) = listening(&[fault("cut-stream=20")]).await;
    let began = Instant::now();
    turn(&gateway, 1);
    assert!(stream.next().await.is_some());
    assert_eq!(stream.next().await, None);
    assert_eq!(began.elapsed(), Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn general_faults_affect_the_gateway() {
    let gateway = Gateway::with(&["ada"]);
    gateway.emulator.set_faults(&[fault("unavailable=1")]);
    let answer = gateway.get("/v1/users").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (503, "application/problem+json"));
    assert_eq!(gateway.listen(None).await.err(), Some(503));
    gateway.emulator.set_faults(&[fault("html-body=1")]);
    assert_eq!(gateway.get("/v1/users").await.status, 502);
    gateway.emulator.set_faults(&[fault("drop-reply=1")]);
    assert!(gateway.try_get("/v1/users").await.is_err());
    gateway.emulator.set_faults(&[fault("throttle=1"), fault("expired-token=1")]);
    assert_eq!(gateway.get("/v1/users").await.status, 200);
    let log = gateway.emulator.log();
    let faults = log.iter().map(|entry| entry.fault).collect::<Vec<_>>();
    assert_eq!(
        faults,
        [Some("unavailable"), Some("unavailable"), Some("html-body"), Some("drop-reply"), None]
    );
}
