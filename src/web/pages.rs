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
/// The maximum size of all kept versions of the file and all unsaved secrets in bytes; the oldest pages are dropped first.
const MAX_BYTES: usize = 64 << 20;
/// How much memory a checked file needs, compared with its text: measured with 10,000 users, rounded up.
const MEMORY_FACTOR: usize = 20;

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

    /// Whether the file can be shown as a form.
    pub(super) fn is_form(&self) -> bool {
        self.checked.source().is_sound() && self.checked.was_read()
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

/// Secrets that were entered but not saved yet.
#[derive(Clone, Default)]
pub(super) struct Pending {
    /// The secrets by key.
    pub(super) secrets: HashMap<String, SecretSource>,
    /// The token of the session in which they were entered.
    session: String,
}

impl Pending {
    /// Secrets that were entered in a session.
    pub(super) fn new(secrets: HashMap<String, SecretSource>, session: &str) -> Self {
        Self { secrets, session: session.to_owned() }
    }

    /// The size in bytes, at most.
    fn size(&self) -> usize {
        let size = |source: &SecretSource| match source {
            SecretSource::Inline(secret) => secret.chars().saturating_mul(char::MAX.len_utf8()),
            _ => 0,
        };
        self.secrets.values().map(size).sum()
    }
}

/// A page that was sent out.
pub(super) struct Page {
    pub(super) id: String,
    pub(super) base: Arc<Base>,
    pub(super) pending: Pending,
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
    /// Whether the common base was a file.
    pub(super) existed: bool,
}

/// The pages that were sent, latest last.
#[derive(Default)]
pub(super) struct Pages(Mutex<VecDeque<Arc<Page>>>);

impl Pages {
    /// Stores the state of a page, and gives it an id.
    pub(super) fn keep(
        &self,
        base: Arc<Base>,
        pending: Pending,
        diverged: Option<DivergedVersions>,
    ) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, diverged, is_adopted: false })
    }

    /// Stores the state for a form whose page was dropped.
    pub(super) fn adopt(&self, base: Arc<Base>, pending: Pending) -> Arc<Page> {
        self.put(Page { id: number(), base, pending, diverged: None, is_adopted: true })
    }

    fn put(&self, page: Page) -> Arc<Page> {
        let page = Arc::new(page);
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.push_back(page.clone());
        // The latest page always stays, so that its form can be saved.
        while pages.len() > 1 && (pages.len() > MAX_PAGES || size_of_all(&pages) > MAX_BYTES) {
            pages.pop_front();
        }
        page
    }

    /// Returns the page with this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Page>> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().find(|page| page.id == id).cloned()
    }

    /// Drops the secrets of a session that are not saved, with their pages.
    pub(super) fn forget_secrets(&self, session: &str) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|page| page.pending.secrets.is_empty() || page.pending.session != session);
    }

    /// Shares an equal file that is already stored, if any.
    pub(super) fn shared(&self, base: Base) -> Arc<Base> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = pages.iter().rev().find(|page| page.base.is_the_same(&base)).map(|page| page.base.clone());
        same.unwrap_or_else(|| Arc::new(base))
    }
}

/// The size of all versions of the file, about, and of all unsaved secrets, in bytes.
fn size_of_all(pages: &VecDeque<Arc<Page>>) -> usize {
    let size = |checked: &Checked| checked.source().text().len().saturating_mul(MEMORY_FACTOR);
    let bases = pages.iter().map(|page| (Arc::as_ptr(&page.base), &page.base)).collect::<HashMap<_, _>>();
    let bases = bases.values().map(|base| size(&base.checked));
    let diverged = pages.iter().filter_map(|page| page.diverged.as_ref());
    let diverged = diverged.map(|diverged| size(&diverged.before) + size(&diverged.mine));
    bases.chain(diverged).chain(pages.iter().map(|page| page.pending.size())).sum()
}

/// An unguessable id.
fn number() -> String {
    Uuid::new_v4().simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_bytes;
    use crate::secret::Secret;

    #[test]
    fn kept_versions_are_limited_in_bytes_and_the_oldest_are_dropped() {
        const COUNT: usize = 12;
        let (form, pages) = (Form::new(), Pages::default());
        let text = |number: usize| format!("# {number}\n{}", "# a comment\n".repeat(80_000));
        let file = |number: usize| check_bytes("a.toml", text(number).into_bytes(), false);
        let mut ids = Vec::new();
        for number in 0..COUNT {
            let base = pages.shared(Base::new(&form, file(number), true));
            let diverged = DivergedVersions { before: file(number), mine: file(number), existed: true };
            ids.push(pages.keep(base, Pending::default(), Some(diverged)).id.clone());
        }
        let is_kept = ids.iter().map(|id| pages.find(id).is_some()).collect::<Vec<_>>();
        assert_eq!((is_kept.first(), is_kept.last()), (Some(&false), Some(&true)));
        assert!(is_kept.is_sorted(), "the oldest go first: {is_kept:?}");
        let kept = pages.0.lock().unwrap();
        assert!(size_of_all(&kept) <= MAX_BYTES, "{} bytes", size_of_all(&kept));
    }

    #[test]
    fn unsaved_secrets_are_limited_in_bytes_and_dropped_with_their_session() {
        let (form, pages) = (Form::new(), Pages::default());
        let base = pages.shared(Base::new(&form, check_bytes("a.toml", Vec::new(), false), true));
        let keep = |session: &str, len: usize| {
            let secret = SecretSource::Inline(Secret::new("x".repeat(len)));
            let secrets = HashMap::from([("swyx.gateway_token".to_owned(), secret)]);
            pages.keep(base.clone(), Pending::new(secrets, session), None).id.clone()
        };
        let first = keep("one", MAX_BYTES / 8);
        let (mine, theirs) = (keep("one", 8), keep("two", MAX_BYTES / 8));
        assert!(pages.find(&first).is_none(), "more than the limit");
        pages.forget_secrets("one");
        assert_eq!([&mine, &theirs].map(|id| pages.find(id).is_some()), [false, true]);
    }

    #[test]
    fn pages_of_one_version_share_it() {
        let (form, pages) = (Form::new(), Pages::default());
        let text = "# a comment\n".repeat(80_000);
        let first =
            pages.shared(Base::new(&form, check_bytes("a.toml", text.clone().into_bytes(), false), true));
        let first = pages.keep(first, Pending::default(), None);
        for _ in 0..20 {
            let base = Base::new(&form, check_bytes("a.toml", text.clone().into_bytes(), false), true);
            pages.keep(pages.shared(base), Pending::default(), None);
        }
        assert!(pages.find(&first.id).is_some());
    }
}
