//! A busy site of 5,000 users, from its start on.
//!
//! Graph allows 1,500 presence requests in 30 seconds. The load of 0.5 percent a second needs 25 of them a second for calls, and two for
//! readings. At the start, 700 calls in Teams may be sessions of an earlier run, each of which costs a request.

use std::sync::Arc;

use swyx_teams::emulator::{Emulator, JournalLine, Options};

use super::delays::{Delay, percentile, to_swyx, to_teams};
use super::place::{Place, pass};

const USERS: u32 = 5_000;
/// The documented limits in seconds.
const TO_SWYX: f64 = 5.0;
const TO_TEAMS: f64 = 3.0;

/// A site whose answers take a twentieth of a second, and whose stream is cut every 20 seconds.
fn site() -> Arc<Emulator> {
    let faults = ["slow=50", "cut-stream=20"].map(|fault| fault.parse().expect("a fault"));
    let options = Options::default().users(USERS).faults(faults).enforce_limits(true);
    Arc::new(Emulator::new(options).expect("an emulator"))
}

/// Starts the synchronisation beside a site with changes on both sides, and returns the journal of so many seconds after that.
async fn journal(emulator: Arc<Emulator>, seconds: f64) -> Vec<JournalLine> {
    let loaded = Arc::clone(&emulator);
    let load = tokio::spawn(async move { loaded.load("0.5".parse().expect("a load")).await });
    pass(1.0).await;
    let place = Place::beside(emulator, 2, "", false);
    pass(seconds).await;
    load.abort();
    let is_throttled = place.emulator.log().iter().any(|entry| entry.status == 429);
    assert!(!is_throttled && place.view().figures.throttled == 0, "the limit was kept");
    place.emulator.journal()
}

/// Panics unless 99 percent of the changes arrived in time.
fn assert_in_time(delays: &[Delay], limit: f64, least: usize) {
    assert!(delays.len() >= least, "{} changes", delays.len());
    let late = delays.iter().filter(|delay| delay.took > limit).collect::<Vec<_>>();
    assert!(percentile(delays, 99) <= limit, "{:.2} s: {late:?}", percentile(delays, 99));
}

#[tokio::test(start_paused = true)]
async fn changes_arrive_in_time_from_the_start_although_the_stream_is_cut() {
    let lines = journal(site(), 70.0).await;
    // The presences of the first five seconds are read for the first time.
    let during = 6.0..71.0;
    assert_in_time(&to_teams(&lines, &during, TO_TEAMS), TO_TEAMS, 1_500);
    assert_in_time(&to_swyx(&lines, &during, TO_SWYX), TO_SWYX, 700);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_at_the_start_do_not_delay_new_ones() {
    let emulator = site();
    let users = emulator.swyx_users();
    let busy = users.iter().take(1_000).map(|(id, _)| id.as_str()).collect::<Vec<_>>();
    busy.iter().for_each(|id| emulator.call(id, true).expect("a user"));
    let lines = journal(emulator, 70.0).await;
    assert_in_time(&to_teams(&lines, &(6.0..71.0), TO_TEAMS), TO_TEAMS, 1_500);
    // Those calls are shown too, as fast as the limit allows.
    let is_shown = |id: &str| {
        let mut own = lines.iter().filter(|line| line.user.as_deref() == Some(id) && line.at < 60.0);
        own.any(|line| line.what == "set-presence" || line.what == "hangup")
    };
    assert!(busy.iter().all(|id| is_shown(id)));
}
