//! Single decisions of the engine, step by step.

use std::time::Duration;

use swyx_teams::settings::{Mode, SwyxStatus};
use swyx_teams::swyx::UserStatus;
use swyx_teams::sync::engine::{Action, Command, Engine, Event, Failure, Link, Outcome, Reading, Version};
use swyx_teams::sync::{Moment, Options};
use uuid::Uuid;

/// An engine with some users, who are Available and in no call according to the gateway.
struct Bench {
    engine: Engine,
    now: Moment,
    sequence: u64,
    /// What was sent and not answered yet.
    open: Vec<Command>,
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

impl Bench {
    fn new(users: usize, requests: u16) -> Self {
        Self::of(Mode::BothWays, users, requests)
    }

    fn of(mode: Mode, users: usize, requests: u16) -> Self {
        let options = Options::new(mode, seconds(4.0), seconds(600.0), requests);
        let mut bench = Self {
            engine: Engine::new(options),
            now: Moment::at(seconds(1.0)),
            sequence: 0,
            open: Vec::new(),
        };
        let link =
            |number: usize| Link { swyx: number.to_string().into(), teams: Uuid::from_u128(number as u128) };
        bench.step(Event::Users((0..users).map(link).collect()));
        let all = (0..users).map(|user| bench.status(user, false)).collect();
        bench.step(Event::AllStatuses(all));
        bench
    }

    fn status(&mut self, user: usize, in_call: bool) -> UserStatus {
        self.sequence += 1;
        let status = Some(if in_call { SwyxStatus::Speaking } else { SwyxStatus::Available });
        UserStatus::new(user.to_string(), status, in_call, self.sequence)
    }

    fn step(&mut self, event: Event) {
        let commands = self.engine.step(event, self.now);
        self.open.extend(commands);
    }

    /// A call of these users begins or ends.
    fn call(&mut self, users: impl IntoIterator<Item = usize>, begins: bool) {
        let statuses = users.into_iter().map(|user| self.status(user, begins)).collect();
        self.step(Event::Statuses(statuses));
    }

    /// Advances the time, while the gateway reports no change.
    fn pass(&mut self, time: f64) {
        self.now = self.now + seconds(time);
        self.step(Event::Statuses(Vec::new()));
    }

    /// Answers every reading with this presence, and every write with success.
    fn answer(&mut self, presence: &str) {
        for command in std::mem::take(&mut self.open) {
            self.answer_one(command, presence);
        }
    }

    fn answer_one(&mut self, command: Command, presence: &str) {
        let (availability, activity) = presence.split_once('/').expect("a pair");
        let pair = self.engine.pair(availability, activity);
        let outcome = match &command.action {
            Action::Read(users) => {
                let reading = |user: &u32| Reading::new(*user, pair, Version::default());
                Outcome::Read(users.iter().map(reading).collect())
            }
            _ => Outcome::Done,
        };
        self.step(Event::Answered(command, outcome));
    }

    fn fail(&mut self, failure: Failure) {
        for command in std::mem::take(&mut self.open) {
            self.step(Event::Answered(command, Outcome::Failed(failure)));
        }
    }

    /// What is under way, but for readings.
    fn writes(&self) -> Vec<&Action> {
        self.open
            .iter()
            .map(|command| &command.action)
            .filter(|action| !matches!(action, Action::Read(_)))
            .collect()
    }
}

const LIFE: Duration = Duration::from_secs(600);

#[test]
fn a_call_is_set_renewed_and_cleared() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    assert_eq!(bench.writes(), [&Action::Set(0, LIFE)]);
    bench.answer("Busy/InACall");
    let mut renewals = 0;
    for _ in 0..1_000 {
        bench.pass(4.0);
        renewals += bench.writes().len();
        assert!(bench.writes().iter().all(|action| **action == Action::Renew(0, LIFE)));
        bench.answer("Busy/InACall");
    }
    assert!((8..=11).contains(&renewals), "{renewals} in 4,000 s");
    bench.call([0], false);
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
    bench.answer("Busy/InACall");
    // The own session is never read as a call, not even shortly after its end.
    bench.pass(4.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), Vec::<&Action>::new());
    // But later it is.
    bench.pass(11.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::Speaking)]);
}

#[test]
fn only_the_newest_state_is_sent() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    let first = bench.open.clone();
    // While the first is under way, the call ends and begins again, and again.
    for begins in [false, true, false, true, false] {
        bench.call([0], begins);
    }
    assert_eq!(bench.open, first);
    bench.answer("Available/Available");
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
    bench.answer("Available/Available");
    assert_eq!(bench.writes(), Vec::<&Action>::new());
}

#[test]
fn clears_go_before_new_calls_before_renewals() {
    let mut bench = Bench::new(100, 100);
    bench.answer("Available/Available");
    bench.call(0..60, true);
    while !bench.writes().is_empty() {
        bench.answer("Busy/InACall");
        bench.pass(1.0);
    }
    // All of them are to be renewed, and some ended; others began. There are not places enough for all at once.
    bench.now = bench.now + seconds(500.0);
    let mut news = (60..100).map(|user| bench.status(user, true)).collect::<Vec<_>>();
    news.extend((0..20).map(|user| bench.status(user, false)).collect::<Vec<_>>());
    bench.step(Event::Statuses(news));
    let order = |action: &Action| match action {
        Action::Clear(_) => 0,
        Action::Set(..) => 1,
        _ => 2,
    };
    let mut sent = Vec::new();
    for _ in 0..200 {
        sent.extend(bench.writes().into_iter().map(order));
        bench.answer("Busy/InACall");
        bench.pass(1.0);
    }
    let cleared = sent.iter().position(|order| *order != 0).expect("more");
    assert_eq!(cleared, 20, "{sent:?}");
    let set = sent.iter().filter(|order| **order == 1).count();
    assert!(set >= 40, "{sent:?}");
}

#[test]
fn nothing_is_renewed_while_the_gateway_is_silent() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    bench.answer("Available/Available");
    for _ in 0..300 {
        bench.now = bench.now + seconds(4.0);
        bench.step(Event::Tick);
        assert_eq!(bench.writes(), Vec::<&Action>::new());
        bench.answer("Available/Available");
    }
    // The gateway answers again, and the call continues.
    bench.pass(0.1);
    assert_eq!(bench.writes(), [&Action::Set(0, LIFE)]);
}

#[test]
fn lost_session_is_set_again_once() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    bench.answer("Busy/InACall");
    bench.pass(4.0);
    bench.answer("Busy/InACall");
    bench.pass(4.0);
    bench.answer("Available/Available");
    assert_eq!(bench.writes(), [&Action::Renew(0, LIFE)]);
    // A manually set status stays.
    for _ in 0..50 {
        bench.answer("Available/Available");
        bench.pass(4.0);
        assert_eq!(bench.writes(), Vec::<&Action>::new());
    }
}

#[test]
fn rejected_write_is_retried_after_one_then_two_minutes() {
    let mut bench = Bench::new(2, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    let mut tries = Vec::new();
    for second in 0..600 {
        if !bench.writes().is_empty() {
            tries.push(second);
            bench.fail(Failure::Refused);
        }
        bench.answer("Available/Available");
        bench.pass(1.0);
    }
    assert_eq!(tries.len(), 4, "{tries:?}");
    let pauses = tries.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
    assert!(
        pauses.iter().zip([60, 120, 240]).all(|(pause, wanted)| (wanted..wanted + 3).contains(pause)),
        "{pauses:?}"
    );
}

#[test]
fn requested_pauses_of_graph_are_respected() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.pass(4.0);
    bench.fail(Failure::Wait(seconds(20.0)));
    bench.call([0], true);
    for _ in 0..19 {
        bench.pass(1.0);
        assert_eq!(bench.open, Vec::new());
    }
    bench.pass(1.1);
    assert_eq!(bench.writes(), [&Action::Set(0, LIFE)]);
}

#[test]
fn older_reading_is_ignored_unless_it_persists() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    let mut read = |presence: &str, version: &str| {
        bench.pass(4.0);
        let (availability, activity) = presence.split_once('/').expect("a pair");
        let pair = bench.engine.pair(availability, activity);
        let command = bench.open.remove(0);
        let readings = vec![Reading::new(0, pair, Version::of(version))];
        bench.step(Event::Answered(command, Outcome::Read(readings)));
        let set = bench.writes().first().is_some_and(|action| matches!(action, Action::SetStatus(..)));
        bench.answer(presence);
        set
    };
    assert!(read("Busy/Busy", "A0010"));
    assert!(!read("DoNotDisturb/DoNotDisturb", "A0009"));
    // Away, as before.
    assert!(!read("BeRightBack/BeRightBack", "A0011"));
    // Graph restarts its counter: after a while, the new numbers are accepted.
    let believed = (0..6).map(|_| read("DoNotDisturb/DoNotDisturb", "A0001")).collect::<Vec<_>>();
    assert_eq!(believed.iter().filter(|set| **set).count(), 1, "{believed:?}");
}

#[test]
fn stop_ends_reading_and_clears_sessions() {
    let mut bench = Bench::new(3, 1_500);
    bench.answer("Available/Available");
    bench.call([0, 1], true);
    bench.answer("Busy/InACall");
    bench.step(Event::Stop);
    let mut cleared = bench.writes().into_iter().cloned().collect::<Vec<_>>();
    cleared.sort_by_key(|action| format!("{action:?}"));
    assert_eq!(cleared, [Action::Clear(0), Action::Clear(1)]);
    assert!(!bench.engine.has_ended());
    bench.call([2], true);
    bench.answer("Busy/InACall");
    assert!(bench.engine.has_ended() && bench.open.is_empty());
}

#[test]
fn users_missing_from_a_snapshot_have_no_call() {
    let mut bench = Bench::new(3, 1_500);
    bench.answer("Available/Available");
    bench.call([0, 1, 2], true);
    bench.answer("Busy/InACall");
    // The gateway restarts, and has only two of them.
    let all = vec![bench.status(1, true), bench.status(2, true)];
    bench.step(Event::AllStatuses(all));
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
}

#[test]
fn snapshot_without_half_of_the_users_clears_nothing_for_15_minutes() {
    for present in 0..=2 {
        let mut bench = Bench::new(4, 1_500);
        bench.answer("Available/Available");
        bench.call(0..4, true);
        bench.answer("Busy/InACall");
        let mut cleared = Vec::new();
        for second in 0..920 {
            if second % 30 == 0 {
                let all = (0..present).map(|user| bench.status(user, true)).collect();
                bench.step(Event::AllStatuses(all));
            }
            let clears = bench.writes().into_iter().filter(|action| matches!(action, Action::Clear(_)));
            cleared.extend(clears.map(|_| second));
            bench.answer("Busy/InACall");
            bench.pass(1.0);
        }
        assert_eq!(cleared.len(), 4 - present, "{cleared:?}");
        assert!(cleared.iter().all(|second| (899..=901).contains(second)), "{cleared:?}");
    }
    // If the missing users come back, nothing is cleared.
    let mut bench = Bench::new(4, 1_500);
    bench.answer("Available/Available");
    bench.call(0..4, true);
    bench.answer("Busy/InACall");
    bench.step(Event::AllStatuses(Vec::new()));
    assert_eq!(bench.engine.figures(bench.now).absent, 4);
    bench.call(0..4, true);
    assert_eq!(bench.engine.figures(bench.now).absent, 0);
    for _ in 0..1_000 {
        assert!(bench.writes().iter().all(|action| !matches!(action, Action::Clear(_))));
        bench.answer("Busy/InACall");
        bench.pass(1.0);
    }
}

#[test]
fn removed_and_added_user_keeps_the_session() {
    let link = |swyx: &str, teams: u128| Link { swyx: swyx.into(), teams: Uuid::from_u128(teams) };
    let mut bench = Bench::new(2, 1_500);
    bench.answer("Available/Available");
    // No earlier run left a session that shows only now.
    bench.pass(11.0);
    bench.answer("Available/Available");
    bench.call([0], true);
    bench.answer("Busy/InACall");
    bench.step(Event::Users(vec![link("1", 1)]));
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
    // Under another id in Swyx, while that is under way: nothing overtakes it.
    bench.step(Event::Users(vec![link("7", 0), link("1", 1)]));
    let all = vec![bench.status(7, true), bench.status(1, false)];
    bench.step(Event::AllStatuses(all));
    // The status behind the new call is unknown, so it is set.
    assert_eq!(bench.writes(), [&Action::Clear(0), &Action::SetStatus(0, SwyxStatus::Available)]);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::Set(0, LIFE)]);
    bench.answer("Busy/InACall");
    // And what is read of the session is no call of his in Teams; of the other it is one.
    bench.call([7], false);
    bench.answer("Busy/InACall");
    bench.pass(4.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::SetStatus(1, SwyxStatus::Speaking)]);
}

#[test]
fn failing_writes_of_one_user_do_not_delay_others() {
    let mut bench = Bench::new(3, 1_500);
    bench.answer("Available/Available");
    bench.call([0], true);
    let mut tries = 0;
    for second in 0..300 {
        if let Some(bad) = bench.open.iter().position(|command| {
            command.action == Action::Set(0, LIFE) || command.action == Action::Renew(0, LIFE)
        }) {
            tries += 1;
            let command = bench.open.remove(bad);
            bench.step(Event::Answered(command, Outcome::Failed(Failure::Outage)));
        }
        // Another's call is sent at once, whenever it comes.
        bench.call([1], second % 2 == 0);
        let is_sent =
            bench.writes().iter().any(|action| matches!(action, Action::Set(1, _) | Action::Clear(1)));
        assert!(is_sent, "at {second} s");
        let others = std::mem::take(&mut bench.open).into_iter().partition::<Vec<_>, _>(|command| {
            matches!(command.action, Action::Set(0, _) | Action::Renew(0, _))
        });
        bench.open = others.1;
        bench.answer("Available/Available");
        bench.open.extend(others.0);
        bench.pass(1.0);
    }
    assert!((20..=60).contains(&tries), "{tries}");
}

#[test]
fn late_session_of_an_earlier_run_is_cleared() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.pass(4.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
    bench.answer("Available/Available");
    // What is seen so after a while is the user's own.
    bench.pass(11.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::Speaking)]);
}

#[test]
fn refused_status_waits_while_others_are_set() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    let mut tries = Vec::new();
    for second in 0..300 {
        // Do not disturb cannot be set for this user.
        while let Some(at) = bench
            .open
            .iter()
            .position(|command| command.action == Action::SetStatus(0, SwyxStatus::DoNotDisturb))
        {
            tries.push(second);
            let command = bench.open.remove(at);
            bench.step(Event::Answered(command, Outcome::Failed(Failure::StatusRefused)));
        }
        bench.answer("DoNotDisturb/DoNotDisturb");
        bench.pass(1.0);
    }
    let pauses = tries.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
    assert!(
        pauses.iter().zip([60, 120]).all(|(pause, wanted)| (wanted..wanted + 3).contains(pause)),
        "{tries:?}"
    );
    assert!(tries.len() >= 3, "{tries:?}");
    // Another status is set with the next reading.
    bench.pass(4.0);
    bench.answer("Away/Away");
    assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::Away)]);
    bench.answer("Away/Away");
    // Other capabilities end the pause.
    bench.pass(4.0);
    bench.answer("DoNotDisturb/DoNotDisturb");
    assert_eq!(bench.writes(), Vec::<&Action>::new());
    bench.step(Event::Settable(vec![SwyxStatus::Available, SwyxStatus::DoNotDisturb]));
    assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::DoNotDisturb)]);
}

#[test]
fn rejected_list_is_split_until_the_id_is_found() {
    let bad = 77;
    let mut bench = Bench::new(650, 1_500);
    let mut lists = Vec::new();
    for _ in 0..100 {
        for command in std::mem::take(&mut bench.open) {
            let Action::Read(users) = &command.action else {
                bench.step(Event::Answered(command, Outcome::Done));
                continue;
            };
            lists.push(users.len());
            let outcome = if users.contains(&bad) {
                Outcome::Failed(Failure::ListRefused)
            } else {
                let pair = bench.engine.pair("Available", "Available");
                let reading = |user: &u32| Reading::new(*user, pair, Version::default());
                Outcome::Read(users.iter().map(reading).collect())
            };
            bench.step(Event::Answered(command, outcome));
        }
        bench.pass(0.2);
    }
    // Two lists on each of ten levels, then the others together.
    assert!(lists.len() <= 30, "{lists:?}");
    let figures = bench.engine.figures(bench.now);
    assert_eq!((figures.left_out, figures.graph_is_out), (1, false));
    assert_eq!(lists.last(), Some(&649));
    // It is tried again alone, and read with the others after that.
    bench.open.clear();
    let mut tried = Vec::new();
    for second in 0..1_000 {
        let lists = bench.open.iter().filter_map(|command| match &command.action {
            Action::Read(users) if users.contains(&bad) => Some((second, users.len())),
            _ => None,
        });
        tried.extend(lists);
        bench.answer("Available/Available");
        bench.pass(1.0);
    }
    assert_eq!(tried.first().map(|(_, users)| *users), Some(1));
    assert_eq!(tried.last().map(|(_, users)| *users), Some(650));
    assert!(tried[0].0 >= 870 && bench.engine.figures(bench.now).left_out == 0, "{tried:?}");
}

#[test]
fn rejection_of_every_list_is_an_outage_and_leaves_nobody_out_for_long() {
    let mut bench = Bench::new(650, 1_500);
    let mut lists = 0;
    for _ in 0..100 {
        lists += bench.open.len();
        bench.fail(Failure::ListRefused);
        bench.pass(1.0);
    }
    assert!(lists < 100, "{lists}");
    let figures = bench.engine.figures(bench.now);
    assert!(figures.graph_is_out && figures.left_out < 10, "{figures:?}");
}

#[test]
fn odd_presence_is_counted_and_changes_nothing() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Away/Away");
    bench.answer("Away/Away");
    for _ in 0..3 {
        bench.pass(4.0);
        bench.answer("/");
        assert_eq!(bench.writes(), Vec::<&Action>::new());
    }
    let figures = bench.engine.figures(bench.now);
    assert_eq!((figures.unreadable, figures.unreadable_users, figures.unknown), (3, 1, 0));
    bench.pass(4.0);
    bench.answer("Available/Available");
    assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::Available)]);
    assert_eq!(bench.engine.figures(bench.now).unreadable_users, 0);
}

#[test]
fn calls_are_written_while_only_readings_fail() {
    let mut bench = Bench::new(3, 1_500);
    bench.answer("Available/Available");
    for second in 0..600 {
        let (readings, writes) = std::mem::take(&mut bench.open)
            .into_iter()
            .partition::<Vec<_>, _>(|command| matches!(command.action, Action::Read(_)));
        bench.open = readings;
        bench.fail(Failure::Outage);
        for command in writes {
            bench.step(Event::Answered(command, Outcome::Done));
        }
        bench.pass(0.5);
        bench.open.retain(|command| !matches!(command.action, Action::Renew(..)));
        bench.call([second % 3], second / 3 % 2 == 0);
        let is_sent =
            bench.writes().iter().any(|action| matches!(action, Action::Set(..) | Action::Clear(_)));
        assert!(is_sent, "at {second}");
        bench.pass(0.5);
    }
    assert!(bench.engine.figures(bench.now).graph_is_out);
}

#[test]
fn writes_wait_while_readings_and_writes_fail_and_follow_at_once() {
    let mut bench = Bench::new(3, 1_500);
    bench.answer("Available/Available");
    for _ in 0..30 {
        bench.pass(1.0);
        bench.fail(Failure::Outage);
    }
    bench.call([0, 1, 2], true);
    let mut writes = 0;
    for _ in 0..900 {
        writes += bench.writes().len();
        bench.fail(Failure::Outage);
        bench.pass(1.0);
    }
    // All three at first, then one every 90 s.
    assert!((10..=14).contains(&writes), "{writes}");
    let mut set = 0;
    for _ in 0..7 {
        set += bench.writes().len();
        bench.answer("Available/Available");
        bench.pass(1.0);
    }
    assert!(set >= 3, "{set}");
}

#[test]
fn oldest_reading_counts_users_who_were_never_read() {
    let options = Options::new(Mode::BothWays, seconds(4.0), seconds(600.0), 1_500);
    let mut engine = Engine::new(options);
    let at = |time: f64| Moment::at(seconds(time));
    // Before there are users, the time since the start counts.
    assert_eq!(engine.figures(at(70.0)).oldest_reading, Some(seconds(70.0)));
    engine.step(Event::Users(Vec::new()), at(80.0));
    assert_eq!(engine.figures(at(90.0)).oldest_reading, Some(Duration::ZERO));
    let link = |number: u128| Link { swyx: number.to_string().into(), teams: Uuid::from_u128(number) };
    engine.step(Event::Users(vec![link(1)]), at(100.0));
    assert_eq!(engine.figures(at(130.0)).oldest_reading, Some(seconds(30.0)));
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Available/Available");
    bench.pass(3.0);
    let all = vec![link(0), link(1)];
    bench.step(Event::Users(all));
    bench.fail(Failure::Outage);
    bench.pass(20.0);
    assert_eq!(bench.engine.figures(bench.now).oldest_reading, Some(seconds(23.0)));
}

#[test]
fn call_in_teams_at_the_start_is_believed_after_graph_has_no_session() {
    for mode in [Mode::BothWays, Mode::FromTeams] {
        for first in ["Busy/InACall", "Available/Available"] {
            let mut bench = Bench::of(mode, 1, 1_500);
            bench.answer(first);
            let began = bench.now;
            let mut set = None;
            while set.is_none() && bench.now.since(began) < seconds(20.0) {
                for command in std::mem::take(&mut bench.open) {
                    match command.action {
                        Action::Clear(_) => bench.step(Event::Answered(command, Outcome::NoSession)),
                        Action::SetStatus(0, SwyxStatus::Speaking) => set = Some(bench.now),
                        _ => bench.answer_one(command, "Busy/InACall"),
                    }
                }
                bench.pass(0.1);
            }
            // At most one interval until it is seen, and less than a second for the doubt.
            let took = set.expect("it is set").since(began);
            assert!(took < seconds(5.0), "{mode:?} {first}: {took:?}");
            assert_eq!(bench.engine.figures(bench.now).sessions_cleared, 0);
        }
    }
}

#[test]
fn session_of_an_earlier_run_is_cleared_in_mode_1() {
    let mut bench = Bench::of(Mode::FromTeams, 1, 1_500);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), [&Action::Clear(0)]);
    bench.answer("Available/Available");
    for _ in 0..20 {
        bench.pass(1.0);
        assert_eq!(bench.writes(), Vec::<&Action>::new());
        bench.answer("Available/Available");
    }
}

#[test]
fn mode_1_without_the_permission_to_clear_believes_calls() {
    let mut bench = Bench::of(Mode::FromTeams, 3, 1_500);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes().len(), 3);
    bench.fail(Failure::Refused);
    bench.pass(0.5);
    bench.answer("Busy/InACall");
    let speaking = [0, 1, 2].map(|user| Action::SetStatus(user, SwyxStatus::Speaking));
    assert_eq!(bench.writes(), speaking.iter().collect::<Vec<_>>());
    // That is no problem, since it is not needed.
    assert_eq!(bench.engine.figures(bench.now).refused, 0);
}

#[test]
fn doubt_stays_if_an_earlier_attempt_may_have_cleared_the_session() {
    let mut bench = Bench::new(1, 1_500);
    bench.answer("Busy/InACall");
    bench.fail(Failure::Outage);
    bench.pass(5.0);
    for command in std::mem::take(&mut bench.open) {
        match command.action {
            Action::Clear(_) => bench.step(Event::Answered(command, Outcome::NoSession)),
            _ => bench.answer_one(command, "Busy/InACall"),
        }
    }
    // A store may lag behind the attempt.
    bench.pass(4.0);
    bench.answer("Busy/InACall");
    assert_eq!(bench.writes(), Vec::<&Action>::new());
}

#[test]
fn first_reading_replaces_available_but_not_a_manual_status() {
    let all = [SwyxStatus::Available, SwyxStatus::Away, SwyxStatus::DoNotDisturb, SwyxStatus::Speaking];
    for shown in all {
        let mut bench = Bench::new(1, 1_500);
        let first = UserStatus::new("0", Some(shown), false, 100);
        bench.step(Event::AllStatuses(vec![first]));
        bench.answer("Busy/InAConferenceCall");
        let is_by_hand = matches!(shown, SwyxStatus::Away | SwyxStatus::DoNotDisturb);
        let is_set = bench.writes() == [&Action::SetStatus(0, SwyxStatus::Speaking)];
        assert_eq!(is_set, !is_by_hand && shown != SwyxStatus::Speaking, "{shown:?}");
        if is_by_hand {
            // A change in Teams counts.
            bench.pass(4.0);
            bench.answer("Available/Available");
            assert_eq!(bench.writes(), [&Action::SetStatus(0, SwyxStatus::Available)], "{shown:?}");
        }
    }
}

#[test]
fn first_reading_during_a_call_waits_for_the_status_behind_it() {
    for (behind, after, is_set) in [
        (SwyxStatus::Available, "Away/Away", true),
        (SwyxStatus::Available, "Busy/InAMeeting", true),
        (SwyxStatus::DoNotDisturb, "Busy/InAMeeting", false),
    ] {
        let mut bench = Bench::of(Mode::FromTeams, 1, 1_500);
        bench.call([0], true);
        bench.answer("Away/Away");
        bench.pass(4.0);
        bench.answer("Away/Away");
        assert_eq!(bench.writes(), Vec::<&Action>::new());
        bench.step(Event::Statuses(vec![UserStatus::new("0", Some(behind), false, 100)]));
        bench.pass(4.0);
        bench.answer(after);
        assert_eq!(bench.writes() == [&Action::SetStatus(0, SwyxStatus::Away)], is_set);
    }
}

#[test]
fn user_who_is_read_out_of_turn_holds_up_no_others() {
    let mut bench = Bench::new(650, 1_500);
    let [command] = &bench.open[..] else { panic!("{:?}", bench.open) };
    let order = command.action.users().to_vec();
    bench.answer("Available/Available");
    // The first one of the list is in a call that may be a session of an earlier run.
    bench.pass(4.0);
    let command = bench.open.pop().expect("the next reading");
    let (call, other) = (bench.engine.pair("Busy", "InACall"), bench.engine.pair("Available", "Available"));
    let pair = |user: u32| if user == order[0] { call } else { other };
    let readings = order.iter().map(|user| Reading::new(*user, pair(*user), Version::default()));
    let outcome = Outcome::Read(readings.collect());
    bench.step(Event::Answered(command, outcome));
    assert_eq!(bench.writes(), [&Action::Clear(order[0])]);
    // That doubt ends only shortly before the next reading of all, and the user is read again.
    bench.pass(2.0);
    let command = bench.open.pop().expect("the attempt to clear it");
    bench.step(Event::Answered(command, Outcome::NoSession));
    let mut lists = Vec::new();
    for _ in 0..8 {
        bench.pass(0.3);
        lists.extend(bench.open.iter().map(|command| command.action.users().len()));
        bench.answer("Available/Available");
    }
    assert_eq!(lists, [1, 650]);
}
