//! An index of users by a text: compact enough for 100,000 users.

use std::borrow::Cow;

/// Texts with the positions of the users that have them.
pub(super) struct Index<'a>(Vec<(Cow<'a, str>, usize)>);

impl<'a> Index<'a> {
    /// Builds the index of texts and positions. Empty texts are left out.
    pub(super) fn new(entries: impl Iterator<Item = (Cow<'a, str>, usize)>) -> Self {
        let mut entries = entries.filter(|(text, _)| !text.is_empty()).collect::<Vec<_>>();
        entries.sort_unstable();
        entries.dedup();
        Self(entries)
    }

    /// The positions of the users with this text, in ascending order.
    pub(super) fn find(&self, text: &str) -> impl Iterator<Item = usize> {
        let start = self.0.partition_point(|(other, _)| &**other < text);
        let rest = self.0.get(start..).unwrap_or_default().iter();
        rest.take_while(move |(other, _)| other == text).map(|(_, place)| *place)
    }

    /// The position of the user with this text, if it is unique.
    pub(super) fn only(&self, text: &str) -> Option<usize> {
        let mut places = self.find(text);
        places.next().filter(|_| places.next().is_none())
    }
}
