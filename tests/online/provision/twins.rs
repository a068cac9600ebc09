//! Programs that do it wrong, each with an obvious procedure: the invariants of the rotation detect them.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;
use swyx_teams::entra::GraphError;
use swyx_teams::entra::graph::{Change, Client};
use swyx_teams::entra::snapshot::objects::Application;
use swyx_teams::provision::{Provisioner, RotateRequest, SecretStore};
use swyx_teams::secret::Secret;

use super::invariants::shortcoming;
use super::place::Place;
use super::stage::Ended;
use super::storm::Storm;
use super::world::{Start, World, run_on_virtual_clock};

/// How a secret is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Procedure {
    /// As the product does it.
    Right,
    /// The old one is removed before there is a new one.
    RemovesFirst,
    /// Removes the old secret as soon as there is a new, untested one.
    RemovesUnproven,
    /// Where no answer comes, the request for a secret is sent again.
    AddsBlindly,
    /// Whatever is not kept is cleaned up.
    CleansAll,
}

const SEEDS: u64 = 60;

/// What did not hold, for how many seeds.
fn caught(play: impl AsyncFn(u64) -> Result<(), String>) -> Vec<String> {
    (0..SEEDS).filter_map(|seed| run_on_virtual_clock(play(seed)).err()).collect()
}

/// A rotation that is struck, again until it is done, and one run more.
async fn rotated(procedure: Procedure, seed: u64) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    let world = World::new(seed, Start::Empty, 2, Duration::from_secs(rng.u64(0..=60))).await;
    let stage = &world.stage;
    stage.apply().await;
    tokio::time::sleep(stage.lag).await;
    let kept = stage.state().kept.clone();
    stage.state().control_center = kept;
    stage.state().storm = Storm::of(&mut rng);
    rotate(&world, procedure).await;
    stage.state().storm = Storm::default();
    tokio::time::sleep(stage.lag).await;
    for _ in 0..3 {
        if matches!(rotate(&world, procedure).await, Ended::Done(())) {
            break;
        }
    }
    let played = shortcoming(stage, &world.end(1));
    tokio::time::sleep(stage.lag).await;
    stage.apply().await;
    world.ends_with(played.and_then(|()| shortcoming(stage, &world.end(0)))).map(|_| ())
}

async fn rotate(world: &World, procedure: Procedure) -> Ended<()> {
    let work = async |provisioner: &Provisioner<'_>, place: &mut Place| {
        let snapshot = provisioner.probe(place.stored()).await.map_err(|error| error.to_string())?;
        if procedure == Procedure::Right {
            let request = RotateRequest::New { again: false, remove_old: false };
            let rotated = provisioner.rotate(&snapshot, request, place).await;
            return rotated.map(|_| ()).map_err(|error| error.to_string());
        }
        let (_, application) = snapshot.objects.application.as_ref().ok_or("no application")?;
        let replaced = replace(procedure, provisioner.admin, application, place).await;
        replaced.map_err(|error| error.to_string())
    };
    world.stage.run(work).await
}

/// Replaces the secret of an application by a wrong procedure.
async fn replace(
    procedure: Procedure,
    admin: &Client,
    application: &Application,
    place: &mut Place,
) -> Result<(), GraphError> {
    let path = |action: &str| format!("/applications/{}/{action}", application.id);
    let remove = async |old: bool| {
        for secret in application.secrets.iter().filter(|secret| (secret.may_be_ours == Some(true)) == old) {
            admin.change(&Change::post(path("removePassword"), json!({"keyId": secret.key_id}))).await?;
        }
        Ok::<_, GraphError>(())
    };
    match procedure {
        Procedure::RemovesFirst => remove(true).await?,
        Procedure::CleansAll => remove(false).await?,
        _ => {}
    }
    let add = Change::post(path("addPassword"), json!({"passwordCredential": {"displayName": "twin"}}));
    let added = match procedure {
        Procedure::AddsBlindly => admin.change(&add).await?,
        _ => admin.change_once(&add).await?,
    };
    if procedure == Procedure::RemovesUnproven {
        remove(true).await?;
    }
    let secret = Secret::new(added["secretText"].as_str().unwrap_or_default());
    // A secret that cannot be stored is treated like an interrupted run.
    let _ = place.store_secret(&secret, &place.stored());
    Ok(())
}

/// An application made without a unique name, again where no answer comes.
async fn created(seed: u64) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    let world = World::new(seed, Start::Empty, 2, Duration::from_secs(rng.u64(0..=60))).await;
    world.stage.state().storm = Storm::of(&mut rng);
    for _ in 0..2 {
        let work = async |provisioner: &Provisioner<'_>, place: &mut Place| {
            let snapshot = provisioner.probe(place.stored()).await.map_err(|error| error.to_string())?;
            if snapshot.objects.application.is_some() {
                return Ok(());
            }
            let body = json!({"displayName": provisioner.wanted.name(), "signInAudience": "AzureADMyOrg"});
            let made = provisioner.admin.change(&Change::post("/applications", body)).await;
            made.map(|_| ()).map_err(|error| error.to_string())
        };
        world.stage.run(work).await;
        world.stage.state().storm = Storm::default();
    }
    world.ends_with(Ok(())).map(|_| ())
}

#[test]
fn correct_implementation_passes() {
    assert_eq!(caught(async |seed| rotated(Procedure::Right, seed).await), [""; 0]);
}

#[test]
fn wrong_implementations_are_detected() {
    let found = |procedure, words: &str| {
        let caught = caught(async |seed| rotated(procedure, seed).await);
        let count = caught.iter().filter(|why| why.starts_with(words)).count();
        assert!(count > SEEDS as usize / 10, "{procedure:?}: {count} of {SEEDS} seeds; {caught:?}");
    };
    found(Procedure::RemovesFirst, "Control Center's secret does not work");
    found(Procedure::RemovesUnproven, "Control Center's secret does not work");
    found(Procedure::AddsBlindly, "1 secrets too many");
    found(Procedure::CleansAll, "Control Center's secret does not work");
    let caught = caught(created);
    assert!(caught.iter().any(|why| why.starts_with("2 applications")), "{caught:?}");
}
