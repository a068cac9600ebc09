//! The keepers of all files: one for each, also for files that are added or removed while it runs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::keeper::{CHECK_INTERVAL, Keeper, Order, Plan};
use super::load::{Loaded, NotLoaded};
use super::sources::{Scan, Sources};
use super::state::State;
use crate::cli::names::display;
use crate::report::report_path;

/// A file and the result of loading it.
pub(super) type Start = (PathBuf, Result<Loaded, NotLoaded>);

/// Refuses files with the same tenant and application, and returns the number of each file in `state`.
pub(super) fn register(starts: Vec<Start>, state: &State) -> Vec<(usize, Start)> {
    // All are added before the first claim, so that none comes first.
    let add = |(path, loaded): Start| {
        let wanted = match &loaded {
            Ok(loaded) => Some(loaded.identity()),
            Err(error) => error.waits_for.as_deref().cloned(),
        };
        (state.add(report_path(&display(&path)), wanted), (path, loaded))
    };
    let added = starts.into_iter().map(add).collect::<Vec<_>>();
    let claim = |(index, (path, loaded)): (usize, Start)| {
        let loaded = loaded.and_then(|loaded| match state.claim(index, &loaded.identity()) {
            Ok(()) => Ok(loaded),
            Err(rival) => Err(loaded.refused_for(&path, &rival)),
        });
        (index, (path, loaded))
    };
    added.into_iter().map(claim).collect()
}

/// The files that are refused, each with the reason. Of several files with the same tenant and application, the first one is left out:
/// the others name it.
pub(super) fn refused(starts: &[(usize, Start)]) -> Vec<(&PathBuf, &NotLoaded)> {
    let mut groups = Vec::new();
    let mut refused = Vec::new();
    for (_, (path, loaded)) in starts {
        let Err(error) = loaded else { continue };
        if let Some(identity) = error.waits_for.as_ref().filter(|_| error.is_mutual)
            && !groups.contains(&identity)
        {
            groups.push(identity);
            continue;
        }
        refused.push((path, error));
    }
    refused
}

/// All keepers.
pub(super) struct Keepers {
    plan: Arc<Plan>,
    state: Arc<State>,
    sources: Sources,
    all: Vec<Entry>,
    /// The number of the last order to read everything again.
    order: u64,
    /// Folders whose last search failed, so that each failure is logged once.
    failed: HashSet<PathBuf>,
}

struct Entry {
    path: PathBuf,
    index: usize,
    order: watch::Sender<Order>,
    task: JoinHandle<()>,
    /// Whether the last search did not find the file. Some editors remove a file for a moment when they save it.
    is_missing: bool,
}

impl Keepers {
    /// Starts the keepers of the first files.
    pub(super) fn start(
        starts: Vec<(usize, Start)>,
        plan: &Arc<Plan>,
        state: &Arc<State>,
        sources: Sources,
    ) -> Self {
        let (plan, state) = (Arc::clone(plan), Arc::clone(state));
        let mut keepers = Self { plan, state, sources, all: Vec::new(), order: 0, failed: HashSet::new() };
        keepers.add(starts);
        keepers
    }

    fn add(&mut self, starts: Vec<(usize, Start)>) {
        for (index, (path, loaded)) in starts {
            let (order, orders) = watch::channel(Order::Run(self.order));
            let keeper = Keeper::new(path.clone(), loaded, Arc::clone(&self.plan), &self.state, index);
            let keeper = keeper.in_folder(!self.sources.names(&path));
            let task = tokio::spawn(keeper.run(orders));
            self.all.push(Entry { path, index, order, task, is_missing: false });
        }
    }

    /// Searches the folders again and again, and follows what it finds. Can be dropped at any time.
    pub(super) async fn follow(&mut self) {
        if !self.sources.has_folder() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            self.search().await;
        }
    }

    /// Reads all files again, and their secrets. The next search of the folders follows soon.
    pub(super) fn reload(&mut self) {
        self.order += 1;
        for entry in &self.all {
            entry.order.send_replace(Order::Run(self.order));
        }
    }

    /// Clears the sessions of all tenants, and waits for that.
    pub(super) async fn stop(&mut self) {
        for entry in &self.all {
            entry.order.send_replace(Order::Stop);
        }
        for entry in &mut self.all {
            // A panic is already reported.
            let _ = (&mut entry.task).await;
        }
    }

    async fn search(&mut self) {
        let sources = self.sources.clone();
        let Ok(scan) = tokio::task::spawn_blocking(move || sources.scan()).await else { return };
        self.report_failures(&scan);
        let mut gone = HashSet::new();
        let mut is_complete = true;
        for entry in &mut self.all {
            let was_missing = std::mem::replace(&mut entry.is_missing, scan.misses(&entry.path));
            // A file that is named itself is always in the scan.
            is_complete &= !entry.is_missing || was_missing;
            if entry.is_missing && was_missing {
                gone.insert(entry.index);
            }
        }
        self.release(&gone).await;
        // While a file may be about to be renamed, its new name waits.
        if is_complete {
            let known = self.all.iter().map(|entry| &entry.path).collect::<HashSet<_>>();
            let new = scan.files.into_iter().filter(|path| !known.contains(path)).collect::<Vec<_>>();
            self.admit(new).await;
        }
    }

    /// Stops the keepers of files that are gone.
    async fn release(&mut self, gone: &HashSet<usize>) {
        for entry in self.all.iter_mut().filter(|entry| gone.contains(&entry.index)) {
            entry.order.send_replace(Order::Stop);
        }
        for entry in self.all.iter_mut().filter(|entry| gone.contains(&entry.index)) {
            let _ = (&mut entry.task).await;
            let file = display(&entry.path);
            tracing::info!(file, "settings file removed; its tenant is no longer synchronised");
            self.state.remove(entry.index);
        }
        self.all.retain(|entry| !gone.contains(&entry.index));
    }

    /// Starts keepers for new files.
    async fn admit(&mut self, new: Vec<PathBuf>) {
        if new.is_empty() {
            return;
        }
        let plan = Arc::clone(&self.plan);
        let load = move || {
            let load = |path: PathBuf| {
                let loaded = plan.loader.load(&path);
                (path, loaded)
            };
            new.into_iter().map(load).collect::<Vec<_>>()
        };
        let Ok(starts) = tokio::task::spawn_blocking(load).await else { return };
        let starts = register(starts, &self.state);
        for (_, (path, loaded)) in &starts {
            let file = display(path);
            match loaded {
                Ok(_) => tracing::info!(file, "new settings file"),
                Err(error) => {
                    tracing::error!(file, "new settings file, which cannot be used: {}", error.brief)
                }
            }
        }
        self.add(starts);
    }

    fn report_failures(&mut self, scan: &Scan) {
        let failed = scan.failed.iter().map(|(folder, _)| folder.clone()).collect::<HashSet<_>>();
        for (folder, why) in scan.failed.iter().filter(|(folder, _)| !self.failed.contains(folder)) {
            let folder = display(folder);
            tracing::error!(folder, "{why}; the files of this folder that are known stay in use");
        }
        for folder in self.failed.difference(&failed) {
            let folder = display(folder);
            tracing::info!(folder, "the folder can be searched again");
        }
        self.failed = failed;
        let folders = scan.failed.iter().map(|(folder, why)| (report_path(&display(folder)), why.clone()));
        self.state.set_failed_folders(folders.collect());
    }
}
