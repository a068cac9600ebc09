//! Updates the list of synchronised users.

use super::super::moment::Moment;
use super::event::Link;
use super::step::Engine;
use super::user::{Session, User};

impl Engine {
    /// Sets the users from now on. If two links share an id, the first one counts.
    pub(super) fn take_users(&mut self, links: Vec<Link>, now: Moment) {
        self.has_list = true;
        // Unknown sessions can only exist at the start, also of a run in another mode.
        let session = if self.roster.places() == 0 {
            Session::Perhaps { until: now + self.options.session, is_seen: false, is_tried: false }
        } else {
            Session::None
        };
        let mut stay = vec![false; self.roster.places() as usize];
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
                Some(slot) => (slot, self.roster.return_as(slot, link, now)),
                None => (self.roster.add(User::new(link, session, now)), false),
            };
            if !is_in_ring {
                self.reader.add(slot);
            }
        }
        parted.into_iter().for_each(|slot| self.consider(slot, now));
    }
}
