//! The synchronisation with faults. No user stays in a call.

use std::sync::Arc;
use std::time::Duration;

use swyx_teams::emulator::{Emulator, Fault, Options};

use super::place::{Place, pass};

/// An emulated site with so many users, all of them Available.
fn site(users: u32, faults: Vec<Fault>) -> Arc<Emulator> {
    let options = Options::default().users(users).faults(faults).enforce_limits(true);
    let emulator = Emulator::new(options).expect("an emulator");
    for (_, account) in emulator.swyx_users() {
        let account = account.expect("an address");
        emulator.set_teams_status(&account, Some("Available/Available")).expect("a user");
    }
    Arc::new(emulator)
}

/// Whether Teams shows this user in a call.
fn shown(place: &Place, account: &str) -> bool {
    let (availability, activity) = place.emulator.presence(account).expect("a user");
    (availability.as_str(), activity.as_str()) == ("Busy", "InACall")
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_sessions_expire() {
    let place = Place::beside(site(30, Vec::new()), 2, "[sync]\nsession_minutes = 5\n", false);
    pass(5.0).await;
    let users = place.emulator.swyx_users();
    users.iter().for_each(|(id, _)| place.emulator.call(id, true).expect("a user"));
    pass(200.0).await;
    assert_eq!(place.emulator.open_sessions(), users.len());
    place.kill();
    pass(5.0 * 60.0 + 30.0).await;
    assert_eq!(place.emulator.open_sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn next_run_clears_sessions_of_a_killed_run() {
    let place = Place::beside(site(30, Vec::new()), 2, "", false);
    pass(5.0).await;
    let users = place.emulator.swyx_users();
    users.iter().for_each(|(id, _)| place.emulator.call(id, true).expect("a user"));
    pass(10.0).await;
    place.kill();
    users.iter().skip(10).for_each(|(id, _)| place.emulator.call(id, false).expect("a user"));
    let next = Place::beside(Arc::clone(&place.emulator), 2, "", false);
    pass(60.0).await;
    assert_eq!(next.emulator.open_sessions(), 10);
    // None of them was taken for a call in Teams.
    assert!(users.iter().all(|(id, _)| next.emulator.swyx_status(id).expect("a user").set == "Available"));
}

#[tokio::test(start_paused = true)]
async fn stop_clears_a_thousand_sessions_within_25_seconds() {
    let place = Place::beside(site(1_001, Vec::new()), 2, "", false);
    pass(10.0).await;
    let users = place.emulator.swyx_users();
    users.iter().for_each(|(id, _)| place.emulator.call(id, true).expect("a user"));
    pass(60.0).await;
    assert!(place.emulator.open_sessions() >= 1_000);
    let emulator = Arc::clone(&place.emulator);
    let took = place.stop().await;
    assert_eq!(emulator.open_sessions(), 0);
    assert!(took <= Duration::from_secs(25), "{took:?}");
    assert!(emulator.log().iter().all(|entry| entry.status != 429), "the limit was kept");
}

#[tokio::test(start_paused = true)]
async fn both_sides_agree_despite_all_faults() {
    let faults = [
        "throttle=0.05",
        "unavailable=0.1",
        "drop-request=0.02",
        "drop-reply=0.02",
        "expired-token=0.05",
        "html-body=0.05",
    ];
    let faults = faults.map(|fault| fault.parse().expect("a fault")).to_vec();
    let place = Place::beside(site(40, faults), 2, "", false);
    pass(30.0).await;
    let users = place.emulator.swyx_users();
    let mut random = fastrand::Rng::with_seed(7);
    let presences = ["Available/Available", "Busy/InAMeeting", "DoNotDisturb/DoNotDisturb", "Away/Away"];
    let statuses = ["Available", "Away", "DoNotDisturb", "Away"];
    let mut last = vec![0; users.len()];
    let mut calls = vec![false; users.len()];
    for _ in 0..600 {
        let user = random.usize(..users.len());
        if random.bool() {
            calls[user] = !calls[user];
            place.emulator.call(&users[user].0, calls[user]).expect("a user");
        } else {
            last[user] = random.usize(..presences.len());
            let account = users[user].1.clone().expect("an address");
            place.emulator.set_teams_status(&account, Some(presences[last[user]])).expect("a user");
        }
        pass(1.0).await;
    }
    calls
        .iter()
        .zip(&users)
        .filter(|(is_call, _)| **is_call)
        .for_each(|(_, (id, _))| place.emulator.call(id, false).expect("a user"));
    // The faults go on, so it takes a few sweeps more.
    pass(120.0).await;
    assert_eq!(place.emulator.open_sessions(), 0);
    for (user, (id, _)) in users.iter().enumerate() {
        assert_eq!(place.emulator.swyx_status(id).expect("a user").set, statuses[last[user]], "{id}");
    }
    let figures = place.view().figures;
    assert!(figures.failed > 50 && figures.throttled > 10, "{figures:?}");
}

#[tokio::test(start_paused = true)]
async fn captive_portal_is_reported_and_calls_are_repaired_within_30_seconds() {
    let place = Place::beside(site(10, Vec::new()), 2, "", false);
    pass(10.0).await;
    let users = place.emulator.swyx_users();
    place.emulator.call(&users[0].0, true).expect("a user");
    pass(2.0).await;
    place.emulator.set_faults(&["portal=1".parse::<Fault>().expect("a fault")]);
    place.emulator.call(&users[0].0, false).expect("a user");
    place.emulator.call(&users[1].0, true).expect("a user");
    pass(60.0).await;
    let problems = place.view().problems;
    for topic in ["cannot read the presences in Teams", "cannot set \"In a call\" in Teams"] {
        let why = problems.iter().find(|(known, _)| *known == topic).map(|(_, why)| why.as_str());
        assert!(why.is_some_and(|why| why.contains("captive portal")), "{topic}: {why:?}");
    }
    place.emulator.set_faults(&[]);
    pass(30.0).await;
    let in_a_call = |user: usize| {
        let account = users[user].1.as_deref().expect("an address");
        shown(&place, account)
    };
    assert_eq!((in_a_call(0), in_a_call(1), place.emulator.open_sessions()), (false, true, 1));
    assert_eq!(place.view().problems, Vec::new());
}

#[tokio::test(start_paused = true)]
async fn refused_status_holds_back_only_this_status() {
    let place = Place::beside(site(10, Vec::new()), 2, "", false);
    pass(10.0).await;
    let (id, account) = place.emulator.swyx_users().remove(0);
    let account = account.expect("an address");
    let capabilities = || {
        let log = place.emulator.log();
        log.iter().filter(|entry| entry.path.ends_with("/v1/capabilities")).count()
    };
    let before = capabilities();
    place.emulator.set_faults(&["refuse-status=1".parse::<Fault>().expect("a fault")]);
    place.emulator.set_teams_status(&account, Some("DoNotDisturb/DoNotDisturb")).expect("a user");
    pass(10.0).await;
    assert_eq!(place.emulator.swyx_status(&id).expect("a user").set, "Available");
    assert_eq!((capabilities(), place.view().figures.refused), (before + 1, 1));
    place.emulator.set_faults(&[]);
    place.emulator.set_teams_status(&account, Some("Away/Away")).expect("a user");
    pass(5.0).await;
    assert_eq!(place.emulator.swyx_status(&id).expect("a user").set, "Away");
}

#[tokio::test(start_paused = true)]
async fn odd_presences_cost_only_themselves() {
    let place = Place::beside(site(700, vec!["odd-presence=0.2".parse().expect("a fault")]), 2, "", false);
    pass(10.0).await;
    for (_, account) in place.emulator.swyx_users() {
        place.emulator.set_teams_status(&account.expect("an address"), Some("Away/Away")).expect("a user");
    }
    pass(60.0).await;
    let is_away = |id: &str| place.emulator.swyx_status(id).expect("a user").set == "Away";
    assert!(place.emulator.swyx_users().iter().all(|(id, _)| is_away(id)));
    let view = place.view();
    assert!(view.figures.unreadable > 1_000 && view.figures.unreadable_users > 50, "{:?}", view.figures);
    let topics = view.problems.iter().map(|(topic, _)| *topic).collect::<Vec<_>>();
    assert_eq!(topics, ["some presences in Teams are unreadable"]);
    place.emulator.set_faults(&[]);
    pass(10.0).await;
    assert_eq!((place.view().figures.unreadable_users, place.view().problems), (0, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn user_whose_id_is_rejected_is_left_out_alone() {
    let place = Place::beside(site(700, vec!["reject-user=100".parse().expect("a fault")]), 2, "", false);
    pass(20.0).await;
    for (_, account) in place.emulator.swyx_users() {
        place.emulator.set_teams_status(&account.expect("an address"), Some("Away/Away")).expect("a user");
    }
    pass(10.0).await;
    let is_away = |id: &str| place.emulator.swyx_status(id).expect("a user").set == "Away";
    let others = place.emulator.swyx_users().iter().filter(|(id, _)| !is_away(id)).count();
    assert_eq!((others, place.view().figures.left_out), (1, 1));
    let why = place.view().problems;
    assert_eq!(
        why.iter().map(|(topic, _)| *topic).collect::<Vec<_>>(),
        ["some users are left out for 15 minutes"]
    );
    assert!(!place.view().figures.graph_is_out);
    place.emulator.set_faults(&[]);
    pass(16.0 * 60.0).await;
    let others = place.emulator.swyx_users().iter().filter(|(id, _)| !is_away(id)).count();
    assert_eq!((others, place.view().figures.left_out), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn calls_reach_teams_within_three_seconds_although_the_stream_is_cut() {
    for seconds in [20, 5, 1] {
        let fault = format!("cut-stream={seconds}").parse().expect("a fault");
        let place = Place::beside(site(10, vec![fault]), 2, "", false);
        pass(6.0).await;
        let users = place.emulator.swyx_users();
        let mut random = fastrand::Rng::with_seed(seconds);
        for call in 0..200 {
            let (id, account) = &users[call % users.len()];
            for begins in [true, false] {
                place.emulator.call(id, begins).expect("a user");
                pass(3.0).await;
                let is_shown = shown(&place, account.as_deref().expect("an address"));
                assert_eq!(is_shown, begins, "call {call}, cut every {seconds} s");
                pass(3.0 * random.f64()).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stream_is_reopened_at_once_after_ten_seconds_and_statuses_are_read_in_the_meantime() {
    let place = Place::beside(site(10, vec!["cut-stream=20".parse().expect("a fault")]), 2, "", false);
    pass(1_000.0).await;
    let log = place.emulator.log();
    let count = |end: &str| log.iter().filter(|entry| entry.path.ends_with(end)).count();
    // 20 s each; all statuses are read only at the start.
    assert!((50..=52).contains(&count("/v1/events")), "{}", count("/v1/events"));
    assert!(count("/v1/statuses") <= 330, "{}", count("/v1/statuses"));
    assert_eq!(count("/v1/capabilities"), 1);
}

#[tokio::test(start_paused = true)]
async fn lost_lists_of_users_end_no_calls() {
    let place = Place::beside(site(20, Vec::new()), 2, "", false);
    pass(10.0).await;
    let users = place.emulator.swyx_users();
    users.iter().for_each(|(id, _)| place.emulator.call(id, true).expect("a user"));
    pass(5.0).await;
    let before = place.view().headcount;
    place.emulator.set_faults(&["lose-users=1".parse::<Fault>().expect("a fault")]);
    place.emulator.restart_gateway();
    pass(600.0).await;
    assert_eq!((place.emulator.open_sessions(), place.view().headcount), (users.len(), before));
    let topics = place.view().problems.into_iter().map(|(topic, _)| topic).collect::<Vec<_>>();
    assert_eq!(topics, ["a list of users may be incomplete"]);
    place.emulator.set_faults(&[]);
    // The lists are read again every 30 seconds.
    pass(40.0).await;
    assert_eq!((place.emulator.open_sessions(), place.view().problems), (users.len(), Vec::new()));
    assert_eq!(place.view().figures.sessions_cleared, 0);
    // If they stay empty, they are used after a quarter of an hour.
    place.emulator.set_faults(&["lose-users=1".parse::<Fault>().expect("a fault")]);
    place.emulator.restart_gateway();
    pass(16.0 * 60.0).await;
    assert_eq!(place.emulator.open_sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn users_are_read_again_after_a_restart_and_after_an_unknown_user() {
    let place = Place::beside(site(10, Vec::new()), 2, "", false);
    pass(10.0).await;
    let lists = |place: &Place| {
        let log = place.emulator.log();
        log.iter().filter(|entry| entry.path.ends_with("/v1/users")).count()
    };
    let matched = |place: &Place| place.view().headcount.expect("read").matched;
    let (before, matched_before) = (lists(&place), matched(&place));
    place.emulator.restart_gateway();
    pass(10.0).await;
    assert_eq!(lists(&place), before + 1);
    // The event about the removed user is lost, so only the attempt to set the status shows it.
    let (id, account) = place.emulator.swyx_users().remove(0);
    place.emulator.set_faults(&["lose-event=1".parse::<Fault>().expect("a fault")]);
    place.emulator.remove_swyx_user(&id).expect("a user");
    let account = account.expect("an address");
    place.emulator.set_teams_status(&account, Some("Away/Away")).expect("a user");
    pass(10.0).await;
    assert_eq!((lists(&place), matched(&place)), (before + 2, matched_before - 1));
}

#[tokio::test(start_paused = true)]
async fn silence_is_told_apart_from_unusable_answers() {
    let place = Place::beside(site(10, Vec::new()), 2, "", false);
    pass(10.0).await;
    for (fault, is_graph_out, is_gateway_out, is_silent) in [
        ("drop-request=1", true, true, true),
        ("html-body=1", true, true, false),
        ("unavailable=1", true, true, false),
        ("expired-token=1", true, false, false),
        ("portal=1", true, false, false),
    ] {
        place.emulator.set_faults(&[fault.parse::<Fault>().expect("a fault")]);
        pass(40.0).await;
        let view = place.view();
        let seen = view.figures;
        assert_eq!((seen.graph_is_out, seen.gateway_is_out), (is_graph_out, is_gateway_out), "{fault}");
        assert_eq!(seen.graph_is_silent, is_silent, "{fault}: {:?}", view.problems);
        assert_eq!(seen.gateway_is_silent, is_silent && is_gateway_out, "{fault}: {:?}", view.problems);
        assert!(view.problems.iter().all(|(_, why)| !why.is_empty()) && !view.problems.is_empty());
        place.emulator.set_faults(&[]);
        pass(60.0).await;
        assert_eq!(place.view().problems, Vec::new(), "after {fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn restarted_gateway_is_followed_again() {
    let place = Place::beside(site(10, Vec::new()), 2, "", false);
    pass(10.0).await;
    let users = place.emulator.swyx_users();
    place.emulator.call(&users[0].0, true).expect("a user");
    pass(2.0).await;
    place.emulator.restart_gateway();
    place.emulator.call(&users[0].0, false).expect("a user");
    place.emulator.call(&users[1].0, true).expect("a user");
    pass(10.0).await;
    assert_eq!(place.emulator.open_sessions(), 1);
    place.emulator.call(&users[1].0, false).expect("a user");
    pass(2.0).await;
    assert_eq!(place.emulator.open_sessions(), 0);
}
