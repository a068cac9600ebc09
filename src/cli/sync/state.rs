//! The state of all tenants, for metrics, health and status.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::meter::Meter;
use crate::sync::run::{View, ViewReader};
use crate::text::printable;

/// All tenants, by the number of their file.
#[derive(Default)]
pub(super) struct State {
    tenants: Mutex<BTreeMap<usize, Tenant>>,
    /// The next number. None is used twice.
    next: AtomicUsize,
    /// The watched folders that cannot be searched, and why.
    failed_folders: Mutex<Vec<(String, String)>>,
}

/// One tenant.
#[derive(Default)]
pub(super) struct Tenant {
    /// The settings file, as named by the user.
    pub(super) file: String,
    /// The tenant and application that are synchronised; `None` if none are.
    pub(super) identity: Option<Identity>,
    /// The tenant and application of the current file, even if another file has the same ones; `None` while it cannot be used.
    pub(super) wanted: Option<Identity>,
    /// The target interval.
    pub(super) interval: Duration,
    /// How long Graph keeps a session that is not cleared.
    pub(super) session: Duration,
    /// The state while it runs.
    pub(super) view: Option<ViewReader>,
    /// The requests of the current run.
    pub(super) meter: Arc<Meter>,
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

/// Another file with the same tenant and application.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rival {
    pub(super) file: String,
    /// Whether it is synchronised. Otherwise neither of the two files is.
    pub(super) is_synchronised: bool,
}

/// What is wrong if the watched folders contain no settings file.
pub(super) const NO_FILE: &str = "there is no settings file";

/// The view is updated each second. If it is older than this, the run hangs.
const MAX_VIEW_AGE: Duration = Duration::from_secs(30);

impl State {
    /// Adds an entry for a file, with the tenant and application that it names, and returns its number.
    pub(super) fn add(&self, file: String, wanted: Option<Identity>) -> usize {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.tenants().insert(index, Tenant { file, wanted, ..Tenant::default() });
        index
    }

    /// Removes the entry of a file.
    pub(super) fn remove(&self, index: usize) {
        self.tenants().remove(&index);
    }

    pub(super) fn change(&self, index: usize, change: impl FnOnce(&mut Tenant)) {
        if let Some(tenant) = self.tenants().get_mut(&index) {
            change(tenant);
        }
    }

    /// Claims a tenant's application for a file. A file that is already synchronised keeps its own one.
    ///
    /// # Errors
    /// The other file that names it. If neither was synchronised before, neither is now: which of them is the copy is unknown.
    pub(super) fn claim(&self, index: usize, identity: &Identity) -> Result<(), Rival> {
        let mut tenants = self.tenants();
        let rival = rival(&tenants, index, identity);
        let Some(tenant) = tenants.get_mut(&index) else { return Ok(()) };
        tenant.wanted = Some(identity.clone());
        match rival {
            Some(rival) if tenant.identity.as_ref() != Some(identity) => Err(rival),
            _ => {
                tenant.identity = Some(identity.clone());
                Ok(())
            }
        }
    }

    /// Whether no other file names this tenant and application.
    pub(super) fn is_free(&self, index: usize, identity: &Identity) -> bool {
        rival(&self.tenants(), index, identity).is_none()
    }

    /// Notes which watched folders cannot be searched, and why.
    pub(super) fn set_failed_folders(&self, folders: Vec<(String, String)>) {
        *self.failed_folders.lock().unwrap_or_else(PoisonError::into_inner) = folders;
    }

    /// The watched folders that cannot be searched, and why.
    pub(super) fn failed_folders(&self) -> Vec<(String, String)> {
        self.failed_folders.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of files that cannot be used.
    pub(super) fn refused(&self) -> usize {
        self.tenants().values().filter(|tenant| tenant.refused.is_some()).count()
    }

    pub(super) fn tenants(&self) -> MutexGuard<'_, BTreeMap<usize, Tenant>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of presences still set in Teams, and how long Graph keeps the last of them at most.
    pub(super) fn open_sessions(&self) -> (usize, Duration) {
        let tenants = self.tenants();
        let open = tenants.values().filter_map(|tenant| {
            let open = tenant.view.as_ref()?.read(|view| view.figures.open_sessions);
            (open > 0).then_some((open, tenant.session))
        });
        open.fold((0, Duration::ZERO), |(count, longest), (open, session)| {
            (count + open, longest.max(session))
        })
    }

    /// Whether every tenant's run is active.
    pub(super) fn is_alive(&self) -> bool {
        let is_alive = |view: &View| view.age().is_none_or(|age| age < MAX_VIEW_AGE);
        self.tenants().values().filter_map(|tenant| tenant.view.as_ref()).all(|view| view.read(is_alive))
    }

    /// The tenants that are not synchronised, or of which a side does not work, and what else is wrong: one line for each.
    pub(super) fn not_ready(&self) -> Vec<String> {
        let tenants = self.tenants();
        let lines = tenants.values().filter_map(|tenant| {
            let why = tenant.why_not_ready()?;
            let id = tenant.identity.as_ref().or(tenant.wanted.as_ref());
            let id = id.map_or_else(String::new, |id| format!(" (tenant {})", id.tenant));
            Some(format!("{}{id}: {why}", printable(&tenant.file)))
        });
        let folders = self.failed_folders();
        let folders = folders.iter().map(|(folder, why)| format!("{}: {why}", printable(folder)));
        let nothing = tenants.is_empty().then(|| NO_FILE.to_owned());
        lines.chain(folders).chain(nothing).collect()
    }
}

impl Tenant {
    fn why_not_ready(&self) -> Option<&'static str> {
        let Some(view) = &self.view else {
            return Some(if self.refused.is_some() { "the file cannot be used" } else { "not started yet" });
        };
        view.read(|view| match (&view.headcount, &view.figures) {
            (_, figures) if figures.graph_is_silent => Some("Microsoft Graph does not answer"),
            (_, figures) if figures.gateway_is_silent => Some("the gateway does not answer"),
            (_, figures) if figures.graph_is_out => Some("the answers of Microsoft Graph cannot be used"),
            (_, figures) if figures.gateway_is_out => Some("the answers of the gateway cannot be used"),
            (None, _) => Some("the lists of users are not read yet"),
            (Some(_), _) => None,
        })
    }
}

fn rival(tenants: &BTreeMap<usize, Tenant>, index: usize, identity: &Identity) -> Option<Rival> {
    let names = |one: &Option<Identity>| one.as_ref() == Some(identity);
    let others = tenants.iter().filter(|(at, _)| **at != index).map(|(_, tenant)| tenant);
    let rivals = others.filter(|tenant| names(&tenant.identity) || names(&tenant.wanted));
    let rivals =
        rivals.map(|tenant| Rival { file: tenant.file.clone(), is_synchronised: names(&tenant.identity) });
    // One that is synchronised is the more important one to name.
    rivals.reduce(|one, other| {
        if one.is_synchronised {
            one
        } else if other.is_synchronised {
            other
        } else {
            one
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(tenant: &str) -> Identity {
        Identity { tenant: tenant.to_owned(), application: "a".to_owned() }
    }

    fn rival(file: &str, is_synchronised: bool) -> Result<(), Rival> {
        Err(Rival { file: file.to_owned(), is_synchronised })
    }

    #[test]
    fn two_files_of_one_application_are_both_refused_until_one_is_gone() {
        let state = State::default();
        let [one, two] = ["one", "two"].map(|file| state.add(file.to_owned(), Some(identity("north"))));
        assert_eq!(state.claim(one, &identity("north")), rival("two", false));
        assert_eq!(state.claim(two, &identity("north")), rival("one", false));
        assert!(!state.is_free(one, &identity("north")));
        state.remove(two);
        assert!(state.is_free(one, &identity("north")));
        assert_eq!(state.claim(one, &identity("north")), Ok(()));
    }

    #[test]
    fn synchronised_file_stays_and_its_copy_is_refused() {
        let state = State::default();
        let one = state.add("one".to_owned(), Some(identity("north")));
        assert_eq!(state.claim(one, &identity("north")), Ok(()));
        let two = state.add("two".to_owned(), Some(identity("north")));
        assert_eq!(state.claim(two, &identity("north")), rival("one", true));
        // The first file is read again; its copy does not take its place.
        assert_eq!(state.claim(one, &identity("north")), Ok(()));
        // What is still synchronised under the previous settings is not free.
        let three = state.add("three".to_owned(), None);
        assert_eq!(state.claim(one, &identity("south")), Ok(()));
        assert_eq!(state.claim(three, &identity("south")), rival("one", true));
        assert_eq!(state.claim(two, &identity("north")), Ok(()));
    }
}
