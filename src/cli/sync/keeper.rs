//! Keeps one tenant's synchronisation running: starts it, watches its files, and applies their changes.

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

/// The options that all tenants share.
pub(super) struct Plan {
    pub(super) is_dry_run: bool,
    pub(super) trust: Trust,
    pub(super) recorder: Recorder,
}

/// How often the files are checked for changes.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// The time limit for clearing sessions after the first signal.
pub(super) const CLEARING_LIMIT: Duration = Duration::from_secs(25);

/// One tenant.
pub(super) struct Keeper {
    path: PathBuf,
    plan: Arc<Plan>,
    state: Arc<State>,
    index: usize,
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
        let index = state.add(display(&path));
        let (stamp, loaded, refused) = match loaded {
            Ok(loaded) => (loaded.stamp.clone(), Some(loaded), None),
            Err(error) => (error.stamp, None, Some(error.brief)),
        };
        state.change(index, |tenant| {
            tenant.identity = loaded.as_ref().map(Loaded::identity);
            tenant.refused = refused;
        });
        Self { path, plan, state: Arc::clone(state), index, loaded, stamp, running: None }
    }

    /// Synchronises until stopped.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.start();
        let mut interval = tokio::time::interval(CHECK_INTERVAL);
        loop {
            tokio::select! {
                // Changes only once, when the process stops.
                _ = stop.changed() => return self.stop().await,
                _ = interval.tick() => {
                    self.report_read_budget();
                    if self.stamp.is_old() {
                        self.reload().await;
                    }
                }
            }
        }
    }

    /// Warns if there are too many users to read each as often as the settings say.
    fn report_read_budget(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        let mut budget = None;
        self.state.change(self.index, |tenant| {
            let users = tenant.view.as_ref().and_then(|view| view.read(|view| Some(view.headcount?.matched)));
            let found = users.and_then(|users| rules::check_read_budget(&loaded.settings, users));
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
        tracing::info!(file, tenant, mode = loaded.settings.mode.number(), "synchronisation started");
        let interval = Options::of(&loaded.settings).interval;
        self.state.change(self.index, |tenant| (tenant.interval, tenant.view) = (interval, Some(view)));
        let observer = self.plan.recorder.observer(self.plan.is_dry_run, &file);
        // With several tenants, each line names its tenant.
        let span = tracing::info_span!("settings", file);
        self.running = Some(Running {
            controller,
            task: tokio::spawn(run::run(site, channel, observer).instrument(span)),
        });
    }

    async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            // Sending fails only if the run has already ended.
            let _ = running.controller.send(Control::Stop).await;
            let task = running.task.abort_handle();
            // If Graph does not answer, the sessions expire without being cleared.
            if tokio::time::timeout(CLEARING_LIMIT, running.task).await.is_err() {
                task.abort();
            }
        }
    }

    /// Reloads changed files. Uses valid settings; reports invalid ones and keeps the previous ones.
    async fn reload(&mut self) {
        let (path, trust) = (self.path.clone(), self.plan.trust.clone());
        // A program may print a secret, which can take time.
        let loading = tokio::task::spawn_blocking(move || Loaded::load(&path, &trust)).await;
        // A panic is already reported; the files are checked again later.
        let Ok(loaded) = loading else { return };
        let loaded = loaded.and_then(|new| match self.state.claim(self.index, &new.identity()) {
            Ok(()) => Ok(new),
            Err(other) => Err(NotLoaded { stamp: new.stamp, ..NotLoaded::duplicate(&self.path, &other) }),
        });
        let file = display(&self.path);
        match loaded {
            Ok(new) => {
                self.stamp = new.stamp.clone();
                tracing::info!(file, "settings changed; the new settings are in use");
                self.state.change(self.index, |tenant| tenant.refused = None);
                self.use_settings(new).await;
            }
            Err(error) => {
                self.stamp = error.stamp;
                let then = if self.loaded.is_some() { "; the previous settings stay in use" } else { "" };
                tracing::error!(file, "settings changed, but cannot be used{then}: {}", error.brief);
                self.state.change(self.index, |tenant| tenant.refused = Some(error.brief));
            }
        }
    }

    async fn use_settings(&mut self, new: Loaded) {
        let old = self.loaded.replace(new);
        let Some(new) = &self.loaded else { return };
        match (&self.running, &old) {
            (Some(running), Some(old)) if old.can_hot_reload_to(new) && !running.task.is_finished() => {
                let client = old.has_other_secret(new).then(|| Control::Client(new.client()));
                let (options, users) = (Options::of(&new.settings), new.settings.users.clone());
                self.state.change(self.index, |tenant| tenant.interval = options.interval);
                let users = (users != old.settings.users).then_some(Control::Users(users));
                for control in client.into_iter().chain([Control::Options(options)]).chain(users) {
                    // If the run ends in the meantime, the next change restarts it.
                    let _ = running.controller.send(control).await;
                }
            }
            _ => {
                // The tenant, application or gateway changed: clear the sessions of the old one first.
                self.stop().await;
                self.start();
            }
        }
    }
}
