//! Two rotations of one settings file, at once or one while the other waits. On one machine the program lets only one run at a time; where
//! two share a folder, nothing keeps them apart.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use swyx_teams::provision::{RotateRequest, Rotated};

use super::stage::{Ended, Stage};
use super::world::run_on_virtual_clock;

const ID: &str = "7d3f1c2a-5b6e-4a8d-9c0b-2e4f6a8c0d1e";
const TYPED: &str = "Abc8Q~the-first-one-of-all";
const NEW: RotateRequest = RotateRequest::New { again: false, remove_old: false };

/// A stage on which one secret is kept, and typed into Control Center.
fn stage(seed: u64, lag: Duration) -> Arc<Stage> {
    let secrets = json!([{"displayName": "SwyxServer", "value": TYPED}]);
    let application = json!({"appId": ID, "displayName": "SwyxMSTeamsPresenceSync", "secrets": secrets});
    let stage = Stage::new(seed, json!({"applications": [application]}).to_string(), 2, lag);
    let mut state = stage.state();
    state.client_id = Some(ID.to_owned());
    state.kept = Some(TYPED.to_owned());
    state.control_center = Some(TYPED.to_owned());
    drop(state);
    stage
}

fn kept_works(stage: &Stage) -> bool {
    let state = stage.state();
    state.kept.as_ref().is_some_and(|kept| stage.emulator.accepts(ID.parse().expect("an id"), kept))
}

#[tokio::test(start_paused = true)]
async fn losing_concurrent_rotation_removes_its_secret() {
    let stage = stage(0, Duration::ZERO);
    let (one, two) = tokio::join!(stage.rotate(NEW), stage.rotate(NEW));
    let (mut made, mut lost) = (0, Vec::new());
    for ended in [one, two] {
        match ended {
            Ended::Done(Rotated::Made { .. }) => made += 1,
            Ended::Failed(why) => lost.push(why),
            ended => panic!("{ended:?}"),
        }
    }
    assert_eq!((made, lost.len()), (1, 1));
    assert!(lost[0].contains("another secret was stored there in the meantime"), "{lost:?}");
    let breach = stage.state().breach.clone();
    assert_eq!((breach, kept_works(&stage)), (None, true));
    assert_eq!(stage.emulator.snapshot().applications[0].secrets.len(), 2);
}

/// The second takes the secret that the first is still trying for one that is left over. Control Center's goes on to work, and the next
/// run notices.
#[test]
fn concurrent_rotation_keeps_a_working_secret() {
    for seed in 0..200 {
        run_on_virtual_clock(async {
            let lag = Duration::from_secs(seed % 61);
            let stage = stage(seed, lag);
            let offset = Duration::from_millis(fastrand::u64(0..90_000));
            let later = async {
                tokio::time::sleep(offset).await;
                stage.rotate(NEW).await
            };
            let ended = tokio::join!(stage.rotate(NEW), later);
            tokio::time::sleep(lag).await;
            let next = stage.apply().await;
            let breach = stage.state().breach.clone();
            assert!(breach.is_none() && kept_works(&stage), "seed {seed}: {breach:?} {ended:?} {next:?}");
        });
    }
}
