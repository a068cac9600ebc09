//! `rotate`, struck by whatever a seed holds, with a Control Center that learns each new secret sooner or later, or not before the next one.

use std::time::Duration;

use fastrand::Rng;
use swyx_teams::provision::{RotateRequest, Rotated};

use super::invariants::shortcoming;
use super::stage::{Ended, Stage};
use super::storm::{Storm, Tally};
use super::world::{Start, World, assert_struck, by_seeds};

/// What one seed comes to: how often what struck, or what did not hold.
async fn play(seed: u64) -> Result<Tally, String> {
    let mut rng = Rng::with_seed(seed ^ 0x0707);
    let start = if rng.bool() { Start::Portal } else { Start::Empty };
    let lag = if rng.u8(..4) == 0 { 0 } else { rng.u64(1..=60) };
    let world = World::new(seed, start, rng.u8(1..=2), Duration::from_secs(lag)).await;
    world.ends_with(struck(&world, &mut rng).await)
}

/// A new secret now, and the old one stays.
const NEW: RotateRequest = RotateRequest::New { again: false, remove_old: false };
/// A new secret although there is one that Control Center has to learn yet.
const AGAIN: RotateRequest = RotateRequest::New { again: true, remove_old: false };
/// A new secret, and the old one goes.
const AT_ONCE: RotateRequest = RotateRequest::New { again: false, remove_old: true };

async fn struck(world: &World, rng: &mut Rng) -> Result<(), String> {
    let stage = &world.stage;
    begin(world).await?;
    let has_control_center = rng.u8(..5) > 0;
    if has_control_center {
        let kept = stage.state().kept.clone();
        stage.state().control_center = kept;
        let request = if world.start == Start::Portal && rng.bool() { RotateRequest::IfDue } else { NEW };
        round(world, rng, request).await?;
        if rng.bool() {
            learn(stage);
        }
        if rng.bool() {
            too_soon(world).await?;
        }
        tidy(world, rng).await?;
        if rng.bool() {
            learn(stage);
        }
        if rng.bool() {
            let request = if rng.bool() { AGAIN } else { NEW };
            round(world, rng, request).await?;
            tidy(world, rng).await?;
        }
        learn(stage);
    } else {
        stage.state().control_center = None;
        round(world, rng, AT_ONCE).await?;
    }
    round(world, rng, RotateRequest::Finish).await?;
    // All that is not in use any more is gone, once everything was seen.
    tokio::time::sleep(stage.lag).await;
    rotate_until_done(world, RotateRequest::Finish).await?;
    stage.state().earlier.clear();
    shortcoming(stage, &world.end(0))?;
    tokio::time::sleep(stage.lag).await;
    let writes = stage.state().writes;
    rotate_until_done(world, RotateRequest::Finish).await?;
    match stage.apply().await {
        Ended::Done((plan, None)) if plan.steps.is_empty() && stage.state().writes == writes => Ok(()),
        ended => Err(format!("a run when all was done: {ended:?}")),
    }
}

/// A tenant in which all is well, and its first secret in Control Center.
async fn begin(world: &World) -> Result<(), String> {
    let ended = world.stage.apply().await;
    if !matches!(ended, Ended::Done(_)) {
        return Err(format!("it did not even begin: {ended:?}"));
    }
    tokio::time::sleep(world.stage.lag).await;
    shortcoming(&world.stage, &world.end(0))
}

/// Enters the stored secret into Control Center.
fn learn(stage: &Stage) {
    let kept = stage.state().kept.clone();
    stage.state().control_center = kept;
}

/// A run that is struck, now and then two, and then those that it takes.
async fn round(world: &World, rng: &mut Rng, request: RotateRequest) -> Result<(), String> {
    let stage = &world.stage;
    let storms = if rng.u8(..6) == 0 { 2 } else { 1 };
    for _ in 0..storms {
        stage.state().storm = Storm::of(rng);
        stage.rotate(request).await;
    }
    stage.state().storm = Storm::default();
    if rng.bool() {
        tokio::time::sleep(stage.lag).await;
    }
    rotate_until_done(world, request).await?;
    shortcoming(stage, &world.end(storms))
}

/// Repeats the run until it succeeds, and waits if nothing else helps.
async fn rotate_until_done(world: &World, request: RotateRequest) -> Result<Rotated, String> {
    let mut said = Vec::new();
    for _ in 0..4 {
        match world.stage.rotate(request).await {
            Ended::Done(done) => return Ok(done),
            Ended::Failed(why) => said.push(why),
            Ended::Killed => return Err("killed without a reason".to_owned()),
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    Err(format!("does not come to an end: {said:?}"))
}

/// An apply right after, while what was done is not seen everywhere: it makes no other secret.
async fn too_soon(world: &World) -> Result<(), String> {
    let stage = &world.stage;
    let kept = stage.state().kept.clone();
    match stage.apply().await {
        Ended::Done(_) if stage.state().kept == kept => Ok(()),
        ended => Err(format!("too soon: {ended:?}")),
    }
}

/// The next run, once all is seen, leaves nothing over.
async fn tidy(world: &World, rng: &mut Rng) -> Result<(), String> {
    let stage = &world.stage;
    tokio::time::sleep(stage.lag).await;
    if rng.bool() {
        rotate_until_done(world, NEW).await?;
    } else if let Ended::Failed(why) = stage.apply().await {
        return Err(why);
    }
    shortcoming(stage, &world.end(0))
}

#[test]
fn interrupted_rotate_is_completed_by_the_next() {
    assert_struck(&by_seeds(0..500, play), 15);
}

#[test]
fn interrupted_rotate_is_completed_by_the_next_for_other_seeds() {
    assert_struck(&by_seeds(500..1_000, play), 15);
}
