//! What each page that was sent out was made of, so that a form that comes back is understood as it was meant.
//!
//! A page carries only a number: the file's bytes, and secrets that were entered and are not saved, stay here. A bounded number of them
//! is kept; a form that comes back later is held against the file as it is then.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::check::Checked;
use crate::form::{Form, Values};
use crate::secret::SecretSource;

/// How many pages are kept: more than anyone has open. Those of a file that did not change meanwhile share it.
const MOST: usize = 256;

/// A file as it was read.
pub(super) struct Base {
    pub(super) checked: Checked,
    pub(super) values: Values,
    /// Whether there was a file.
    pub(super) exists: bool,
}

impl Base {
    pub(super) fn new(form: &Form, checked: Checked, exists: bool) -> Self {
        Self { values: Values::of(form, &checked), checked, exists }
    }

    /// What a save has to find in the file's place.
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
    /// Secrets that were entered and are not saved yet.
    pub(super) pending: HashMap<String, SecretSource>,
    /// Where the file had changed: what a save would have made of it.
    pub(super) apart: Option<Apart>,
    /// The form was sent from a page that is no longer known, so nobody knows what its sender saw: saving shows what differs first.
    pub(super) is_adopted: bool,
}

/// A file that two have changed.
pub(super) struct Apart {
    /// As it was before.
    pub(super) before: Checked,
    /// As the form would have saved it.
    pub(super) mine: Checked,
}

/// The pages that were sent out, the latest last.
#[derive(Default)]
pub(super) struct Pages(Mutex<VecDeque<Arc<Page>>>);

impl Pages {
    /// Keeps what a page is made of, and gives it a number.
    pub(super) fn keep(
        &self,
        base: Arc<Base>,
        pending: HashMap<String, SecretSource>,
        apart: Option<Apart>,
    ) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, apart, is_adopted: false })
    }

    /// The same for a form of which nobody knows what it was made of.
    pub(super) fn adopt(&self, base: Arc<Base>, pending: HashMap<String, SecretSource>) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, apart: None, is_adopted: true })
    }

    fn put(&self, page: Page) -> Arc<Page> {
        let page = Arc::new(page);
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.push_back(page.clone());
        if pages.len() > MOST {
            pages.pop_front();
        }
        page
    }

    /// The page of a number.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Page>> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().find(|page| page.id == id).cloned()
    }

    /// The file as it is: of one that has not changed, the copy that is here already.
    pub(super) fn shared(&self, base: Base) -> Arc<Base> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = pages.iter().rev().find(|page| page.base.is_the_same(&base)).map(|page| page.base.clone());
        same.unwrap_or_else(|| Arc::new(base))
    }
}

/// One that nobody guesses.
fn number() -> String {
    Uuid::new_v4().simple().to_string()
}
