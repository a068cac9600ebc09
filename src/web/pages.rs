//! The state of each page that was sent, so that a posted form is interpreted correctly.
//!
//! A page contains only an id: the bytes of the file, and unsaved secrets, stay here. A limited number of
//! pages is kept; a form of a dropped page is compared with the current file.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::check::Checked;
use crate::form::{Form, Values};
use crate::secret::SecretSource;

/// The maximum number of kept pages, more than a user has open. Pages of an unchanged file share it.
const MAX_PAGES: usize = 256;

/// A file at the time it was read.
pub(super) struct Base {
    pub(super) checked: Checked,
    pub(super) values: Values,
    /// Whether the file existed.
    pub(super) exists: bool,
}

impl Base {
    pub(super) fn new(form: &Form, checked: Checked, exists: bool) -> Self {
        Self { values: Values::of(form, &checked), checked, exists }
    }

    /// The content that a save must find in the file.
    pub(super) fn expected(&self) -> Option<&Checked> {
        self.exists.then_some(&self.checked)
    }

    fn is_the_same(&self, other: &Self) -> bool {
        let (one, other_source) = (self.checked.source(), other.checked.source());
        self.exists == other.exists
            && self.checked.was_read()
            && other.checked.was_read()
            && one.text() == other_source.text()
            && one.is_sound() == other_source.is_sound()
            && one.is_readable_by_others() == other_source.is_readable_by_others()
    }
}

/// A page that was sent out.
pub(super) struct Page {
    pub(super) id: String,
    pub(super) base: Arc<Base>,
    /// Secrets that were entered but not saved yet.
    pub(super) pending: HashMap<String, SecretSource>,
    /// If the file had changed: what a save would have written.
    pub(super) diverged: Option<DivergedVersions>,
    /// The form was sent from a dropped page, so it is unknown which file it showed: saving shows the
    /// differences first.
    pub(super) is_adopted: bool,
}

/// Two diverging versions of a file.
pub(super) struct DivergedVersions {
    /// The common base.
    pub(super) before: Checked,
    /// The version of the form.
    pub(super) mine: Checked,
}

/// The pages that were sent, latest last.
#[derive(Default)]
pub(super) struct Pages(Mutex<VecDeque<Arc<Page>>>);

impl Pages {
    /// Stores the state of a page, and gives it an id.
    pub(super) fn keep(
        &self,
        base: Arc<Base>,
        pending: HashMap<String, SecretSource>,
        diverged: Option<DivergedVersions>,
    ) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, diverged, is_adopted: false })
    }

    /// Stores the state for a form whose page was dropped.
    pub(super) fn adopt(&self, base: Arc<Base>, pending: HashMap<String, SecretSource>) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, diverged: None, is_adopted: true })
    }

    fn put(&self, page: Page) -> Arc<Page> {
        let page = Arc::new(page);
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.push_back(page.clone());
        if pages.len() > MAX_PAGES {
            pages.pop_front();
        }
        page
    }

    /// Returns the page with this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Page>> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().find(|page| page.id == id).cloned()
    }

    /// Shares an equal file that is already stored, if any.
    pub(super) fn shared(&self, base: Base) -> Arc<Base> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = pages.iter().rev().find(|page| page.base.is_the_same(&base)).map(|page| page.base.clone());
        same.unwrap_or_else(|| Arc::new(base))
    }
}

/// An unguessable id.
fn number() -> String {
    Uuid::new_v4().simple().to_string()
}
