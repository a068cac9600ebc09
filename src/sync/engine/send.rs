//! Sends as many pending requests as the budget and the health of the other side allow. Writes come before readings.

use super::super::budget::Kind;
use super::super::moment::Moment;
use super::super::reader::Slot;
use super::event::{Action, Command};
use super::step::Engine;
use super::user::{Due, Session};

/// The maximum number of concurrent requests to each side for reading, and for writing: enough to use the budget if an answer takes a
/// second.
const AT_ONCE: usize = 64;
/// A session is renewed after this part of its lifetime, up to a fifth later, so that renewals are spread.
const RENEWED_AFTER_PERCENT: u32 = 60;

/// The number of concurrent writes up to which one of this kind is sent: deferrable ones leave half of the places to others.
fn at_once(kind: Kind) -> usize {
    if kind == Kind::Deferrable { AT_ONCE / 2 } else { AT_ONCE }
}

impl Engine {
    pub(super) fn send(&mut self, now: Moment, commands: &mut Vec<Command>) {
        self.write(now, commands);
        self.read(now, commands);
        self.set_statuses(now, commands);
    }

    /// When a waiting request may be sent.
    pub(super) fn next_sending(&self, now: Moment) -> Moment {
        let write = match self.queues.kind_to_teams().filter(|kind| self.under_way.writes < at_once(*kind)) {
            None => Moment::NEVER,
            Some(kind) if self.may_write(now) => self.budget.next(kind, now),
            Some(_) if self.probes_by_readings() => self.writes.next_alone(),
            Some(_) => self.writes.next(),
        };
        let read = if self.is_stopping || self.under_way.readings >= AT_ONCE {
            Moment::NEVER
        } else if self.next_reading(now) > now {
            self.next_reading(now)
        } else if !self.graph.admits(now) {
            self.graph.next()
        } else {
            self.budget.next(Kind::Read, now)
        };
        let status =
            if self.queues.to_swyx.is_empty() || self.is_stopping || self.under_way.to_swyx >= AT_ONCE {
                Moment::NEVER
            } else if now < self.gateway_closed_until {
                self.gateway_closed_until
            } else {
                self.gateway.next()
            };
        write.min(read).min(status)
    }

    fn write(&mut self, now: Moment, commands: &mut Vec<Command>) {
        while self.under_way.writes < AT_ONCE && self.may_write(now) {
            let Some((slot, due)) = self.next_write(now) else { return };
            let kind = due.kind();
            if self.under_way.writes >= at_once(kind) || !self.budget.take(kind, now) {
                // The user stays first in the queue.
                self.queues.of(due).push_front(slot);
                self.roster.get_mut(slot).into_iter().for_each(|user| user.queued_for = Some(due));
                return;
            }
            self.under_way.writes += 1;
            let pause = self.pause_in_outage();
            self.writes.sent(if self.writes.is_long() { pause * 2 } else { pause }, now);
            commands.push(Command { given: now, action: self.write_for(slot, due, now) });
        }
    }

    /// If only readings fail, writes go on. If both fail, readings probe Graph; during shutdown there are none, so writes do.
    fn may_write(&self, now: Moment) -> bool {
        if self.probes_by_readings() { self.writes.admits_alone(now) } else { self.writes.admits(now) }
    }

    fn probes_by_readings(&self) -> bool {
        !self.is_stopping && self.graph.is_out()
    }

    /// The first user with a pending write to Teams, by urgency.
    fn next_write(&mut self, now: Moment) -> Option<(Slot, Due)> {
        loop {
            let slot = self.queues.pop_to_teams()?;
            let around = self.circumstances(now);
            let Some(user) = self.roster.get_mut(slot) else { continue };
            let was_queued = user.queued_for.take().is_some();
            let due = user.due_in_teams(around).filter(|_| was_queued && user.to_teams.is_free(now));
            if let Some(due) = due {
                return Some((slot, due));
            }
        }
    }

    fn write_for(&mut self, slot: Slot, due: Due, now: Moment) -> Action {
        let session = self.options.session;
        let spread = session / 5 * (slot.wrapping_mul(2_654_435_761) >> 24) / 256;
        let renew = now + session * RENEWED_AFTER_PERCENT / 100 + spread;
        let Some(user) = self.roster.get_mut(slot) else { return Action::Clear(slot) };
        user.to_teams.is_under_way = true;
        match due {
            Due::Clear | Due::Trial => Action::Clear(slot),
            Due::Set | Due::CatchUp | Due::Renew => {
                // From now on, a reading may show it, whatever the outcome.
                self.figures.open_sessions += usize::from(!user.is_open());
                let (is_new, is_confirmed) = (!user.is_open(), user.is_confirmed());
                user.session = Session::Open { until: now + session, renew, is_seen: false, is_confirmed };
                if is_new { Action::Set(slot, session) } else { Action::Renew(slot, session) }
            }
        }
    }

    fn read(&mut self, now: Moment, commands: &mut Vec<Command>) {
        while !self.is_stopping
            && self.next_reading(now) <= now
            && self.under_way.readings < AT_ONCE
            && self.graph.admits(now)
            && self.budget.take(Kind::Read, now)
        {
            let users = self.next_list(now);
            if users.is_empty() {
                self.budget.give_back(Kind::Read);
                continue;
            }
            self.under_way.readings += 1;
            self.graph.sent(self.options.interval, now);
            commands.push(Command { given: now, action: Action::Read(users) });
        }
    }

    /// When there is something to read.
    fn next_reading(&self, now: Moment) -> Moment {
        if self.suspects.is_empty() { self.reader.next().min(self.rereads.next()) } else { now }
    }

    /// The users of the next reading: a part of a rejected list, users who are read again at once, otherwise those whose turn it is.
    fn next_list(&mut self, now: Moment) -> Vec<Slot> {
        let again = if self.rereads.next() <= now { Some(self.rereads.take(now)) } else { None };
        if let Some(mut users) = again.or_else(|| self.suspects.next()) {
            users.retain(|slot| self.roster.get(*slot).is_some_and(|user| !user.leaves));
            return users;
        }
        let mut gone = Vec::new();
        let users = self.reader.request(&self.roster, self.options.interval, now, |slot| gone.push(slot));
        // Readings out of turn do not count: the ring is in this order, and a user who is not due yet holds up all others.
        for slot in &users {
            self.roster.get_mut(*slot).into_iter().for_each(|user| user.requested_at = now);
        }
        for slot in gone {
            self.roster.get_mut(slot).into_iter().for_each(|user| user.is_in_ring = false);
            self.release(slot);
        }
        users
    }

    fn set_statuses(&mut self, now: Moment, commands: &mut Vec<Command>) {
        while !self.is_stopping
            && self.under_way.to_swyx < AT_ONCE
            && now >= self.gateway_closed_until
            && self.gateway.admits(now)
            && let Some(slot) = self.queues.to_swyx.pop_front()
        {
            let around = self.circumstances(now);
            let Some(user) = self.roster.get_mut(slot) else { continue };
            let was_queued = std::mem::take(&mut user.to_swyx.is_queued);
            let status = user.due_in_swyx(around).filter(|_| was_queued && user.to_swyx.is_free(now));
            let Some(status) = status else { continue };
            user.to_swyx.is_under_way = true;
            self.under_way.to_swyx += 1;
            self.gateway.sent(self.pause_in_outage(), now);
            commands.push(Command { given: now, action: Action::SetStatus(slot, status) });
        }
    }
}
