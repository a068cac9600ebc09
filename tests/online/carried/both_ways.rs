//! The synchronisation without faults.

use std::sync::Arc;

use swyx_teams::emulator::{Emulator, Options, SwyxSeen};
use swyx_teams::sync::run::Control;

use super::place::{Place, pass, settings};

/// The visible status, the status set last, and whether there is a call.
fn parts(seen: SwyxSeen) -> (&'static str, &'static str, bool) {
    (seen.status, seen.set, seen.in_call)
}

fn seen(place: &Place, user: &str) -> SwyxSeen {
    place.emulator.swyx_status(user).expect("a user")
}

/// What Graph shows of a user.
fn shown(place: &Place, account: &str) -> Option<&'static str> {
    let (availability, activity) = place.emulator.presence(account)?;
    ["Busy/InACall", "Available/Available"]
        .into_iter()
        .find(|pair| **pair == format!("{availability}/{activity}"))
}

const ANNA: &str = "anna.albrecht@contoso.example";

/// The first plain user, by Swyx id, e-mail address and object id.
fn anna(place: &Place) -> (String, String) {
    let (id, email) = place.emulator.swyx_users().into_iter().next().expect("users");
    (id, email.expect("an address"))
}

#[tokio::test(start_paused = true)]
async fn teams_presence_reaches_swyx_within_five_seconds() {
    let place = Place::new(Options::default());
    let (id, account) = anna(&place);
    pass(5.0).await;
    for (presence, status) in [
        ("Busy/InAMeeting", "Away"),
        ("DoNotDisturb/Presenting", "Speaking"),
        ("DoNotDisturb/Focusing", "DoNotDisturb"),
        ("Busy/InACall", "Speaking"),
        ("Available/Available", "Available"),
        ("Offline/OffWork", "Away"),
    ] {
        place.emulator.set_teams_status(&account, Some(presence)).expect("a user");
        pass(5.0).await;
        assert_eq!(seen(&place, &id).set, status, "{presence}");
    }
    // Signed out: the status in Swyx is left alone.
    place.emulator.set_teams_status(&account, None).expect("a user");
    pass(20.0).await;
    assert_eq!(seen(&place, &id).set, "Away");
    assert_eq!(place.emulator.open_sessions(), 0, "nothing of it came back");
    let view = place.view();
    assert_eq!((view.problems, view.figures.to_teams.count()), (Vec::new(), 0));
    assert_eq!(view.headcount.expect("read").matched, place.emulator.swyx_users().len());
}

#[tokio::test(start_paused = true)]
async fn swyx_call_reaches_teams_within_a_second_without_echo() {
    let place = Place::new(Options::default());
    let (id, account) = anna(&place);
    place.emulator.set_teams_status(&account, Some("Available/Available")).expect("a user");
    pass(6.0).await;
    place.emulator.call(&id, true).expect("a user");
    pass(1.0).await;
    assert_eq!(shown(&place, &account), Some("Busy/InACall"));
    // Longer than the session: it is renewed. And what is read back is not carried to Swyx.
    pass(3_600.0).await;
    assert_eq!(shown(&place, &account), Some("Busy/InACall"));
    assert_eq!(parts(seen(&place, &id)), ("Speaking", "Available", true));
    assert!((5..12).contains(&place.view().figures.sessions_renewed), "{:?}", place.view().figures);
    place.emulator.call(&id, false).expect("a user");
    pass(1.0).await;
    assert_eq!(shown(&place, &account), Some("Available/Available"));
    pass(60.0).await;
    assert_eq!(parts(seen(&place, &id)), ("Available", "Available", false));
    let figures = place.view().figures;
    assert_eq!((figures.sessions_set, figures.sessions_cleared), (1, 1));
    assert_eq!((figures.throttled, figures.failed, figures.refused), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn no_change_causes_no_write() {
    let place = Place::new(Options::default());
    pass(60.0).await;
    let before = place.view().figures;
    pass(4_000.0).await;
    let after = place.view().figures;
    assert!(after.readings >= before.readings + 990, "{} readings", after.readings - before.readings);
    assert_eq!(after.statuses_set, before.statuses_set);
    assert_eq!((after.sessions_set, after.sessions_cleared, after.sessions_renewed), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn mode_1_forwards_no_calls() {
    let emulator = Arc::new(Emulator::new(Options::default()).expect("an emulator"));
    let place = Place::beside(emulator, 1, "", false);
    let (id, account) = anna(&place);
    pass(5.0).await;
    place.emulator.call(&id, true).expect("a user");
    place.emulator.set_teams_status(&account, Some("Busy/Busy")).expect("a user");
    pass(10.0).await;
    assert_eq!((place.emulator.open_sessions(), seen(&place, &id).set), (0, "Away"));
}

#[tokio::test(start_paused = true)]
async fn manual_status_stays_until_teams_changes() {
    let place = Place::new(Options::default());
    let (id, account) = anna(&place);
    place.emulator.set_teams_status(&account, Some("Busy/Busy")).expect("a user");
    pass(10.0).await;
    place.emulator.set_swyx_status(&id, "DoNotDisturb").expect("a user");
    pass(300.0).await;
    assert_eq!(seen(&place, &id).set, "DoNotDisturb");
    place.emulator.set_teams_status(&account, Some("Available/Available")).expect("a user");
    pass(5.0).await;
    assert_eq!(seen(&place, &id).set, "Available");
}

#[tokio::test(start_paused = true)]
async fn manual_status_survives_a_restart() {
    let emulator = Arc::new(Emulator::new(Options::default()).expect("an emulator"));
    let first = Place::beside(Arc::clone(&emulator), 2, "", false);
    let (id, account) = anna(&first);
    emulator.set_teams_status(&account, Some("Busy/Busy")).expect("a user");
    pass(10.0).await;
    emulator.set_swyx_status(&id, "DoNotDisturb").expect("a user");
    pass(10.0).await;
    first.stop().await;
    let place = Place::beside(emulator, 2, "", false);
    pass(60.0).await;
    assert_eq!(seen(&place, &id).set, "DoNotDisturb");
    place.emulator.set_teams_status(&account, Some("Available/Available")).expect("a user");
    pass(5.0).await;
    assert_eq!(seen(&place, &id).set, "Available");
}

#[tokio::test(start_paused = true)]
async fn call_in_teams_at_the_start_reaches_swyx_within_five_seconds() {
    for mode in [1, 2] {
        let emulator = Arc::new(Emulator::new(Options::default()).expect("an emulator"));
        let (id, account) = emulator.swyx_users().into_iter().next().expect("users");
        emulator.set_teams_status(&account.expect("an address"), Some("Busy/InACall")).expect("a user");
        let place = Place::beside(emulator, mode, "", false);
        pass(5.0).await;
        assert_eq!(seen(&place, &id).set, "Speaking", "mode {mode}");
        assert_eq!(place.view().problems, Vec::new());
    }
}

#[tokio::test(start_paused = true)]
async fn mode_1_clears_the_session_of_an_earlier_run() {
    let emulator = Arc::new(Emulator::new(Options::default()).expect("an emulator"));
    let first = Place::beside(Arc::clone(&emulator), 2, "", false);
    let (id, account) = anna(&first);
    emulator.set_teams_status(&account, Some("Available/Available")).expect("a user");
    pass(6.0).await;
    emulator.call(&id, true).expect("a user");
    pass(6.0).await;
    first.kill();
    emulator.call(&id, false).expect("a user");
    assert_eq!(emulator.open_sessions(), 1);
    let place = Place::beside(emulator, 1, "", false);
    pass(60.0).await;
    assert_eq!((place.emulator.open_sessions(), seen(&place, &id).set), (0, "Available"));
}

#[tokio::test(start_paused = true)]
async fn dry_run_writes_nothing() {
    let emulator = Arc::new(Emulator::new(Options::default()).expect("an emulator"));
    let place = Place::beside(emulator, 2, "", true);
    let (id, account) = anna(&place);
    pass(5.0).await;
    place.emulator.set_teams_status(&account, Some("Away/Away")).expect("a user");
    place.emulator.call(&id, true).expect("a user");
    pass(30.0).await;
    assert_eq!((place.emulator.open_sessions(), seen(&place, &id).set), (0, "Available"));
    let figures = place.view().figures;
    assert_eq!((figures.sessions_set, figures.statuses_set), (1, 1), "it would have");
    let written = |path: &str| path.contains("setPresence") || path.contains("/status");
    let log = place.emulator.log();
    assert!(!log.iter().any(|entry| written(&entry.path) && !entry.path.ends_with("/statuses")));
}

#[tokio::test(start_paused = true)]
async fn unsettable_status_becomes_the_nearest() {
    let state = r#"{"applications": [{"declared": {"application": ["Presence.ReadWrite.All", "User.ReadBasic.All"]},
        "granted": {"application": ["Presence.ReadWrite.All", "User.ReadBasic.All"]}, "secrets": [{}]}],
        "swyx": {"settable": ["Available", "Away", "DoNotDisturb"]}}"#;
    let options = Options::default().state(state).users(25);
    let emulator = Arc::new(Emulator::new(options).expect("an emulator"));
    let place = Place::beside(emulator, 2, "", false);
    let (id, account) = anna(&place);
    // A call in the first seconds might be an earlier run's session.
    pass(15.0).await;
    place.emulator.set_teams_status(&account, Some("Busy/InACall")).expect("a user");
    pass(5.0).await;
    assert_eq!(seen(&place, &id).set, "Away");
    assert_eq!(place.view().instead.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn added_and_removed_users_are_followed() {
    let place = Place::new(Options::default());
    pass(10.0).await;
    let before = place.view().headcount.expect("read");
    let (id, account) = anna(&place);
    place.emulator.call(&id, true).expect("a user");
    pass(2.0).await;
    assert_eq!(place.emulator.open_sessions(), 1);
    // Gone in Swyx: what is shown in Teams is taken back.
    place.emulator.remove_swyx_user(&id).expect("a user");
    pass(10.0).await;
    assert_eq!(place.emulator.open_sessions(), 0);
    assert_eq!(place.view().headcount.expect("read").matched, before.matched - 1);
    place.emulator.add_swyx_user("2001", "Anna Albrecht", Some(&account)).expect("a new id");
    pass(10.0).await;
    place.emulator.call("2001", true).expect("a user");
    pass(2.0).await;
    assert_eq!(shown(&place, &account), Some("Busy/InACall"));
    assert_eq!(place.view().headcount.expect("read").matched, before.matched);
}

#[tokio::test(start_paused = true)]
async fn settings_changes_apply_while_running() {
    let place = Place::new(Options::default());
    let (id, account) = anna(&place);
    place.emulator.set_teams_status(&account, Some("Busy/InAMeeting")).expect("a user");
    place.emulator.call(&id, true).expect("a user");
    pass(10.0).await;
    assert_eq!(place.emulator.open_sessions(), 1);
    let other = settings(&place.emulator, 1, "[sync.status]\n\"Busy/InAMeeting\" = \"DoNotDisturb\"\n");
    place.control(Control::Options(swyx_teams::sync::Options::of(&other))).await;
    pass(10.0).await;
    assert_eq!((place.emulator.open_sessions(), seen(&place, &id).set), (0, "DoNotDisturb"));
}

#[test]
fn emulator_has_the_expected_users() {
    let emulator = Emulator::new(Options::default()).expect("an emulator");
    assert_eq!(emulator.swyx_users()[0].1.as_deref(), Some(ANNA));
}
