//! How all tenants are, for whoever asks: metrics, health, status.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::sync::run::{View, ViewReader};

/// All tenants.
#[derive(Default)]
pub(super) struct State(Mutex<Vec<Tenant>>);

/// One of them.
pub(super) struct Tenant {
    /// The settings file, as it was named.
    pub(super) file: String,
    /// Which tenant and application it carries; none while the file cannot be used.
    pub(super) identity: Option<Identity>,
    /// The interval that is wanted.
    pub(super) interval: Duration,
    /// How it is, while it runs.
    pub(super) view: Option<ViewReader>,
    /// Why the file, as it is now, is not used.
    pub(super) refused: Option<String>,
    /// Why so many users cannot be read as often as the settings want.
    pub(super) read_budget: Option<String>,
}

/// What there may be only once in a process: a tenant's application. Two would each take the whole of Graph's limit, and clear the other's
/// sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) tenant: String,
    pub(super) application: String,
}

/// The view is made anew each second; one that is older than this is of a run that hangs.
const HANGS: Duration = Duration::from_secs(30);

impl State {
    /// A place for the tenant of a file.
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

    /// Takes a tenant's application for the file at `place`.
    ///
    /// # Errors
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

    /// How many files cannot be used as they are now.
    pub(super) fn refused(&self) -> usize {
        self.tenants().iter().filter(|tenant| tenant.refused.is_some()).count()
    }

    pub(super) fn tenants(&self) -> MutexGuard<'_, Vec<Tenant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is still shown in Teams.
    pub(super) fn open_sessions(&self) -> usize {
        let tenants = self.tenants();
        tenants
            .iter()
            .filter_map(|tenant| tenant.view.as_ref())
            .map(|view| view.read(|view| view.figures.open_sessions))
            .sum()
    }

    /// Whether every tenant's run does something.
    pub(super) fn is_alive(&self) -> bool {
        let is_alive = |view: &View| view.age().is_none_or(|age| age < HANGS);
        self.tenants().iter().filter_map(|tenant| tenant.view.as_ref()).all(|view| view.read(is_alive))
    }

    /// Whether every tenant is carried, and both sides of each answer.
    pub(super) fn is_ready(&self) -> bool {
        let is_ready = |view: &View| {
            let figures = &view.figures;
            view.headcount.is_some() && !figures.graph_is_out && !figures.gateway_is_out
        };
        self.tenants().iter().all(|tenant| tenant.view.as_ref().is_some_and(|view| view.read(is_ready)))
    }
}
