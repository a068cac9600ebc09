//! Keeps one tenant's synchronisation going: starts it, watches its files, and gives it what changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::load::{Loaded, NotLoaded, Stamp};
use super::record::Recorder;
use super::state::State;
use crate::cli::names::display;
use crate::rules;
use crate::secret::Trust;
use crate::sync::Options;
use crate::sync::run::{self, Control, Controller};

/// What is the same for all tenants.
pub(super) struct Plan {
    pub(super) is_dry_run: bool,
    pub(super) trust: Trust,
    pub(super) recorder: Recorder,
}

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Sessions are cleared for so long after the first signal.
pub(super) const CLEARING: Duration = Duration::from_secs(25);

/// One tenant.
pub(super) struct Keeper {
    path: PathBuf,
    plan: Arc<Plan>,
    state: Arc<State>,
    place: usize,
    loaded: Option<Loaded>,
    stamp: Stamp,
    running: Option<Running>,
}

struct Running {
    controller: Controller,
    task: JoinHandle<()>,
}

impl Keeper {
    pub(super) fn new(
        path: PathBuf,
        loaded: Result<Loaded, NotLoaded>,
        plan: Arc<Plan>,
        state: &Arc<State>,
    ) -> Self {
        let place = state.add(display(&path));
        let (stamp, loaded, refused) = match loaded {
            Ok(loaded) => (loaded.stamp.clone(), Some(loaded), None),
            Err(error) => (error.stamp, None, Some(error.brief)),
        };
        state.change(place, |tenant| {
            tenant.identity = loaded.as_ref().map(Loaded::identity);
            tenant.refused = refused;
        });
        Self { path, plan, state: Arc::clone(state), place, loaded, stamp, running: None }
    }

    /// Carries until it is to end.
    pub(super) async fn keep(mut self, mut stop: watch::Receiver<bool>) {
        self.start();
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                // It changes once, to the end.
                _ = stop.changed() => return self.stop().await,
                _ = look.tick() => {
                    self.say_budget();
                    if self.stamp.is_old() {
                        self.reload().await;
                    }
                }
            }
        }
    }

    /// Says, once the users are counted, whether they can be read as often as the settings want.
    fn say_budget(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        let mut budget = None;
        self.state.change(self.place, |tenant| {
            let users = tenant.view.as_ref().and_then(|view| view.read(|view| Some(view.headcount?.matched)));
            let found = users.and_then(|users| rules::read_budget(&loaded.settings, users));
            let text = found.map(|found| {
                [Some(found.message), found.help].into_iter().flatten().collect::<Vec<_>>().join("; ")
            });
            if tenant.read_budget != text {
                budget.clone_from(&text);
                tenant.read_budget = text;
            }
        });
        if let Some(text) = budget {
            tracing::warn!(file = self.path.display().to_string(), "read-budget: {text}");
        }
    }

    fn start(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        let Some(site) = loaded.site(self.plan.is_dry_run) else { return };
        let (controller, view, channel) = run::channel();
        let file = display(&self.path);
        let tenant = loaded.identity().tenant;
        tracing::info!(file, tenant, mode = loaded.settings.mode.number(), "the synchronisation begins");
        let interval = Options::of(&loaded.settings).interval;
        self.state.change(self.place, |place| (place.interval, place.view) = (interval, Some(view)));
        let observer = self.plan.recorder.observer(self.plan.is_dry_run, &file);
        // Of many tenants' lines, each says whose it is.
        let span = tracing::info_span!("settings", file);
        self.running = Some(Running {
            controller,
            task: tokio::spawn(run::run(site, channel, observer).instrument(span)),
        });
    }

    async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            // It fails only if the run has already ended.
            let _ = running.controller.send(Control::Stop).await;
            let task = running.task.abort_handle();
            // If Graph does not answer, sessions end by themselves, so there is no reason to wait longer.
            if tokio::time::timeout(CLEARING, running.task).await.is_err() {
                task.abort();
            }
        }
    }

    /// The files changed: what checks clean is used, what does not is said, and what was used before goes on.
    async fn reload(&mut self) {
        let (path, trust) = (self.path.clone(), self.plan.trust.clone());
        // A secret may be printed by a program, which takes its time.
        let loading = tokio::task::spawn_blocking(move || Loaded::load(&path, &trust)).await;
        // A panic there has been said already, and the files are looked at again.
        let Ok(loaded) = loading else { return };
        let loaded = loaded.and_then(|new| match self.state.claim(self.place, &new.identity()) {
            Ok(()) => Ok(new),
            Err(other) => Err(NotLoaded { stamp: new.stamp, ..NotLoaded::twin(&self.path, &other) }),
        });
        let file = display(&self.path);
        match loaded {
            Ok(new) => {
                self.stamp = new.stamp.clone();
                tracing::info!(file, "the settings changed, and are used");
                self.state.change(self.place, |tenant| tenant.refused = None);
                self.take(new).await;
            }
            Err(error) => {
                self.stamp = error.stamp;
                let then = if self.loaded.is_some() { "; those before stay in use" } else { "" };
                tracing::error!(file, "the settings changed, and cannot be used{then}: {}", error.brief);
                self.state.change(self.place, |tenant| tenant.refused = Some(error.brief));
            }
        }
    }

    async fn take(&mut self, new: Loaded) {
        let old = self.loaded.replace(new);
        let Some(new) = &self.loaded else { return };
        match (&self.running, &old) {
            (Some(running), Some(old)) if old.can_hot_reload_to(new) && !running.task.is_finished() => {
                let client = old.has_other_secret(new).then(|| Control::Client(new.client()));
                let (options, users) = (Options::of(&new.settings), new.settings.users.clone());
                self.state.change(self.place, |tenant| tenant.interval = options.interval);
                let users = (users != old.settings.users).then_some(Control::Users(users));
                for control in client.into_iter().chain([Control::Options(options)]).chain(users) {
                    // A run that ends meanwhile is restarted at the next change.
                    let _ = running.controller.send(control).await;
                }
            }
            _ => {
                // Another tenant, application or gateway: sessions of the old ones are cleared first.
                self.stop().await;
                self.start();
            }
        }
    }
}
