//! The state of all tenants, for metrics, health and status.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sync::run::{View, ViewReader};

/// All tenants.
#[derive(Default)]
pub(super) struct State(Mutex<Vec<Tenant>>);

/// One tenant.
pub(super) struct Tenant {
    /// The settings file, as named by the user.
    pub(super) file: String,
    /// The tenant and application; `None` while the file cannot be used.
    pub(super) identity: Option<Identity>,
    /// The target interval.
    pub(super) interval: Duration,
    /// The state while it runs.
    pub(super) view: Option<ViewReader>,
    /// Why the current file is not used.
    pub(super) refused: Option<String>,
    /// Why the users cannot be read as often as the settings say.
    pub(super) read_budget: Option<String>,
}

/// A tenant's application. Used only once per process: two runs would both use all of Graph's limit, and clear each other's sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) tenant: String,
    pub(super) application: String,
}

/// The view is updated each second. If it is older than this, the run hangs.
const MAX_VIEW_AGE: Duration = Duration::from_secs(30);

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

    pub(super) fn change(&self, index: usize, change: impl FnOnce(&mut Tenant)) {
        if let Some(tenant) = self.tenants().get_mut(index) {
            change(tenant);
        }
    }

    /// Claims a tenant's application for the file at `index`.
    ///
    /// # Errors
    /// The name of the file that has already claimed it.
    pub(super) fn claim(&self, index: usize, identity: &Identity) -> Result<(), String> {
        let mut tenants = self.tenants();
        let is_other =
            |(at, tenant): &(usize, &Tenant)| *at != index && tenant.identity.as_ref() == Some(identity);
        if let Some((_, other)) = tenants.iter().enumerate().find(is_other) {
            return Err(other.file.clone());
        }
        tenants.get_mut(index).into_iter().for_each(|tenant| tenant.identity = Some(identity.clone()));
        Ok(())
    }

    /// The number of files that cannot be used.
    pub(super) fn refused(&self) -> usize {
        self.tenants().iter().filter(|tenant| tenant.refused.is_some()).count()
    }

    pub(super) fn tenants(&self) -> MutexGuard<'_, Vec<Tenant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of presences still set in Teams.
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
        let is_alive = |view: &View| view.age().is_none_or(|age| age < MAX_VIEW_AGE);
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
