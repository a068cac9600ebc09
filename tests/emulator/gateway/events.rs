//! The event stream: immediate events, resumption after an interruption, rejection after a restart.

use std::time::Duration;

use tokio::time::Instant;

use crate::gateway::client::{Event, Gateway};

#[tokio::test(start_paused = true)]
async fn changes_are_sent_at_once_with_a_cursor() {
    let gateway = Gateway::with(&["ada", "bob"]);
    let mut stream = gateway.listen(None).await.expect("a stream");
    gateway.emulator.call("ada", true).expect("a call");
    gateway.set("bob", "Away").await;
    gateway.set("bob", "Away").await;
    gateway.emulator.add_swyx_user("eve", "Eve", None).expect("a new id");
    let began = Instant::now();
    let first = stream.next().await.expect("an event");
    assert_eq!(first.seen(), ("ada", "Speaking", true));
    assert_eq!(stream.next().await.expect("an event").seen(), ("bob", "Away", false));
    let third = stream.next().await.expect("an event");
    assert_eq!((third.name.as_str(), third.data), ("users", serde_json::json!({})));
    assert_eq!((began.elapsed(), stream.within(100).await), (Duration::ZERO, None));
    let since = format!("/v1/statuses?since={}", first.id);
    assert_eq!(gateway.get(&since).await.body["statuses"][0]["id"], "bob", "the ids are cursors");
}

#[tokio::test(start_paused = true)]
async fn quiet_stream_sends_keep_alives() {
    let gateway = Gateway::with(&["ada"]);
    let mut stream = gateway.listen(None).await.expect("a stream");
    let began = Instant::now();
    let mut seconds = Vec::new();
    for _ in 0..4 {
        assert_eq!(stream.any().await, Some(Event::default()), "a comment");
        seconds.push(began.elapsed().as_secs());
    }
    assert_eq!(seconds, [0, 15, 30, 45]);
}

#[tokio::test(start_paused = true)]
async fn interrupted_stream_is_resumed_without_a_gap() {
    let gateway = Gateway::with(&["ada", "bob"]);
    let mut stream = gateway.listen(None).await.expect("a stream");
    gateway.emulator.call("ada", true).expect("a call");
    let last = stream.next().await.expect("an event").id;
    gateway.emulator.cut_events();
    assert_eq!(stream.next().await, None);
    gateway.emulator.call("bob", true).expect("a call");
    gateway.emulator.call("bob", false).expect("a call");
    let mut stream = gateway.listen(Some(&last)).await.expect("a stream");
    assert_eq!(stream.next().await.expect("an event").seen(), ("bob", "Speaking", true));
    assert_eq!(stream.next().await.expect("an event").seen(), ("bob", "Available", false));
    assert_eq!(stream.within(100).await, None);
    let mut fresh = gateway.listen(None).await.expect("a stream");
    assert_eq!(fresh.within(100).await, None, "without a cursor only what comes from now on");
}

#[tokio::test(start_paused = true)]
async fn restart_forgets_cursors_and_keeps_statuses() {
    let gateway = Gateway::with(&["ada"]);
    let mut stream = gateway.listen(None).await.expect("a stream");
    gateway.emulator.call("ada", true).expect("a call");
    let last = stream.next().await.expect("an event").id;
    gateway.emulator.restart_gateway();
    assert_eq!(stream.next().await, None);
    assert_eq!(gateway.listen(Some(&last)).await.err(), Some(410));
    assert_eq!(gateway.get(&format!("/v1/statuses?since={last}")).await.status, 410);
    let all = gateway.get("/v1/statuses").await;
    assert_eq!(
        (&all.body["statuses"][0]["inCall"], &all.body["statuses"][0]["sequence"]),
        (&true.into(), &0.into())
    );
    assert!(gateway.listen(Some(all.text("cursor"))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn stream_is_logged_at_its_start() {
    let gateway = Gateway::with(&["ada"]);
    let _stream = gateway.listen(None).await.expect("a stream");
    let log = gateway.emulator.log();
    assert_eq!((log.len(), log[0].path.as_str(), log[0].status), (1, "/swyx/v1/events", 200));
}

#[tokio::test(start_paused = true)]
async fn all_streams_get_all_events() {
    let gateway = Gateway::with(&["ada"]);
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(gateway.listen(None).await.expect("a stream"));
    }
    let last = streams.len();
    let telling = async {
        for turn in 0..last * 2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            gateway.emulator.call("ada", turn % 2 == 0).expect("a call");
        }
    };
    let hearing = async {
        for stream in &mut streams {
            for turn in 0..last * 2 {
                assert_eq!(stream.next().await.expect("an event").data["inCall"], turn % 2 == 0);
            }
        }
    };
    tokio::join!(telling, hearing);
}
