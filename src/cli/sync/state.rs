//! The state of all tenants, for metrics, health and status.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sync::run::{View, ViewReader};

/// All tenants.
#[derive(Default)]
pub(super) struct State(Mutex<Vec<Tenant>>);

/// One of them.
pub(super) struct Tenant {
    /// The settings file, with its given name.
    pub(super) file: String,
    /// The tenant and application; none while the file cannot be used.
    pub(super) identity: Option<Identity>,
    /// The target interval.
    pub(super) interval: Duration,
    /// The state while it runs.
    pub(super) view: Option<ViewReader>,
    /// Why the current file is not used.
    pub(super) refused: Option<String>,
    /// Why so many users cannot be read as often as the settings ask for.
    pub(super) read_budget: Option<String>,
}

/// A tenant's application, which may be used only once per process. Two runs would both use all of Graph's limit and clear each other's
/// sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) tenant: String,
    pub(super) application: String,
}

/// The view is updated each second; an older one means that the run hangs.
const HANGS: Duration = Duration::from_secs(30);

impl State {
    /// Adds an entry for a file's tenant.
    pub(super) fn add(&self, file: String) -> usize {
        let mut tenants = self.tenants();
        tenants.push(Tenant {
            file,
            identity: None,
            interval: Duration::ZERO,
            view: None,
            refused: None,
            read_budget: None,
        });
        tenants.len() - 1
    }

    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Tenant)) {
        if let Some(tenant) = self.tenants().get_mut(place) {
            change(tenant);
        }
    }

    /// Claims a tenant's application for the file at `place`.
    ///
    /// Returns the file that has already claimed it.
    /// The file that has it already.
    pub(super) fn claim(&self, place: usize, identity: &Identity) -> Result<(), String> {
        let mut tenants = self.tenants();
        let is_other =
            |(at, tenant): &(usize, &Tenant)| *at != place && tenant.identity.as_ref() == Some(identity);
        if let Some((_, other)) = tenants.iter().enumerate().find(is_other) {
            return Err(other.file.clone());
        }
        tenants.get_mut(place).into_iter().for_each(|tenant| tenant.identity = Some(identity.clone()));
        Ok(())
    }

    /// The number of files that cannot be used.
    pub(super) fn refused(&self) -> usize {
        self.tenants().iter().filter(|tenant| tenant.refused.is_some()).count()
    }

    pub(super) fn tenants(&self) -> MutexGuard<'_, Vec<Tenant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is still visible in Teams.
    pub(super) fn open_sessions(&self) -> usize {
        let tenants = self.tenants();
        tenants
            .iter()
            .filter_map(|tenant| tenant.view.as_ref())
            .map(|view| view.read(|view| view.figures.open_sessions))
            .sum()
    }

    /// Whether every tenant's run is active.
    pub(super) fn is_alive(&self) -> bool {
        let is_alive = |view: &View| view.age().is_none_or(|age| age < HANGS);
        self.tenants().iter().filter_map(|tenant| tenant.view.as_ref()).all(|view| view.read(is_alive))
    }

    /// Whether every tenant is synchronised and both of its sides answer.
    pub(super) fn is_ready(&self) -> bool {
        let is_ready = |view: &View| {
            let figures = &view.figures;
            view.headcount.is_some() && !figures.graph_is_out && !figures.gateway_is_out
        };
        self.tenants().iter().all(|tenant| tenant.view.as_ref().is_some_and(|view| view.read(is_ready)))
    }
}
