//! Users by a text of theirs: compact enough to be kept beside 100,000 users.

use std::borrow::Cow;

/// Texts with the places of those who have them.
pub(super) struct Index<'a>(Vec<(Cow<'a, str>, usize)>);

impl<'a> Index<'a> {
    /// The index of these texts and places. Empty texts are left out.
    pub(super) fn new(entries: impl Iterator<Item = (Cow<'a, str>, usize)>) -> Self {
        let mut entries = entries.filter(|(text, _)| !text.is_empty()).collect::<Vec<_>>();
        entries.sort_unstable();
        entries.dedup();
        Self(entries)
    }

    /// The places of those who have this text, in ascending order.
    pub(super) fn find(&self, text: &str) -> impl Iterator<Item = usize> {
        let start = self.0.partition_point(|(other, _)| &**other < text);
        let rest = self.0.get(start..).unwrap_or_default().iter();
        rest.take_while(move |(other, _)| other == text).map(|(_, place)| *place)
    }

    /// The place of the only one who has this text.
    pub(super) fn only(&self, text: &str) -> Option<usize> {
        let mut places = self.find(text);
        places.next().filter(|_| places.next().is_none())
    }
}
