//! `apply` with the faults of a seed, and then repeated until it succeeds.

use std::time::Duration;

use super::invariants::shortcoming;
use super::stage::Ended;
use super::storm::{Storm, Tally};
use super::world::{World, assert_struck, by_seeds, consent};

/// What one seed comes to: how often what struck, or what did not hold.
async fn play(seed: u64) -> Result<Tally, String> {
    let world = World::of(seed).await;
    world.ends_with(struck(&world).await)
}

async fn struck(world: &World) -> Result<(), String> {
    let stage = &world.stage;
    let (storms, is_patient) = {
        let mut state = stage.state();
        (if state.rng.u8(..6) == 0 { 3 } else { 1 }, state.rng.bool())
    };
    for _ in 0..storms {
        stage.brew();
        stage.apply().await;
    }
    stage.state().storm = Storm::default();
    if is_patient {
        tokio::time::sleep(stage.lag).await;
    }
    let too_many = storms;
    again(world, too_many).await?;
    // The next run, once all of it is seen, leaves nothing over; and what it removed is seen for a while.
    tokio::time::sleep(stage.lag).await;
    again(world, 0).await?;
    tokio::time::sleep(stage.lag).await;
    let writes = stage.state().writes;
    match stage.apply().await {
        Ended::Done((plan, None)) if plan.steps.is_empty() && stage.state().writes == writes => Ok(()),
        ended => Err(format!("a run when all was done: {ended:?}")),
    }
}

/// Repeats the run until it succeeds: waits if nothing else helps, and lets an authorised administrator grant the permissions.
async fn again(world: &World, too_many: usize) -> Result<(), String> {
    let stage = &world.stage;
    let mut said = Vec::new();
    for _ in 0..4 {
        match stage.apply().await {
            Ended::Done((_, Some(applied))) if !applied.not_granted.is_empty() => consent(stage).await,
            Ended::Done(_) => return shortcoming(stage, &world.end(too_many)),
            Ended::Failed(why) => said.push(why),
            Ended::Killed => return Err("killed without a reason".to_owned()),
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    Err(format!("does not come to an end: {said:?}"))
}

#[test]
fn interrupted_apply_is_completed_by_the_next() {
    assert_struck(&by_seeds(0..500, play), 15);
}

#[test]
fn interrupted_apply_is_completed_by_the_next_for_other_seeds() {
    assert_struck(&by_seeds(500..1_000, play), 15);
}
