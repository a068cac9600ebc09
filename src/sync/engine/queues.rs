//! Users with pending writes.

use std::collections::VecDeque;

use super::super::budget::Kind;
use super::super::reader::Slot;
use super::user::Due;

/// Users with pending writes, in the order of their first change.
#[derive(Debug, Default)]
pub(super) struct Queues {
    to_teams: [VecDeque<Slot>; Due::ORDER.len()],
    pub(super) to_swyx: VecDeque<Slot>,
}

impl Queues {
    /// The users with this action due.
    pub(super) fn of(&mut self, due: Due) -> &mut VecDeque<Slot> {
        let [clear, set, catch_up, renew, trial] = &mut self.to_teams;
        match due {
            Due::Clear => clear,
            Due::Set => set,
            Due::CatchUp => catch_up,
            Due::Renew => renew,
            Due::Trial => trial,
        }
    }

    /// The first user with a pending write to Teams, by urgency.
    pub(super) fn pop_to_teams(&mut self) -> Option<Slot> {
        self.to_teams.iter_mut().find_map(VecDeque::pop_front)
    }

    /// The kind of the next write to Teams, if there is one.
    pub(super) fn kind_to_teams(&self) -> Option<Kind> {
        let mut queues = Due::ORDER.into_iter().zip(&self.to_teams);
        queues.find(|(_, queue)| !queue.is_empty()).map(|(due, _)| due.kind())
    }

    /// The number of waiting users; one who waits for both sides counts twice.
    pub(super) fn len(&self) -> usize {
        self.to_swyx.len() + self.to_teams.iter().map(VecDeque::len).sum::<usize>()
    }
}
