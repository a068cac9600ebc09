//! The engine: `step(event, now) -> commands`.
//!
//! It compares what is with what should be, so whatever got lost is repaired by the next look. Of each user only the newest state
//! counts: a queue holds users, not statuses, and what is sent is decided when it is sent. At most one request is under way for each
//! user and side.
//!
//! What keeps the two directions from echoing each other: to Teams only a call is carried, which the gateway tells apart from a status that
//! was set; and from Teams nothing is learnt that this program's own session may have caused.

mod answers;
mod event;
mod roster;
mod send;
mod user;

use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

pub use event::{Action, Command, Event, Failure, Link, Outcome, Reading, Version};
use roster::Roster;
use user::{Circumstances, Due, User};

use super::budget::Budget;
use super::figures::Figures;
use super::health::Health;
use super::mapping::{Mapping, Pair, Settable};
use super::moment::Moment;
use super::reader::{Reader, Readers, Slot};
use crate::settings::{Choice, Mode, PresencePair, Settings, SwyxStatus};

/// What the settings say of the synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether calls are carried to Teams.
    pub mode: Mode,
    /// The interval between two readings of one user.
    pub interval: Duration,
    /// How long Graph keeps a session.
    pub session: Duration,
    /// Presence requests that Graph allows in 30 s.
    pub requests: u16,
    /// Overrides of the mapping.
    pub status: Vec<(PresencePair, SwyxStatus)>,
}

impl Options {
    /// What these settings say.
    pub fn of(settings: &Settings) -> Self {
        Self {
            mode: settings.mode,
            interval: Duration::from_secs(settings.read_interval_seconds.into()),
            session: Duration::from_mins(settings.session_minutes.into()),
            requests: settings.requests_per_30_seconds,
            status: settings.status.clone(),
        }
    }
}

/// The engine of one tenant.
#[derive(Debug)]
pub struct Engine {
    options: Options,
    mapping: Mapping,
    settable: Settable,
    roster: Roster,
    reader: Reader,
    budget: Budget,
    /// Graph, as its readings show.
    graph: Health,
    /// Graph's writes: they may fail where readings do not.
    writes: Health,
    gateway: Health,
    gateway_closed_until: Moment,
    /// When the gateway last told statuses.
    gateway_heard: Option<Moment>,
    /// When it last told all: an answer to what was asked before may be of an earlier life of its.
    all_told: Moment,
    queues: Queues,
    /// Moments at which a user is to be looked at again.
    timers: BinaryHeap<std::cmp::Reverse<(Moment, Slot)>>,
    under_way: UnderWay,
    is_stopping: bool,
    figures: Figures,
}

/// Users for whom something is to be sent, in the order in which it came up.
#[derive(Debug, Default)]
struct Queues {
    clear: VecDeque<Slot>,
    set: VecDeque<Slot>,
    renew: VecDeque<Slot>,
    to_swyx: VecDeque<Slot>,
}

impl Queues {
    fn of(&mut self, due: Due) -> &mut VecDeque<Slot> {
        match due {
            Due::Clear => &mut self.clear,
            Due::Set => &mut self.set,
            Due::Renew => &mut self.renew,
        }
    }
}

/// Requests that were sent and not answered.
#[derive(Debug, Default)]
struct UnderWay {
    readings: usize,
    writes: usize,
    to_swyx: usize,
}

/// Between two requests of an outage, and before what failed is tried again.
const PAUSE_IN_OUTAGE: Duration = Duration::from_secs(4);
/// What the gateway said of calls counts for so long; after that, sessions are not renewed (inferred: the contract has a sign of life every 15 s).
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
            reader: Reader::default(),
            graph: Health::default(),
            writes: Health::default(),
            gateway: Health::default(),
            gateway_closed_until: Moment::START,
            gateway_heard: None,
            all_told: Moment::START,
            queues: Queues::default(),
            timers: BinaryHeap::new(),
            under_way: UnderWay::default(),
            is_stopping: false,
            figures: Figures::default(),
        }
    }

    /// Takes in what happened, and gives what is to be done now.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Command> {
        match event {
            Event::Users(links) => self.take_users(links, now),
            Event::Settable(statuses) => {
                self.settable = statuses.into_iter().collect();
                self.consider_all(now);
            }
            Event::AllStatuses(statuses) => {
                (self.gateway_heard, self.all_told) = (Some(now), now);
                // Of whom nothing is told, nothing is known.
                for slot in 0..self.roster.places() {
                    self.roster.get_mut(slot).into_iter().for_each(|user| user.is_told = false);
                }
                self.take_statuses(&statuses, User::told_anew, now);
                for slot in 0..self.roster.places() {
                    if let Some(user) = self.roster.get_mut(slot).filter(|user| !user.is_told) {
                        user.untold();
                    }
                }
                self.consider_all(now);
            }
            Event::Statuses(statuses) => {
                let was_heard = self.is_heard(now);
                self.gateway_heard = Some(now);
                self.take_statuses(&statuses, User::told, now);
                if !was_heard {
                    self.consider_all(now);
                }
            }
            Event::Answered(command, outcome) => self.take_answer(command, outcome, now),
            Event::Options(options) => self.take_options(options, now),
            Event::Slept => {
                // What the gateway said before is as old as the sleep was long.
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
        self.ring(now);
        let mut commands = Vec::new();
        self.send(now, &mut commands);
        commands
    }

    /// When to come back at the latest, if nothing happens before.
    pub fn wake(&self, now: Moment) -> Moment {
        let timer = self.timers.peek().map_or(Moment::NEVER, |next| next.0.0);
        timer.min(self.next_sending(now)).max(now + Duration::from_millis(1))
    }

    /// Whether it has ended: it was to stop, and no session is open that it knows of.
    pub fn has_ended(&self) -> bool {
        self.is_stopping && self.figures.open_sessions == 0 && self.under_way.writes == 0
    }

    /// Who is at a place.
    pub fn link(&self, user: Slot) -> Option<&Link> {
        self.roster.get(user).map(|user| &user.link)
    }

    /// The place of a Teams user who is carried.
    pub fn by_teams(&self, id: uuid::Uuid) -> Option<Slot> {
        self.roster.by_teams(id)
    }

    /// The number of a pair of words from Graph.
    pub fn pair(&mut self, availability: &str, activity: &str) -> Pair {
        self.mapping.pair(availability, activity)
    }

    /// The mapping, with the pairs seen so far.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// What it did and how it is.
    pub fn figures(&mut self, now: Moment) -> Figures {
        let queues = &self.queues;
        let waiting = queues.clear.len() + queues.set.len() + queues.renew.len() + queues.to_swyx.len();
        let read = self.roster.users().map(|user| user.read).min();
        Figures {
            users: self.roster.len(),
            waiting,
            oldest_reading: read.filter(|read| *read != Moment::START).map(|read| now.since(read)),
            budget: self.budget.used_of(now),
            graph_is_out: self.graph.is_out() || self.writes.is_out(),
            gateway_is_out: self.gateway.is_out() || !self.is_heard(now),
            ..self.figures
        }
    }

    fn circumstances(&self, now: Moment) -> Circumstances {
        Circumstances {
            carries: self.options.mode == Mode::BothWays && !self.is_stopping,
            is_heard: self.is_heard(now),
            settable: self.settable,
            now,
        }
    }

    /// Whether what the gateway said of calls still counts.
    fn is_heard(&self, now: Moment) -> bool {
        self.gateway_heard.is_some_and(|heard| now.since(heard) <= HEARD)
    }

    /// Looks at one user, and puts him into the queues where something is to be sent.
    fn consider(&mut self, slot: Slot, now: Moment) {
        let around = self.circumstances(now);
        let Some(user) = self.roster.get_mut(slot) else { return };
        let was_open = user.is_open();
        user.lapse(now);
        self.figures.open_sessions -= usize::from(was_open && !user.is_open());
        let due = user.due_in_teams(around).filter(|_| user.to_teams.is_free(now));
        // Whoever waits to be renewed, and hung up, is in both queues; the first that comes to him counts.
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
            self.timers.push(std::cmp::Reverse((next, slot)));
        }
        self.release(slot);
    }

    /// In an outage, one request finds out in so long whether it is over, however seldom presences are read.
    fn pause_in_outage(&self) -> Duration {
        self.options.interval.min(PAUSE_IN_OUTAGE)
    }

    fn consider_all(&mut self, now: Moment) {
        (0..self.roster.places()).for_each(|slot| self.consider(slot, now));
    }

    /// Looks at those whose time has come.
    fn ring(&mut self, now: Moment) {
        while let Some(std::cmp::Reverse((_, slot))) =
            self.timers.peek().filter(|next| next.0.0 <= now).copied()
        {
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
            // Whatever was refused under the old settings may be granted under the new ones.
            user.to_teams.succeeded();
            user.to_swyx.succeeded();
            let meaning = user.pair.map(|pair| mapping.meaning(pair));
            if let Some(meaning) =
                meaning.filter(|meaning| !meaning.is_unknown && meaning.status != user.wanted)
            {
                user.due_since = now;
                user.want(meaning.status, settable);
            }
        }
        self.consider_all(now);
    }
}

impl Readers for Roster {
    fn is_read(&self, slot: Slot) -> bool {
        self.get(slot).is_some_and(|user| !user.leaves)
    }

    fn asked(&self, slot: Slot) -> Moment {
        self.get(slot).map_or(Moment::START, |user| user.asked)
    }

    fn changed(&self, slot: Slot) -> Moment {
        self.get(slot).map_or(Moment::START, |user| user.changed)
    }
}
