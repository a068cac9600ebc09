//! The engine's state, and its step from an event to commands.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::super::budget::Budget;
use super::super::figures::Figures;
use super::super::health::Health;
use super::super::mapping::{Mapping, Pair, Settable};
use super::super::moment::Moment;
use super::super::reader::{Reader, Slot};
use super::event::{Command, Event, Link};
use super::options::Options;
use super::pending::{Absent, Rereads, Suspects};
use super::queues::Queues;
use super::roster::Roster;
use super::user::{Circumstances, User};
use crate::settings::{Choice, Mode, SwyxStatus};

/// The engine of one tenant.
#[derive(Debug)]
pub struct Engine {
    pub(super) options: Options,
    pub(super) mapping: Mapping,
    pub(super) settable: Settable,
    pub(super) roster: Roster,
    /// The list of users was read.
    pub(super) has_list: bool,
    pub(super) reader: Reader,
    pub(super) suspects: Suspects,
    pub(super) rereads: Rereads,
    pub(super) budget: Budget,
    /// The health of Graph, from readings.
    pub(super) graph: Health,
    /// The health of Graph's writes: they may fail while readings work.
    pub(super) writes: Health,
    pub(super) gateway: Health,
    pub(super) gateway_closed_until: Moment,
    /// When the gateway last sent statuses.
    pub(super) gateway_heard: Option<Moment>,
    /// When it last sent all statuses. A response to an older request may come from before the gateway restarted.
    pub(super) last_snapshot: Moment,
    pub(super) absent: Absent,
    pub(super) queues: Queues,
    /// When to check a user again.
    pub(super) timers: BinaryHeap<Reverse<(Moment, Slot)>>,
    pub(super) under_way: UnderWay,
    pub(super) is_stopping: bool,
    pub(super) figures: Figures,
}

/// Requests without an answer yet.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    pub(super) readings: usize,
    pub(super) writes: usize,
    pub(super) to_swyx: usize,
}

/// The pause between probes during an outage, and before a retry.
const PAUSE_IN_OUTAGE: Duration = Duration::from_secs(4);
/// How long the gateway's report of calls counts; after that, sessions are not renewed (inferred: the contract has a sign of life every
/// 15 s).
const HEARD: Duration = Duration::from_mins(1);

impl Engine {
    /// An engine without users.
    pub fn new(options: Options) -> Self {
        Self {
            mapping: Mapping::new(&options.status),
            budget: Budget::new(options.requests),
            options,
            settable: SwyxStatus::CHOICES.iter().map(|(_, _, status)| *status).collect(),
            roster: Roster::default(),
            has_list: false,
            reader: Reader::default(),
            suspects: Suspects::default(),
            rereads: Rereads::default(),
            graph: Health::default(),
            writes: Health::default(),
            gateway: Health::default(),
            gateway_closed_until: Moment::START,
            gateway_heard: None,
            last_snapshot: Moment::START,
            absent: Absent::default(),
            queues: Queues::default(),
            timers: BinaryHeap::new(),
            under_way: UnderWay::default(),
            is_stopping: false,
            figures: Figures::default(),
        }
    }

    /// Processes an event, and returns the commands to carry out now.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Command> {
        match event {
            Event::Users(links) => self.take_users(links, now),
            Event::Settable(statuses) => {
                self.take_settable(statuses.into_iter().collect(), now);
            }
            Event::AllStatuses(statuses) => self.take_snapshot(&statuses, now),
            Event::Statuses(statuses) => {
                let was_heard = self.is_heard(now);
                self.gateway_heard = Some(now);
                self.take_statuses(&statuses, User::apply_change, now);
                if !was_heard {
                    self.consider_all(now);
                }
            }
            Event::Answered(command, outcome) => self.take_answer(command, outcome, now),
            Event::Options(options) => self.take_options(options, now),
            Event::Slept => {
                // The gateway's last report is as old as the sleep was long.
                self.gateway_heard = None;
                for slot in 0..self.roster.places() {
                    self.roster.get_mut(slot).into_iter().for_each(|user| user.renew_at(now));
                    self.consider(slot, now);
                }
            }
            Event::Tick => {}
            Event::Stop => {
                self.is_stopping = true;
                self.consider_all(now);
            }
        }
        self.fire_timers(now);
        self.forget_absent(now);
        let mut commands = Vec::new();
        self.send(now, &mut commands);
        commands
    }

    fn take_settable(&mut self, settable: Settable, now: Moment) {
        if self.settable == settable {
            return;
        }
        self.settable = settable;
        for slot in 0..self.roster.places() {
            self.roster.get_mut(slot).into_iter().for_each(|user| user.held.release_all());
        }
        self.consider_all(now);
    }

    /// The latest time for the next step, if there is no earlier event.
    pub fn wake(&self, now: Moment) -> Moment {
        let timer = self.timers.peek().map_or(Moment::NEVER, |next| next.0.0).min(self.absent.next());
        timer.min(self.next_sending(now)).max(now + Duration::from_millis(1))
    }

    /// Whether it has ended: it was stopped, and has no known open session.
    pub fn has_ended(&self) -> bool {
        self.is_stopping && self.figures.open_sessions == 0 && self.under_way.writes == 0
    }

    /// The user at a position.
    pub fn link(&self, user: Slot) -> Option<&Link> {
        self.roster.get(user).map(|user| &user.link)
    }

    /// The position of a synchronised Teams user.
    pub(crate) fn by_teams(&self, id: uuid::Uuid) -> Option<Slot> {
        self.roster.by_teams(id)
    }

    /// Whether Graph gives no usable answers to readings.
    pub(crate) fn is_graph_out(&self) -> bool {
        self.graph.is_out()
    }

    /// Counts presences without a user.
    pub(crate) fn count_unreadable(&mut self, count: u64) {
        self.figures.unreadable += count;
    }

    /// The number of a pair of values from Graph.
    pub fn pair(&mut self, availability: &str, activity: &str) -> Pair {
        self.mapping.pair(availability, activity)
    }

    /// The mapping, with the pairs seen so far.
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The current figures.
    pub fn figures(&mut self, now: Moment) -> Figures {
        let waiting = self.queues.len();
        let is_read = |user: &&User| user.left_out_until.is_none();
        // A user who was never read counts from when the user became known.
        let read = self.roster.users().filter(is_read).map(|user| user.read.max(user.known)).min();
        let read = read.unwrap_or(if self.has_list { now } else { Moment::START });
        let count = |is_one: fn(&User) -> bool| self.roster.users().filter(|user| is_one(user)).count();
        // At the end, sessions that may be open count too: they must be cleared.
        let open_sessions =
            if self.is_stopping { self.figures.open_sessions } else { count(User::is_confirmed) };
        Figures {
            open_sessions,
            unreadable_users: count(|user| user.is_unreadable),
            left_out: count(|user| user.left_out_until.is_some()),
            users: self.roster.len(),
            waiting,
            oldest_reading: Some(now.since(read)),
            budget: self.budget.used_of(now),
            absent: self.count_absent(),
            graph_is_out: self.graph.is_out() || self.writes.is_out(),
            gateway_is_out: self.gateway.is_out() || !self.is_heard(now),
            ..self.figures
        }
    }

    pub(super) fn circumstances(&self, now: Moment) -> Circumstances {
        Circumstances {
            carries: self.options.mode == Mode::BothWays && !self.is_stopping,
            only_reads: self.options.mode == Mode::FromTeams && !self.is_stopping,
            is_heard: self.is_heard(now),
            settable: self.settable,
            now,
        }
    }

    /// Whether the gateway's report of calls still counts.
    fn is_heard(&self, now: Moment) -> bool {
        self.gateway_heard.is_some_and(|heard| now.since(heard) <= HEARD)
    }

    /// Checks one user, and adds the user to the queues with pending writes.
    pub(super) fn consider(&mut self, slot: Slot, now: Moment) {
        self.try_again(slot, now);
        let around = self.circumstances(now);
        let Some(user) = self.roster.get_mut(slot) else { return };
        let was_open = user.is_open();
        user.lapse(now);
        self.figures.open_sessions -= usize::from(was_open && !user.is_open());
        let due = user.due_in_teams(around).filter(|_| user.to_teams.is_free(now));
        // A user who ended a call while waiting for a renewal is in both queues; the first queue to reach the user counts.
        if let Some(due) = due.filter(|due| user.queued_for != Some(*due)) {
            user.queued_for = Some(due);
            self.queues.of(due).push_back(slot);
        }
        if user.due_in_swyx(around).is_some() && user.to_swyx.is_free(now) && !user.to_swyx.is_queued {
            user.to_swyx.is_queued = true;
            self.queues.to_swyx.push_back(slot);
        }
        let next = user.next(around);
        if next > now && next < user.timer.filter(|timer| *timer > now).unwrap_or(Moment::NEVER) {
            user.timer = Some(next);
            self.timers.push(Reverse((next, slot)));
        }
        self.release(slot);
    }

    /// During an outage, one probe per this interval, independent of the reading interval.
    pub(super) fn pause_in_outage(&self) -> Duration {
        self.options.interval.min(PAUSE_IN_OUTAGE)
    }

    pub(super) fn consider_all(&mut self, now: Moment) {
        (0..self.roster.places()).for_each(|slot| self.consider(slot, now));
    }

    /// Checks the users whose timer has expired.
    fn fire_timers(&mut self, now: Moment) {
        while let Some(Reverse((_, slot))) = self.timers.peek().filter(|next| next.0.0 <= now).copied() {
            self.timers.pop();
            self.consider(slot, now);
        }
    }

    fn take_options(&mut self, options: Options, now: Moment) {
        self.mapping.set_overrides(&options.status);
        self.budget.set_limit(options.requests);
        self.options = options;
        self.reader.hurry(now);
        for slot in 0..self.roster.places() {
            let (mapping, settable) = (&self.mapping, self.settable);
            let Some(user) = self.roster.get_mut(slot) else { continue };
            // Requests rejected under the old settings may succeed under the new ones.
            user.to_teams.succeeded();
            user.to_swyx.succeeded();
            user.held.release_all();
            let meaning = user.pair.map(|pair| mapping.meaning(pair));
            if let Some(meaning) =
                meaning.filter(|meaning| !meaning.is_unknown && meaning.status != user.wanted)
            {
                user.due_since = now;
                user.has_changed = true;
                user.want(meaning.status, settable);
            }
        }
        self.consider_all(now);
    }
}
