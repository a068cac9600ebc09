//! The runs.

use super::driver::Run;
use super::plan::Plan;
use super::wrong::{Brain, Fault};

/// The default number of seeds.
const SEEDS: u64 = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn both_sides_agree_after_any_faults() {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(SEEDS),
    };
    let (mut readings, mut statuses, mut sessions, mut failures) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for seed in seeds {
        let plan = Plan::of(seed);
        let run =
            || std::panic::AssertUnwindSafe(Run::new(&plan, |plan| Brain::new(plan, Fault::None)).judged());
        let Ok(judge) = std::panic::catch_unwind(run) else {
            wrong.push(seed);
            continue;
        };
        let figures = judge.figures.expect("it runs");
        assert_eq!(figures.left_out, usize::from(plan.faults.bad_id), "seed {seed}");
        assert!(!plan.faults.odd_presence || figures.unreadable > 0 || plan.users == 1, "seed {seed}");
        readings += figures.readings;
        statuses += figures.statuses_set;
        sessions += figures.sessions_set;
        failures += figures.failed + figures.throttled;
    }
    assert!(wrong.is_empty(), "wrong, as said above: seeds {wrong:?}");
    // Runs in which nothing happens would prove nothing; one alone may be such a run.
    let is_alone = number("SEED").is_some();
    assert!(is_alone || (readings > 1_000 && statuses > 20 && sessions > 5 && failures > 50));
}

/// Tries a wrong engine until it is caught.
fn catch(make: fn(&Plan) -> Brain, within: u64) {
    let is_caught = (0..within).any(|seed| {
        let plan = Plan::of(seed);
        let run = std::panic::AssertUnwindSafe(|| drop(Run::new(&plan, make).judged()));
        std::panic::catch_unwind(run).is_err()
    });
    assert!(is_caught, "not caught within {within} seeds");
}

#[test]
fn engine_that_treats_a_status_as_a_call_is_detected() {
    catch(|plan| Brain::new(plan, Fault::EchoFromSwyx), 30);
}

#[test]
fn engine_that_treats_its_session_as_a_call_is_detected() {
    catch(|plan| Brain::new(plan, Fault::EchoFromTeams), 30);
}

#[test]
fn engine_that_renews_nothing_is_detected() {
    catch(|plan| Brain::new(plan, Fault::NoRenewal), 30);
}

#[test]
fn engine_that_takes_every_answer_as_a_success_is_detected() {
    catch(|plan| Brain::new(plan, Fault::EveryAnswer), 30);
}

#[test]
fn engine_that_holds_back_a_user_for_one_status_is_detected() {
    catch(|plan| Brain::new(plan, Fault::HoldsUser), 30);
}

#[test]
fn engine_that_drops_a_list_for_one_user_is_detected() {
    catch(|plan| Brain::new(plan, Fault::AllOrNothing), 30);
}

#[test]
fn engine_that_overwrites_manual_statuses_at_the_start_is_detected() {
    catch(|plan| Brain::new(plan, Fault::OverwritesAtStart), 200);
}

#[test]
fn engine_that_writes_the_oldest_first_is_detected() {
    catch(|plan| Brain::new(plan, Fault::OldestFirst), 30);
}

#[test]
fn engine_that_only_uses_events_is_detected() {
    catch(|plan| Brain::new(plan, Fault::EdgesOnly), 60);
}
