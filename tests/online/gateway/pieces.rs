//! The text format of events, cut into pieces anywhere.

use proptest::prelude::*;
use swyx_teams::swyx::{GatewayError, GatewayEvent};

use super::script::*;

/// What comes of a stream: the events, and the cursor after each.
type Seen = Vec<(GatewayEvent, String)>;

async fn read(pieces: Vec<Piece>) -> Result<Seen, GatewayError> {
    let mut events = events(pieces).await;
    let mut seen = Vec::new();
    while let Some(event) = events.next().await? {
        seen.push((event, events.cursor().map_or_else(String::new, |cursor| cursor.as_str().to_owned())));
    }
    Ok(seen)
}

fn read_now(pieces: Vec<Piece>) -> Result<Seen, GatewayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(read(pieces))
}

/// A stream with all that the format has, in lines.
const LINES: [&str; 24] = [
    "\u{feff}: hello",
    "",
    "event: status",
    "data: {\"id\":\"a\u{feff}ü😀\",",
    "data:\"status\":\"Away\",\"inCall\":false,",
    ": in between",
    "data",
    "retry: 5000",
    "nonsense: x",
    "data: \"sequence\":1}",
    "id: c-1",
    "",
    "event: users",
    "id:c-2",
    "data: {}",
    "",
    "",
    "id: c-3",
    "",
    "event: users",
    "",
    ":",
    "data: {}",
    "",
];

fn whole(end: &str) -> Vec<u8> {
    LINES.iter().flat_map(|line| [line.as_bytes(), end.as_bytes()].concat()).collect()
}

fn expected() -> Seen {
    let status = super::calls::status("a\u{feff}ü😀", Some(swyx_teams::settings::SwyxStatus::Away), false, 1);
    [
        (GatewayEvent::Alive, ""),
        (GatewayEvent::Alive, ""),
        (GatewayEvent::Status(status), "c-1"),
        (GatewayEvent::Users, "c-2"),
        (GatewayEvent::Alive, "c-3"),
        (GatewayEvent::Alive, "c-3"),
        (GatewayEvent::Alive, "c-3"),
    ]
    .map(|(event, cursor)| (event, cursor.to_owned()))
    .to_vec()
}

#[tokio::test]
async fn chunks_can_end_anywhere_and_lines_with_cr_lf_or_both() {
    for end in ["\n", "\r", "\r\n"] {
        let whole = whole(end);
        for cut in 0..=whole.len() {
            let (one, two) = whole.split_at(cut);
            let pieces = vec![Piece::Bytes(one.to_vec()), Piece::Bytes(two.to_vec())];
            assert_eq!(read(pieces).await, Ok(expected()), "{end:?} {cut}");
        }
        let bytes = whole.iter().map(|byte| Piece::Bytes(vec![*byte])).collect();
        assert_eq!(read(bytes).await, Ok(expected()), "{end:?}");
    }
}

#[tokio::test]
async fn cr_ends_a_line_without_waiting_for_lf() {
    let mut events = events(vec![text("event: users\rdata: {}\r\r"), Piece::Never]).await;
    assert_eq!(events.next().await, Ok(Some(GatewayEvent::Users)));
}

#[tokio::test]
async fn events_are_limited_to_64_kib() {
    const MOST: usize = 64 * 1024;
    let sound = format!("event: users\ndata: {}\n\n", "x".repeat(MOST - 6));
    assert_eq!(read(vec![text(&sound)]).await.map(|seen| seen.len()), Ok(1));
    let line = "x".repeat(1000);
    for large in [
        "x".repeat(MOST + 1),
        format!("data: {}", "x".repeat(MOST)),
        format!("data: {line}\n").repeat(66),
        format!(":{}", "x".repeat(MOST)),
    ] {
        let error = read(vec![text(&large), Piece::Never]).await.unwrap_err();
        assert!(matches!(error, GatewayError::NotAGateway { .. }), "{error}");
    }
    // The cross-check: skipped lines need no memory.
    let many = format!("other: {line}\n").repeat(1000) + "event: users\ndata\n\n";
    assert_eq!(read(vec![text(&many)]).await.map(|seen| seen.len()), Ok(1));
}

fn some_line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("event: users".to_owned()),
        Just("event: status".to_owned()),
        Just("data: {\"id\":\"a\",\"status\":\"Away\",\"inCall\":true,\"sequence\":1}".to_owned()),
        "id: ?[a-z0-9]{1,4}",
        "(data|event|id|retry|x)?:? ?[a-zü:{} ]{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The events do not depend on the chunks of a stream.
    #[test]
    fn chunk_boundaries_do_not_matter(
        lines in prop::collection::vec((some_line(), prop_oneof!["\n", "\r", "\r\n"]), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let whole = lines.iter().map(|(line, end)| format!("{line}{end}")).collect::<String>().into_bytes();
        let mut cuts = cuts.iter().map(|cut| cut.index(whole.len() + 1)).collect::<Vec<_>>();
        cuts.extend([0, whole.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| Piece::Bytes(whole[cut[0]..cut[1]].to_vec())).collect();
        let once = read_now(vec![Piece::Bytes(whole)]);
        prop_assert_eq!(read_now(pieces), once);
    }

    /// Whatever bytes come, they end in events or in an error.
    #[test]
    fn arbitrary_bytes_do_not_panic(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..10)) {
        let _ = read_now(pieces.into_iter().map(Piece::Bytes).collect());
    }
}
