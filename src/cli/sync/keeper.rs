//! Keeps one tenant's synchronisation running: starts it, watches its files, and applies their changes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::load::{Loaded, Loader, NotLoaded, Stamp};
use super::meter::Meter;
use super::pace::Pace;
use super::record::Recorder;
use super::state::{Identity, State};
use crate::cli::names::display;
use crate::rules;
use crate::sync::Options;
use crate::sync::run::{self, Control, Controller};

/// The options and resources that all tenants share.
pub(super) struct Plan {
    pub(super) is_dry_run: bool,
    pub(super) loader: Loader,
    pub(super) recorder: Recorder,
    /// Spaces the first sign-ins of the tenants.
    pub(super) pace: Pace,
    /// Limits how many files are read again at the same time: each needs a thread, and may start a command.
    pub(super) reloads: Semaphore,
}

/// How often the files are checked for changes.
pub(super) const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// The time limit for clearing sessions after the first signal.
pub(super) const CLEARING_LIMIT: Duration = Duration::from_secs(25);

/// What a keeper does until it gets another order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Synchronise. With another number, everything is read again.
    Run(u64),
    /// Clear the sessions, and end.
    Stop,
}

/// One tenant.
pub(super) struct Keeper {
    path: PathBuf,
    plan: Arc<Plan>,
    state: Arc<State>,
    index: usize,
    loaded: Option<Loaded>,
    stamp: Stamp,
    /// The tenant and application for which the file waits, because another file has them.
    waits_for: Option<Box<Identity>>,
    /// Whether the file waits for another process.
    is_elsewhere: bool,
    /// Whether it was found in a folder, so that a missing file is released and not reported.
    is_in_folder: bool,
    running: Option<Running>,
}

struct Running {
    controller: Controller,
    meter: Arc<Meter>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// The keeper of a file, whose entry in `state` has the number `index`.
    pub(super) fn new(
        path: PathBuf,
        loaded: Result<Loaded, NotLoaded>,
        plan: Arc<Plan>,
        state: &Arc<State>,
        index: usize,
    ) -> Self {
        let is_elsewhere = loaded.as_ref().is_err_and(|error| error.is_elsewhere);
        let (stamp, loaded, refused, waits_for) = match loaded {
            Ok(loaded) => (loaded.stamp.clone(), Some(loaded), None, None),
            Err(error) => (error.stamp, None, Some(error.brief), error.waits_for),
        };
        state.change(index, |tenant| tenant.refused = refused);
        Self {
            path,
            plan,
            state: Arc::clone(state),
            index,
            loaded,
            stamp,
            waits_for,
            is_elsewhere,
            is_in_folder: false,
            running: None,
        }
    }

    /// Sets whether the file was found in a folder.
    pub(super) fn in_folder(self, is_in_folder: bool) -> Self {
        Self { is_in_folder, ..self }
    }

    /// Synchronises until stopped.
    pub(super) async fn run(mut self, mut orders: watch::Receiver<Order>) {
        // A stop also ends the wait for the turn of this tenant.
        tokio::select! {
            () = self.start() => {}
            () = is_stopped(orders.clone()) => return self.end().await,
        }
        let mut interval = tokio::time::interval(CHECK_INTERVAL);
        loop {
            let is_order = tokio::select! {
                _ = orders.changed() => true,
                _ = interval.tick() => false,
            };
            if *orders.borrow_and_update() == Order::Stop {
                return self.end().await;
            }
            self.report_read_budget();
            if !self.is_gone() && (is_order || self.is_due()) {
                tokio::select! {
                    () = self.reload() => {}
                    () = is_stopped(orders.clone()) => return self.end().await,
                }
            }
        }
    }

    /// Whether the file was removed from its folder. The search of the folder decides what follows.
    fn is_gone(&self) -> bool {
        self.is_in_folder && !self.path.exists()
    }

    /// Whether the file must be read again: it changed, or nothing keeps it from being used any more.
    fn is_due(&self) -> bool {
        let is_free = |identity| self.state.is_free(self.index, identity);
        self.is_elsewhere || self.stamp.is_old() || self.waits_for.as_deref().is_some_and(is_free)
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

    async fn start(&mut self) {
        let Some(loaded) = &self.loaded else { return };
        self.plan.pace.turn().await;
        let meter = Arc::<Meter>::default();
        let Some(site) = loaded.site(self.plan.is_dry_run, &meter) else { return };
        let (controller, view, channel) = run::channel();
        let file = display(&self.path);
        let tenant = loaded.identity().tenant;
        tracing::info!(file, tenant, mode = loaded.settings.mode.number(), "synchronisation started");
        let Options { interval, session, .. } = Options::of(&loaded.settings);
        self.state.change(self.index, |tenant| {
            (tenant.interval, tenant.session, tenant.view) = (interval, session, Some(view));
            tenant.meter = Arc::clone(&meter);
        });
        let observer = self.plan.recorder.observer(self.plan.is_dry_run, &file);
        // With several tenants, each line names its tenant.
        let span = tracing::info_span!("settings", file);
        self.running = Some(Running {
            controller,
            meter,
            task: tokio::spawn(run::run(site, channel, observer).instrument(span)),
        });
    }

    async fn stop(&mut self) {
        // Still there if this future is dropped, so that a later call waits, too.
        if let Some(running) = &mut self.running {
            // Sending fails only if the run has already ended.
            let _ = running.controller.send(Control::Stop).await;
            // If Graph does not answer, the sessions expire without being cleared.
            if tokio::time::timeout(CLEARING_LIMIT, &mut running.task).await.is_err() {
                running.task.abort();
            }
            self.running = None;
        }
    }

    /// Clears the sessions, and lets another process have the tenant.
    async fn end(mut self) {
        self.stop().await;
        if let Some(loaded) = &self.loaded {
            self.plan.loader.release(loaded);
        }
    }

    /// Reads the files again. Uses valid settings; reports invalid ones and keeps the previous ones.
    async fn reload(&mut self) {
        let is_changed = self.stamp.is_old();
        // A panic is already reported; the files are checked again later.
        let Some(loaded) = self.load().await else { return };
        // It may have been removed since the caller looked.
        if loaded.is_err() && self.is_gone() {
            return;
        }
        let loaded = match loaded {
            Ok(new) => self.claimed(new),
            Err(error) => {
                self.state.change(self.index, |tenant| tenant.wanted = error.waits_for.as_deref().cloned());
                Err(error)
            }
        };
        let file = display(&self.path);
        match loaded {
            Ok(new) => {
                self.stamp = new.stamp.clone();
                (self.waits_for, self.is_elsewhere) = (None, false);
                let what = if is_changed { "settings changed" } else { "settings read again" };
                tracing::info!(file, "{what}; the new settings are in use");
                self.state.change(self.index, |tenant| tenant.refused = None);
                self.use_settings(new).await;
            }
            Err(error) => {
                self.stamp = error.stamp;
                (self.waits_for, self.is_elsewhere) = (error.waits_for, error.is_elsewhere);
                let mut is_known = false;
                self.state.change(self.index, |tenant| {
                    is_known = tenant.refused.replace(error.brief.clone()).as_ref() == Some(&error.brief);
                });
                if is_known && !is_changed {
                    return;
                }
                let what = if is_changed { "settings changed, but" } else { "the settings" };
                let then = if self.loaded.is_some() { "; the previous settings stay in use" } else { "" };
                tracing::error!(file, "{what} cannot be used{then}: {}", error.brief);
            }
        }
    }

    async fn load(&self) -> Option<Result<Loaded, NotLoaded>> {
        let (path, plan) = (self.path.clone(), Arc::clone(&self.plan));
        let _one_of_a_few = self.plan.reloads.acquire().await.ok()?;
        // A program may print a secret, which can take time.
        tokio::task::spawn_blocking(move || plan.loader.load(&path)).await.ok()
    }

    /// Refuses settings whose tenant and application another file has.
    fn claimed(&self, new: Loaded) -> Result<Loaded, NotLoaded> {
        match self.state.claim(self.index, &new.identity()) {
            Ok(()) => Ok(new),
            Err(rival) => Err(new.refused_for(&self.path, &rival)),
        }
    }

    async fn use_settings(&mut self, new: Loaded) {
        let old = self.loaded.replace(new);
        let Some(new) = &self.loaded else { return };
        let new_identity = new.identity();
        match (&self.running, &old) {
            (Some(running), Some(old)) if old.can_hot_reload_to(new) && !running.task.is_finished() => {
                let client = old.has_other_client(new).then(|| Control::Client(new.client(&running.meter)));
                if client.is_some() {
                    // It signs in again, perhaps together with all other tenants.
                    self.plan.pace.turn().await;
                }
                let gateway = if old.has_other_gateway(new) { new.gateway(&running.meter) } else { None };
                let gateway = gateway.map(Control::Gateway);
                let (options, users) = (Options::of(&new.settings), new.settings.users.clone());
                self.state.change(self.index, |tenant| {
                    tenant.interval = options.interval;
                    // The open sessions may be older than the change.
                    tenant.session = tenant.session.max(options.session);
                });
                let users = (users != old.settings.users).then_some(Control::Users(users));
                let controls = client.into_iter().chain(gateway);
                for control in controls.chain([Control::Options(options)]).chain(users) {
                    // If the run ends in the meantime, the next change restarts it.
                    let _ = running.controller.send(control).await;
                }
            }
            _ => {
                // The tenant, application or gateway changed: clear the sessions of the old one first.
                self.stop().await;
                if let Some(old) = old.filter(|old| old.identity() != new_identity) {
                    self.plan.loader.release(&old);
                }
                self.start().await;
            }
        }
    }
}

async fn is_stopped(mut orders: watch::Receiver<Order>) {
    // If the sender is gone, so is the process.
    let _ = orders.wait_for(|order| *order == Order::Stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Trust;

    /// It can be removed between the look at its name and the reading.
    #[tokio::test]
    async fn file_that_is_removed_from_a_folder_while_it_is_read_is_not_reported() {
        for is_in_folder in [true, false] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("a.toml");
            std::fs::write(&path, "").expect("written");
            let plan = Arc::new(Plan {
                is_dry_run: true,
                loader: Loader::new(Trust::nothing()),
                recorder: Recorder::create(None, false).expect("no file"),
                pace: Pace::default(),
                reloads: Semaphore::new(1),
            });
            let state = Arc::<State>::default();
            let index = state.add("a.toml".to_owned(), None);
            let refused = || state.tenants().get(&index).and_then(|tenant| tenant.refused.clone());
            let loaded = plan.loader.load(&path);
            let keeper = Keeper::new(path.clone(), loaded, Arc::clone(&plan), &state, index);
            let mut keeper = keeper.in_folder(is_in_folder);
            let before = refused();
            std::fs::remove_file(&path).expect("removed");
            keeper.reload().await;
            assert!(before.is_some());
            assert_eq!(refused() == before, is_in_folder);
        }
    }
}
