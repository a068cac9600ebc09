//! The users by their places, and found by either id.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::moment::Moment;
use super::super::reader::Slot;
use super::user::{Session, User};
use super::{Engine, Link};
use crate::settings::Mode;

/// The users. A place stays one user's until the user has left and nothing of him is under way.
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

    /// Users who are carried.
    pub(super) fn len(&self) -> usize {
        self.by_swyx.len()
    }

    /// All places, free ones among them.
    pub(super) fn places(&self) -> Slot {
        Slot::try_from(self.places.len()).unwrap_or(Slot::MAX)
    }

    /// The users who are carried.
    pub(super) fn users(&self) -> impl Iterator<Item = &User> {
        self.places.iter().flatten().filter(|user| !user.leaves)
    }

    /// Room for so many more at once: growing by and by would take twice as much in between.
    fn make_room(&mut self, more: usize) {
        self.places.reserve_exact(more.saturating_sub(self.free.len()));
        self.by_swyx.reserve(more);
        self.by_teams.reserve(more);
    }

    fn add(&mut self, user: User) -> Slot {
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

    /// The user leaves, and is not found in Swyx any more; in Teams, until nothing of him is left there.
    fn part(&mut self, slot: Slot) {
        if let Some(user) = self.places.get_mut(slot as usize).and_then(Option::as_mut) {
            user.leaves = true;
            self.by_swyx.remove(&user.link.swyx);
        }
    }

    /// Whoever left comes back, or is another user in Swyx now: what was done for him in Teams is still known. Tells whether the reader has
    /// the user still.
    fn return_as(&mut self, slot: Slot, link: Link) -> bool {
        let Some(user) = self.places.get_mut(slot as usize).and_then(Option::as_mut) else { return false };
        if user.leaves {
            self.by_swyx.insert(link.swyx.clone(), slot);
            user.return_as(link);
        }
        std::mem::replace(&mut user.is_in_ring, true)
    }

    /// The place is free again.
    pub(super) fn free(&mut self, slot: Slot) {
        let Some(user) = self.places.get_mut(slot as usize).and_then(Option::take) else { return };
        self.by_teams.remove(&user.link.teams);
        self.free.push(slot);
    }
}

impl Engine {
    /// Takes in who is carried from now on. Of two links with one id the first counts.
    pub(super) fn take_users(&mut self, links: Vec<Link>, now: Moment) {
        // Only at the beginning may there be sessions of which nobody here knows.
        let is_beginning = self.roster.places.is_empty() && self.options.mode == Mode::BothWays;
        let session = if is_beginning {
            Session::Perhaps { until: now + self.options.session, is_seen: false }
        } else {
            Session::None
        };
        let mut stay = vec![false; self.roster.places.len()];
        let (mut come, mut parted) = (Vec::new(), Vec::new());
        for link in links {
            let known = self
                .roster
                .by_swyx(&link.swyx)
                .filter(|slot| self.roster.get(*slot).is_some_and(|user| user.link == link));
            match known {
                Some(slot) => stay.get_mut(slot as usize).into_iter().for_each(|stays| *stays = true),
                None => come.push(link),
            }
        }
        for (slot, stays) in (0..).zip(stay) {
            if !stays && self.roster.get(slot).is_some_and(|user| !user.leaves) {
                self.roster.part(slot);
                parted.push(slot);
            }
        }
        self.roster.make_room(come.len());
        for link in come {
            if self.roster.by_swyx(&link.swyx).is_some() {
                continue;
            }
            let (slot, is_in_ring) = match self.roster.by_teams(link.teams) {
                Some(slot) => (slot, self.roster.return_as(slot, link)),
                None => (self.roster.add(User::new(link, session)), false),
            };
            if !is_in_ring {
                self.reader.add(slot);
            }
        }
        parted.into_iter().for_each(|slot| self.consider(slot, now));
    }
}
