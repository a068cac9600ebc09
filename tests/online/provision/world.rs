//! What a seed begins with, and the running of many seeds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::invariants::End;
use super::stage::Stage;
use super::storm::{Strike, Tally};

/// How a seed begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With a tenant that does not have the application.
    Empty,
    /// With one in which the administrator may not consent.
    NoConsent,
    /// With an application made in the portal, whose id and secret the settings hold.
    Portal,
    /// With one made in the portal that the settings do not name, but by its display name.
    ByName,
}

/// A stage, and what it has to look like in the end.
pub struct World {
    pub stage: Arc<Stage>,
    pub start: Start,
    granted: Vec<&'static str>,
    declared: Vec<&'static str>,
}

const APPLICATION: &str = "c2b7f0d8-94e1-4a36-8c5d-1f6e3b7a9d20";
/// Control Center's secret, and that of another system.
const TYPED: &str = "Ctr8Q~typed-into-control-center-by-hand01";
const OTHERS: &str = "Oth8Q~of-another-system-altogether-000002";
const ELSEWHERE: &str = "00000002-0000-0ff1-ce00-000000000000";

impl World {
    /// What `seed` begins with.
    pub async fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x5eed);
        let start = rng.choice([Start::Empty, Start::Empty, Start::NoConsent, Start::Portal, Start::ByName]);
        let lag = if rng.u8(..4) == 0 { 0 } else { rng.u64(1..=60) };
        Self::new(seed, start.expect("one of them"), rng.u8(1..=2), Duration::from_secs(lag)).await
    }

    pub async fn new(seed: u64, start: Start, mode: u8, lag: Duration) -> Self {
        let needed = ["Presence.ReadWrite.All", "Presence.Read.All"][usize::from(mode == 1)];
        let (mut granted, mut declared) =
            (vec![needed, "User.ReadBasic.All"], vec![needed, "User.ReadBasic.All"]);
        let tenant = match start {
            Start::Empty => json!({}),
            Start::NoConsent => json!({"policies": {"consentForbidden": true}}),
            Start::Portal | Start::ByName => {
                granted.push("Mail.Read");
                declared.push("Mail.Read");
                json!({"applications": [{
                    "appId": APPLICATION, "displayName": "SwyxMSTeamsPresenceSync",
                    "secrets": [{"displayName": "SwyxServer", "value": TYPED, "endsInDays": 10}, {"displayName": "backup", "value": OTHERS}],
                    "declared": {"application": ["Mail.Read"], "delegated": ["User.Read"]},
                    "granted": {"application": ["Mail.Read"]},
                }]})
            }
        };
        let stage = Stage::new(seed, tenant.to_string(), mode, lag);
        if matches!(start, Start::Portal | Start::ByName) {
            declare_elsewhere(&stage).await;
            let mut state = stage.state();
            state.control_center = Some(TYPED.to_owned());
            state.bystanders.push(OTHERS.to_owned());
            let foreign = ELSEWHERE.parse::<Uuid>().expect("an id");
            state.foreign.push((foreign, foreign, "Role"));
            if start == Start::Portal {
                state.client_id = Some(APPLICATION.to_owned());
                state.kept = Some(TYPED.to_owned());
            }
        }
        Self { stage, start, granted, declared }
    }

    /// What a play comes to: how often what struck, or what did not hold, and how that came about.
    pub fn ends_with(&self, played: Result<(), String>) -> Result<Tally, String> {
        let state = self.stage.state();
        match state.breach.clone().map_or(played, Err) {
            Ok(()) => Ok(state.tally.clone()),
            Err(why) => {
                let (start, lag) = (self.start, self.stage.lag.as_secs());
                Err(format!("{why}\n  {start:?}, a lag of {lag} s\n  {}", state.story.join("\n  ")))
            }
        }
    }

    /// What it has to look like in the end.
    pub fn end(&self, too_many: usize) -> End<'_> {
        End { granted: &self.granted, declared: &self.declared, too_many }
    }
}

/// Lets the application declare a permission on another resource.
async fn declare_elsewhere(stage: &Stage) {
    let path = format!("/applications(appId='{APPLICATION}')");
    let read = graph(stage, "GET", &path, Value::Null).await;
    let mut all = read["requiredResourceAccess"].as_array().expect("a list").clone();
    all.push(json!({"resourceAppId": ELSEWHERE, "resourceAccess": [{"id": ELSEWHERE, "type": "Role"}]}));
    graph(stage, "PATCH", &path, json!({"requiredResourceAccess": all})).await;
}

/// A call of Graph past everything that strikes.
pub async fn graph(stage: &Stage, method: &str, path: &str, body: Value) -> Value {
    let facts = stage.emulator.facts();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", facts.graph))
        .header("authorization", format!("Bearer {}", facts.admin_token))
        .header("content-type", "application/json");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = stage.emulator.answer(request.body(Vec::from(body)).expect("a request")).await;
    assert!(answer.status().is_success(), "{method} {path}: {}", answer.status());
    let body = answer.into_body().bytes().await.expect("a body");
    serde_json::from_slice(&body).unwrap_or_default()
}

/// One who may consents to what the application declares, in a browser.
pub async fn consent(stage: &Stage) {
    let facts = stage.emulator.facts();
    let id = stage.state().client_id.clone().expect("kept before anything is granted");
    let address = format!("{}/{}/adminconsent?client_id={id}", facts.authority, facts.tenant_id);
    let request = http::Request::get(address).body(Vec::new()).expect("a request");
    stage.emulator.answer(request).await;
    stage.look(false);
}

/// Plays many seeds, each on a clock of its own. Gives how often each strike fell.
///
/// # Panics
/// Panics with the failed seeds.
pub fn by_seeds(seeds: Range<u64>, play: impl AsyncFn(u64) -> Result<Tally, String>) -> Tally {
    let (mut tally, mut failed) = (BTreeMap::new(), Vec::new());
    // One seed alone: SEED=167 cargo test --test online provision
    let only = std::env::var("SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    for seed in seeds.filter(|seed| only.is_none_or(|only| only == *seed)) {
        match run_on_virtual_clock(play(seed)) {
            Ok(struck) => {
                struck.into_iter().for_each(|(strike, count)| *tally.entry(strike).or_default() += count)
            }
            Err(why) => failed.push(format!("seed {seed}: {why}")),
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed[..failed.len().min(5)].join("\n"));
    tally
}

/// That each strike fell at least `times` times: what never struck was not withstood.
pub fn assert_struck(tally: &Tally, times: u32) {
    let struck = |strike: &Strike| tally.get(strike).is_some_and(|count| *count >= times);
    assert!(std::env::var_os("SEED").is_some() || Strike::ALL.iter().all(struck), "{tally:?}");
}

/// Runs a future on a clock that moves only when nothing else does.
pub fn run_on_virtual_clock<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}
