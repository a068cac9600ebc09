//! The users by position, with an index for both ids.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::moment::Moment;
use super::super::reader::{Readers, Slot};
use super::event::Link;
use super::user::User;

/// The users. A position belongs to one user until the user has left and no request for this user is under way.
#[derive(Debug, Default)]
pub(super) struct Roster {
    places: Vec<Option<User>>,
    free: Vec<Slot>,
    by_swyx: HashMap<Box<str>, Slot>,
    by_teams: HashMap<Uuid, Slot>,
}

impl Roster {
    pub(super) fn get(&self, slot: Slot) -> Option<&User> {
        self.places.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut User> {
        self.places.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn by_swyx(&self, id: &str) -> Option<Slot> {
        self.by_swyx.get(id).copied()
    }

    pub(super) fn by_teams(&self, id: Uuid) -> Option<Slot> {
        self.by_teams.get(&id).copied()
    }

    /// The number of synchronised users.
    pub(super) fn len(&self) -> usize {
        self.by_swyx.len()
    }

    /// The number of positions, including free ones.
    pub(super) fn places(&self) -> Slot {
        Slot::try_from(self.places.len()).unwrap_or(Slot::MAX)
    }

    /// The synchronised users.
    pub(super) fn users(&self) -> impl Iterator<Item = &User> {
        self.places.iter().flatten().filter(|user| !user.leaves)
    }

    /// Reserves space for several users at once because step-by-step growth would take twice as much in between.
    pub(super) fn make_room(&mut self, more: usize) {
        self.places.reserve_exact(more.saturating_sub(self.free.len()));
        self.by_swyx.reserve(more);
        self.by_teams.reserve(more);
    }

    pub(super) fn add(&mut self, user: User) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places() - 1
        });
        self.by_swyx.insert(user.link.swyx.clone(), slot);
        self.by_teams.insert(user.link.teams, slot);
        if let Some(place) = self.places.get_mut(slot as usize) {
            *place = Some(user);
        }
        slot
    }

    /// The user leaves, and is no longer found by the Swyx id. The Teams id stays until the position is freed.
    pub(super) fn part(&mut self, slot: Slot) {
        if let Some(user) = self.places.get_mut(slot as usize).and_then(Option::as_mut) {
            user.leaves = true;
            self.by_swyx.remove(&user.link.swyx);
        }
    }

    /// A user who left comes back, possibly as another Swyx user: the state in Teams is still known. Returns whether the reader still has
    /// the user.
    pub(super) fn return_as(&mut self, slot: Slot, link: Link, now: Moment) -> bool {
        let Some(user) = self.places.get_mut(slot as usize).and_then(Option::as_mut) else { return false };
        if user.leaves {
            self.by_swyx.insert(link.swyx.clone(), slot);
            user.return_as(link, now);
        }
        std::mem::replace(&mut user.is_in_ring, true)
    }

    /// Frees the position.
    pub(super) fn free(&mut self, slot: Slot) {
        let Some(user) = self.places.get_mut(slot as usize).and_then(Option::take) else { return };
        self.by_teams.remove(&user.link.teams);
        self.free.push(slot);
    }
}

impl Readers for Roster {
    fn is_read(&self, slot: Slot) -> bool {
        self.get(slot).is_some_and(|user| !user.leaves && user.left_out_until.is_none())
    }

    fn requested_at(&self, slot: Slot) -> Moment {
        self.get(slot).map_or(Moment::START, |user| user.requested_at)
    }

    fn changed(&self, slot: Slot) -> Moment {
        self.get(slot).map_or(Moment::START, |user| user.changed)
    }
}
