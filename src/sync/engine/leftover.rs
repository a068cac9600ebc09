//! Sessions that an earlier run may have left. They look like a call in Teams.
//!
//! At the start, "In a call" in Teams is therefore in doubt: it is cleared, and if Graph answers that there was no session (404), it is a
//! call. It is then read again at once, so that the doubt does not delay it.

use super::super::moment::Moment;
use super::super::reader::Slot;
use super::event::Action;
use super::step::Engine;
use super::user::Session;
use crate::settings::Mode;

impl Engine {
    /// Whether an action only finds out whether an earlier run left a session, although calls are not forwarded. The application may lack
    /// the permission, so a refusal is no problem.
    pub(crate) fn is_trial(&self, action: &Action) -> bool {
        let Action::Clear(slot) = action else { return false };
        self.options.mode == Mode::FromTeams && self.roster.get(*slot).is_some_and(|user| !user.is_open())
    }

    /// Graph has no session of the user: what Teams shows is a call.
    pub(super) fn end_doubt(&mut self, slot: Slot, now: Moment) {
        let Some(user) = self.roster.get_mut(slot) else { return };
        user.end_doubt(now);
        self.rereads.add(slot, now);
    }

    /// Sessions cannot be cleared, so there is no way to find out: calls count.
    pub(super) fn end_all_doubts(&mut self, now: Moment) {
        for slot in 0..self.roster.places() {
            match self.roster.get(slot).map(|user| user.session) {
                Some(Session::Perhaps { is_seen: true, .. }) => self.end_doubt(slot, now),
                Some(Session::Perhaps { .. }) => {
                    self.roster.get_mut(slot).into_iter().for_each(|user| user.end_doubt(now));
                }
                _ => {}
            }
        }
    }
}
