//! The stage of one run after the other: a tenant, a settings file with a place for the secret, and a Control Center that knows a secret
//! because an administrator entered it.

use std::fmt::{Debug, Display};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use swyx_teams::emulator::{Emulator, Options};
use swyx_teams::entra::graph::Client;
use swyx_teams::entra::sign_in::{AdminSignIn, Administrators, Credential, TO_PROVISION};
use swyx_teams::http::{Deadline, Limits, Transport};
use swyx_teams::provision::{
    self, Applied, Installation, Patience, Plan, Progress, Provisioner, RotateRequest, Rotated, SecretStore,
    Step, plan,
};
use swyx_teams::secret::Secret;
use swyx_teams::settings::Wanted;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::invariants::{Foreign, breach};
use super::place::Place;
use super::storm::{Storm, Strike, Tally, Target};
use super::wire::Wire;
use crate::faults::fault;

/// What one seed plays on.
pub struct Stage {
    pub emulator: Emulator,
    pub lag: Duration,
    mode: u8,
    wall: Timestamp,
    began: Instant,
    killed: Notify,
    state: Mutex<State>,
}

/// What changes on it.
pub struct State {
    pub rng: Rng,
    pub storm: Storm,
    pub tally: Tally,
    is_killed: bool,
    /// The client id in the settings file.
    pub client_id: Option<String>,
    /// The secret in its place, those that were there before and need not be gone yet, and since when the place is as it is.
    pub kept: Option<String>,
    pub earlier: Vec<String>,
    pub since: Timestamp,
    /// The secret in Control Center.
    pub control_center: Option<String>,
    /// Secrets that others use.
    pub bystanders: Vec<String>,
    pub foreign: Vec<Foreign>,
    pub has_worked: bool,
    /// Requests that change something, so far.
    pub writes: usize,
    /// What did not hold at some moment; the first.
    pub breach: Option<String>,
    /// The events so far, to find the cause of a failure.
    pub story: Vec<String>,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ended<T> {
    Done(T),
    Failed(String),
    Killed,
}

impl Stage {
    /// A stage with a tenant in the form of a state file, whose replication lags.
    pub fn new(seed: u64, tenant: String, mode: u8, lag: Duration) -> Arc<Self> {
        // The pauses of the client have jitter out of this thread's random numbers.
        fastrand::seed(seed);
        let wall = Timestamp::now();
        let faults = vec![fault(&format!("replication-lag={}", lag.as_secs()))];
        let options = Options::default().state(tenant).faults(faults).seed(seed);
        let state = State {
            rng: Rng::with_seed(seed),
            storm: Storm::default(),
            tally: Tally::default(),
            is_killed: false,
            client_id: None,
            kept: None,
            earlier: Vec::new(),
            since: wall,
            control_center: None,
            bystanders: Vec::new(),
            foreign: Vec::new(),
            has_worked: false,
            writes: 0,
            breach: None,
            story: Vec::new(),
        };
        Arc::new(Self {
            emulator: Emulator::new(options).expect("a tenant"),
            lag,
            mode,
            wall,
            began: Instant::now(),
            killed: Notify::new(),
            state: Mutex::new(state),
        })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// The time by the emulator's clock, or a moment before.
    pub fn now(&self) -> Timestamp {
        self.wall + SignedDuration::try_from(self.began.elapsed()).expect("some hours at most")
    }

    /// What the settings file wants.
    pub fn wanted(&self) -> Wanted {
        let facts = self.emulator.facts();
        let id = self.state().client_id.clone();
        let id = id.map(|id| format!("MsTeamsClientId = \"{id}\"\n")).unwrap_or_default();
        let text = format!(
            "[control_center]\nMsTeamsStatusSyncMode = {}\nMsTeamsTenantId = \"{}\"\n{id}\
             MsTeamsClientSecret = {{ file = \"teams.secret\" }}\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n",
            self.mode, facts.tenant_id, facts.authority, facts.graph
        );
        swyx_teams::check::check_bytes("a.toml", text.into_bytes(), false).wanted().expect("no errors")
    }

    /// One run of the program: `work` with an administrator signed in, until it ends or is killed.
    pub async fn run<T: Debug, E: Display>(
        self: &Arc<Self>,
        work: impl AsyncFnOnce(&Provisioner<'_>, &mut Place) -> Result<T, E>,
    ) -> Ended<T> {
        self.state().is_killed = false;
        let (wanted, until) = (self.wanted(), Deadline::after(Duration::from_secs(600)));
        let installation = Installation::new("SWYX01", std::path::Path::new("/etc/swyx/north.toml"));
        let transport = Arc::new(Wire(Arc::clone(self))) as Arc<dyn Transport>;
        let token = AdminSignIn::Token(Secret::new(self.emulator.facts().admin_token.as_str()));
        let administrators = Administrators::new(token, TO_PROVISION, Duration::from_secs(60));
        let token =
            administrators.fetch_token(&wanted.access, Arc::clone(&transport)).await.expect("a token");
        let limits = Limits::default().until(until);
        let admin = Client::new(&wanted.access, Credential::Token(token), Arc::clone(&transport), limits);
        let reporter = RecordingReporter(self);
        let patience = Patience { until, progress: &reporter };
        let provisioner = Provisioner::new(&wanted, &installation, &admin, transport, patience);
        let mut place = Place(Arc::clone(self));
        let interrupt = self.state().storm.interrupt.take();
        let ended = tokio::select! {
            biased;
            () = self.was_killed() => Ended::Killed,
            () = tokio::time::sleep(interrupt.unwrap_or_default()), if interrupt.is_some() => {
                *self.state().tally.entry(Strike::Interrupt).or_default() += 1;
                Ended::Killed
            }
            done = work(&provisioner, &mut place) => match done {
                _ if self.state().is_killed => Ended::Killed,
                Ok(done) => Ended::Done(done),
                Err(error) => Ended::Failed(error.to_string()),
            },
        };
        // A kill that came at the very end was not waited for.
        self.state().is_killed = false;
        self.tell(format!("ended: {ended:?}"));
        ended
    }

    /// Lets a storm come up, by this stage's own random numbers.
    pub fn brew(&self) {
        let mut state = self.state();
        state.storm = Storm::of(&mut state.rng);
    }

    /// `apply`: the plan, and what came of it if it had steps.
    pub async fn apply(self: &Arc<Self>) -> Ended<(Plan, Option<Applied>)> {
        self.apply_with(provision::Options::default()).await
    }

    /// `apply` with its flags.
    pub async fn apply_with(self: &Arc<Self>, options: provision::Options) -> Ended<(Plan, Option<Applied>)> {
        self.run(async |provisioner, place| {
            let snapshot = provisioner.probe(place.stored()).await.map_err(|error| error.to_string())?;
            let plan = plan(provisioner.wanted, &snapshot, provisioner.installation, options);
            let plan = plan.map_err(|error| error.to_string())?;
            if plan.steps.is_empty() {
                return Ok((plan, None));
            }
            let applied =
                provisioner.apply(&plan, &snapshot, place).await.map_err(|error| error.to_string())?;
            Ok::<_, String>((plan, Some(applied)))
        })
        .await
    }

    /// `rotate`.
    pub async fn rotate(self: &Arc<Self>, request: RotateRequest) -> Ended<Rotated> {
        self.run(async |provisioner, place| {
            let snapshot = provisioner.probe(place.stored()).await?;
            provisioner.rotate(&snapshot, request, place).await
        })
        .await
    }

    /// Looks whether all is well, after something happened.
    pub fn look(&self, is_write: bool) {
        let snapshot = self.emulator.snapshot();
        let mut state = self.state();
        state.writes += usize::from(is_write);
        if let Some(breach) = breach(self, &snapshot, &mut state) {
            state.breach.get_or_insert(breach);
        }
    }

    /// Adds to the story.
    pub fn tell(&self, what: String) {
        let seconds = self.began.elapsed().as_secs_f64();
        self.state().story.push(format!("{seconds:8.3} {what}"));
    }

    /// A request, or an answer, on its way.
    pub async fn delay_message(&self) {
        let ms = self.state().rng.u64(20..200);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// The fault of a request, if any. A killed run waits forever.
    pub async fn strike(&self, target: Target<'_>) -> Option<Strike> {
        if self.state().is_killed {
            return self.kill().await;
        }
        let strike = self.strike_now(target);
        if strike == Some(Strike::KillBefore) { self.kill().await } else { strike }
    }

    /// What strikes, if anything does.
    pub fn strike_now(&self, target: Target<'_>) -> Option<Strike> {
        let mut state = self.state();
        let State { rng, storm, tally, .. } = &mut *state;
        let strike = storm.strike(target, rng);
        if let Some(strike) = strike {
            *tally.entry(strike).or_default() += 1;
        }
        drop(state);
        self.tell(format!("{target:?} {}", strike.map(|strike| format!("{strike:?}")).unwrap_or_default()));
        strike
    }

    /// Kills the run.
    pub fn kill_now(&self) {
        self.state().is_killed = true;
    }

    /// Waits for a kill of this run, and ignores that of an earlier run.
    async fn was_killed(&self) {
        while !self.state().is_killed {
            self.killed.notified().await;
        }
    }

    /// Kills the run, and never comes back to it.
    pub async fn kill<T>(&self) -> T {
        self.kill_now();
        self.killed.notify_one();
        std::future::pending().await
    }
}

/// Writes the story.
struct RecordingReporter<'a>(&'a Stage);

impl Progress for RecordingReporter<'_> {
    fn begin_step(&self, step: &Step) {
        self.0.tell(format!("begins: {step:?}"));
    }

    fn end_step(&self, _: &Step) {}

    fn report(&self, what: &str) {
        self.0.tell(what.to_owned());
    }

    fn report_wait(&self, why: &str, pause: Duration) {
        self.0.tell(format!("waits {} s: {why}", pause.as_secs()));
    }
}
