//! Made-up load: so much in a second, the same for the same seed.

use std::time::Duration;

use swyx_teams::emulator::{JournalLine, Load, Options};

use crate::gateway::client::Gateway;

/// What the journal has after so many seconds of a load.
async fn journal(users: u32, load: &str, seed: u64, seconds: u64) -> Vec<JournalLine> {
    let gateway = Gateway::new(Options::default().users(users).seed(seed));
    let load = load.parse::<Load>().expect("a load");
    // A little after the last part of the last second.
    let end = Duration::from_secs(seconds) + Duration::from_millis(50);
    let ended = tokio::time::timeout(end, gateway.emulator.load(load)).await;
    assert!(ended.is_err(), "a load never ends");
    gateway.emulator.journal()
}

fn count(journal: &[JournalLine], what: &[&str]) -> usize {
    journal.iter().filter(|line| line.at > 0.0 && what.contains(&line.what)).count()
}

#[tokio::test(start_paused = true)]
async fn load_changes_the_requested_number_per_second() {
    let journal = journal(2_001, "0.5", 1, 60).await;
    let first = journal.iter().filter(|line| line.at == 0.0).collect::<Vec<_>>();
    assert!(first.len() == 2_001 && first.iter().all(|line| line.what == "teams" && line.value.is_some()));
    assert!((599..=601).contains(&count(&journal, &["call", "hangup"])));
    assert!((599..=601).contains(&count(&journal, &["teams"])));
}

#[tokio::test(start_paused = true)]
async fn fractions_of_a_user_carry_over() {
    let journal = journal(11, "0.5", 1, 400).await;
    assert!((19..=20).contains(&count(&journal, &["call", "hangup"])), "10 users at SwyxServer");
    assert!((21..=22).contains(&count(&journal, &["teams"])), "11 in Teams");
}

#[tokio::test(start_paused = true)]
async fn seed_decides_users_and_changes() {
    let what = async |seed| {
        let lines = journal(50, "10", seed, 5).await;
        lines.into_iter().map(|line| (line.user, line.what, line.value)).collect::<Vec<_>>()
    };
    assert_eq!(what(7).await, what(7).await);
    assert_ne!(what(7).await, what(8).await);
}

#[tokio::test(start_paused = true)]
async fn changes_are_spread_over_a_second() {
    let journal = journal(1_001, "1", 1, 1).await;
    let calls =
        journal.iter().filter(|line| line.what == "call" || line.what == "hangup").map(|line| line.at);
    assert_eq!(calls.collect::<Vec<_>>(), (1..=10).map(|part| f64::from(part) / 10.0).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn load_without_users_does_nothing() {
    let options = Options::default().state(r#"{"swyx": {"users": []}}"#);
    let gateway = Gateway::new(options);
    let load = "100".parse::<Load>().expect("a load");
    assert!(tokio::time::timeout(Duration::from_secs(2), gateway.emulator.load(load)).await.is_err());
}
