//! The last changes in the emulated SwyxServer, numbered from 1, and cursors that name a position among them.

use std::collections::VecDeque;

use super::status::Status;

/// The number of stored changes; a cursor before the oldest of them is unknown.
const KEPT: usize = 200_000;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The user at that position has another status, or a call started or ended.
    Status {
        /// The position in the list of users.
        place: u32,
        /// The visible status since then.
        status: Status,
        /// Whether the user is in a call since then.
        in_call: bool,
    },
    /// A user was added or removed.
    Users,
}

/// The last changes since the gateway started.
pub(super) struct Changes {
    epoch: String,
    /// The number of the oldest stored change, or of the next one if none is stored.
    first: u64,
    kept: VecDeque<Change>,
}

impl Changes {
    /// No changes, with cursors that no other start of the gateway has.
    pub(super) fn begin() -> Self {
        let epoch = uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        Self { epoch, first: 1, kept: VecDeque::new() }
    }

    /// Adds a change, and returns its number.
    pub(super) fn add(&mut self, change: Change) -> u64 {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
            self.first += 1;
        }
        self.kept.push_back(change);
        self.last()
    }

    /// The number of the last one; 0 before the first.
    pub(super) fn last(&self) -> u64 {
        self.first + self.kept.len() as u64 - 1
    }

    /// The change with that number, if it is stored.
    pub(super) fn get(&self, number: u64) -> Option<Change> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.kept.get(place).copied()
    }

    /// The cursor after that change.
    pub(super) fn cursor(&self, number: u64) -> String {
        format!("{}.{number}", self.epoch)
    }

    /// The number of the change before a cursor; `None` for an unknown cursor.
    pub(super) fn number(&self, cursor: &str) -> Option<u64> {
        let number = cursor.strip_prefix(self.epoch.as_str())?.strip_prefix('.')?.parse().ok()?;
        let is_known = self.reaches(number) && self.cursor(number) == cursor;
        is_known.then_some(number)
    }

    /// Whether all changes after that one are stored.
    pub(super) fn reaches(&self, number: u64) -> bool {
        (self.first - 1..=self.last()).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_is_valid_while_all_later_changes_are_stored() {
        let mut changes = Changes::begin();
        let start = changes.cursor(changes.last());
        assert_eq!((changes.last(), changes.number(&start)), (0, Some(0)));
        for number in 1..=KEPT as u64 {
            assert_eq!(changes.add(Change::Users), number);
        }
        assert_eq!(changes.number(&start), Some(0));
        changes.add(Change::Users);
        assert_eq!(
            (changes.number(&start), changes.get(1), changes.get(2)),
            (None, None, Some(Change::Users))
        );
        assert_eq!(changes.number(&changes.cursor(1)), Some(1));
        assert_eq!(changes.number(&changes.cursor(changes.last() + 1)), None, "from the future");
    }

    #[test]
    fn foreign_and_malformed_cursors_are_invalid() {
        let changes = Changes::begin();
        let epoch = changes.cursor(0).replace(".0", "");
        for foreign in
            [Changes::begin().cursor(0), format!("{epoch}.00"), format!("{epoch}.+0"), epoch, String::new()]
        {
            assert_eq!(changes.number(&foreign), None, "{foreign}");
        }
    }
}
