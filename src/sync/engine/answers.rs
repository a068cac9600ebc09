//! Handles the outcomes of requests and the reports of the gateway.

use std::time::Duration;

use super::super::budget::Kind;
use super::super::mapping::Pair;
use super::super::moment::Moment;
use super::super::reader::Slot;
use super::event::{Action, Command, Failure, Outcome, Reading};
use super::step::Engine;
use super::user::{Circumstances, Session, User};
use crate::settings::SwyxStatus;
use crate::swyx::UserStatus;

/// The pause if the other side asks for one without a duration.
const WAIT: Duration = Duration::from_secs(5);

/// The maximum pause: a wrong date would otherwise stop a tenant permanently.
const MAX_WAIT: Duration = Duration::from_mins(10);

impl Engine {
    pub(super) fn take_answer(&mut self, command: Command, outcome: Outcome, now: Moment) {
        if !self.is_trial(&command.action) {
            self.count_failure(&outcome);
        }
        match command.action {
            Action::Read(users) => self.read_was_answered(&users, outcome, command.given, now),
            Action::Set(slot, _) => self.session_was_answered(slot, outcome, now, true),
            Action::Renew(slot, _) => self.session_was_answered(slot, outcome, now, false),
            Action::Clear(slot) => self.clear_was_answered(slot, &outcome, now),
            Action::SetStatus(slot, status) => {
                self.status_was_answered(slot, status, outcome, (command.given, now))
            }
        }
    }

    fn count_failure(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Failed(Failure::Wait(_)) => self.figures.throttled += 1,
            Outcome::Failed(Failure::Outage) => self.figures.failed += 1,
            Outcome::Failed(Failure::Refused | Failure::StatusRefused | Failure::ListRefused) => {
                self.figures.refused += 1
            }
            Outcome::Read(_) | Outcome::Done | Outcome::NoSession | Outcome::Status(_) => {}
        }
    }

    fn read_was_answered(&mut self, users: &[Slot], outcome: Outcome, given: Moment, now: Moment) {
        self.under_way.readings = self.under_way.readings.saturating_sub(1);
        self.budget.answered(Kind::Read, now);
        match outcome {
            Outcome::Read(readings) => {
                if self.graph.is_out() {
                    self.writes.hurry(now);
                }
                self.graph.succeeded();
                self.suspects.succeeded();
                self.figures.readings += 1;
                self.note_interval(users, given);
                // A user who is missing in the answer cannot be read either.
                for slot in users {
                    self.roster.get_mut(*slot).into_iter().for_each(|user| user.is_unreadable = true);
                }
                readings.into_iter().for_each(|reading| self.take_reading(reading, given, now));
                for slot in users {
                    let user = self.roster.get_mut(*slot).filter(|user| !user.is_unreadable);
                    user.into_iter().for_each(|user| user.read = user.read.max(given));
                    self.readmit(*slot);
                }
            }
            Outcome::Failed(Failure::Wait(wait)) => self.budget.close(requested_pause(wait), now),
            Outcome::Failed(Failure::ListRefused) => self.list_was_refused(users, now),
            // A refusal also concerns the whole application: it may not read presences.
            _ => self.graph.failed(None, self.options.interval, now),
        }
    }

    /// The actual interval of the user among these who was read longest ago.
    fn note_interval(&mut self, users: &[Slot], given: Moment) {
        let readable =
            users.iter().filter_map(|slot| self.roster.get(*slot)).filter(|user| !user.is_unreadable);
        let before = readable.map(|user| user.read);
        let kept = before.filter(|read| *read != Moment::START).map(|read| given.since(read)).max();
        if let Some(kept) = kept {
            // A weighted average over some dozens of requests, so that one late request neither stays nor vanishes at once.
            let so_far = self.figures.interval_kept.unwrap_or(kept);
            self.figures.interval_kept = Some(if kept > so_far { kept } else { (so_far * 31 + kept) / 32 });
        }
    }

    fn take_reading(&mut self, reading: Reading, requested_at: Moment, now: Moment) {
        self.figures.presences += 1;
        let is_unreadable = reading.pair == Pair::UNREADABLE;
        self.figures.unreadable += u64::from(is_unreadable);
        if let Some(user) = self.roster.get_mut(reading.user) {
            user.is_unreadable = is_unreadable;
        }
        if is_unreadable {
            return;
        }
        let meaning = self.mapping.meaning(reading.pair);
        let around = self.circumstances(now);
        let Some(user) = self.roster.get_mut(reading.user) else { return };
        let before = user.changed;
        if user.read(reading, meaning, requested_at, around) {
            self.figures.changes_in_teams += u64::from(user.changed != before);
            self.figures.unknown += u64::from(meaning.is_unknown);
            self.consider(reading.user, now);
        }
    }

    fn session_was_answered(&mut self, slot: Slot, outcome: Outcome, now: Moment, is_new: bool) {
        self.write_was_answered(slot, &outcome, now);
        let interval = self.pause_after_failure();
        let Some(user) = self.roster.get_mut(slot) else { return };
        user.to_teams.is_under_way = false;
        match outcome {
            Outcome::Failed(Failure::Refused) => {
                user.to_teams.refused(now);
                // It was not set now; an earlier setting stays.
                if is_new {
                    user.session_ended(now);
                    self.figures.open_sessions -= 1;
                }
            }
            Outcome::Failed(_) => {
                user.renew_at(now);
                user.to_teams.failed(interval, now);
            }
            _ => {
                user.to_teams.succeeded();
                if user.confirm() {
                    self.figures.sessions_set += 1;
                    self.figures.to_teams.add(now.since(user.heard));
                } else {
                    self.figures.sessions_renewed += 1;
                }
            }
        }
        self.consider(slot, now);
    }

    fn clear_was_answered(&mut self, slot: Slot, outcome: &Outcome, now: Moment) {
        let is_trial = self.is_trial(&Action::Clear(slot));
        self.write_was_answered(slot, outcome, now);
        let interval = self.pause_after_failure();
        let Some(user) = self.roster.get_mut(slot) else { return };
        user.to_teams.is_under_way = false;
        match outcome {
            Outcome::Failed(Failure::Refused) if is_trial => self.end_all_doubts(now),
            Outcome::Failed(Failure::Refused) => user.to_teams.refused(now),
            // It may have been cleared anyway: if the user is in a call again by now, it is set again.
            Outcome::Failed(_) => {
                user.renew_at(now);
                user.note_trial();
                user.to_teams.failed(interval, now);
            }
            Outcome::NoSession if matches!(user.session, Session::Perhaps { is_tried: false, .. }) => {
                user.to_teams.succeeded();
                self.end_doubt(slot, now);
            }
            _ => {
                user.to_teams.succeeded();
                self.figures.open_sessions -= usize::from(user.is_open());
                self.figures.sessions_cleared += 1;
                // At the end of the program or of the user, no call has ended.
                if user.in_call == Some(false) && !user.leaves {
                    self.figures.to_teams.add(now.since(user.heard));
                }
                user.session_ended(now);
            }
        }
        self.consider(slot, now);
    }

    /// The pause after a failed write of one user; none during shutdown.
    fn pause_after_failure(&self) -> Duration {
        if self.is_stopping { Duration::from_secs(1) } else { self.pause_in_outage() }
    }

    fn write_was_answered(&mut self, slot: Slot, outcome: &Outcome, now: Moment) {
        self.under_way.writes = self.under_way.writes.saturating_sub(1);
        self.budget.answered(Kind::Write, now);
        match outcome {
            Outcome::Failed(Failure::Wait(wait)) => self.budget.close(requested_pause(*wait), now),
            Outcome::Failed(Failure::Outage) => self.writes.failed(Some(slot), self.pause_in_outage(), now),
            // One user's refusal says nothing about the others.
            _ => self.writes.succeeded(),
        }
    }

    fn status_was_answered(
        &mut self,
        slot: Slot,
        set: SwyxStatus,
        outcome: Outcome,
        (given, now): (Moment, Moment),
    ) {
        self.under_way.to_swyx = self.under_way.to_swyx.saturating_sub(1);
        match outcome {
            Outcome::Failed(Failure::Wait(wait)) => {
                self.gateway_closed_until = self.gateway_closed_until.max(now + requested_pause(wait));
            }
            Outcome::Failed(Failure::Outage) => self.gateway.failed(Some(slot), self.pause_in_outage(), now),
            _ => self.gateway.succeeded(),
        }
        let (around, interval) = (self.circumstances(now), self.pause_after_failure());
        if let Some(user) = self.roster.get_mut(slot) {
            user.to_swyx.is_under_way = false;
            match outcome {
                Outcome::Failed(Failure::Refused) => user.to_swyx.refused(now),
                Outcome::Failed(Failure::StatusRefused) => {
                    user.to_swyx.succeeded();
                    user.held.hold(set, now);
                }
                Outcome::Failed(_) => {
                    user.status_may_be_set();
                    user.to_swyx.failed(interval, now);
                }
                Outcome::Status(_) | Outcome::Done | Outcome::NoSession | Outcome::Read(_) => {
                    user.to_swyx.succeeded();
                    user.status_was_set(set, around.settable);
                    self.figures.statuses_set += 1;
                    if user.due_since != Moment::START {
                        self.figures.to_swyx.add(now.since(user.due_since));
                    }
                }
            }
        }
        if let Outcome::Status(status) = outcome
            && given >= self.last_snapshot
        {
            self.take_statuses(&[status], User::apply_change, now);
        }
        self.consider(slot, now);
    }

    /// Takes in what the gateway reports, with `apply`; skips users who are not synchronised.
    pub(super) fn take_statuses(
        &mut self,
        statuses: &[UserStatus],
        apply: fn(&mut User, &UserStatus, Circumstances) -> bool,
        now: Moment,
    ) {
        for status in statuses {
            let Some(slot) = self.roster.by_swyx(&status.user) else { continue };
            let around = self.circumstances(now);
            let Some(user) = self.roster.get_mut(slot) else { continue };
            let was_known = user.in_call.is_some();
            user.is_in_snapshot = true;
            if apply(user, status, around) {
                self.figures.changes_in_swyx += u64::from(was_known);
            }
            self.consider(slot, now);
        }
    }

    /// Frees the position of a user who has left, once no request for this user is under way.
    pub(super) fn release(&mut self, slot: Slot) {
        if self.roster.get(slot).is_some_and(User::is_gone) {
            self.roster.free(slot);
        }
    }
}

fn requested_pause(wait: Duration) -> Duration {
    if wait.is_zero() { WAIT } else { wait.min(MAX_WAIT) }
}
