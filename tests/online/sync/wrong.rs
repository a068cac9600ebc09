//! Engines with a fault: the inputs or outputs of the real engine are changed. The same checks must detect them.

use std::collections::{HashMap, VecDeque};

use swyx_teams::settings::SwyxStatus;
use swyx_teams::sync::engine::{Action, Command, Engine, Event, Failure, Outcome, Reading};
use swyx_teams::sync::{Figures, Moment, Pair};

use super::plan::Plan;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// A status that was set in Swyx counts as a call.
    EchoFromSwyx,
    /// Its own session, read back, counts as a call in Teams.
    EchoFromTeams,
    /// Every answer to a write counts as a success, even that of a captive portal.
    EveryAnswer,
    /// A refused status holds back the user.
    HoldsUser,
    /// One odd presence, or one bad id, costs the whole list.
    AllOrNothing,
    /// The first reading counts as a change in Teams.
    OverwritesAtStart,
    /// Sessions are not renewed.
    NoRenewal,
    /// Changes wait in a queue, and the oldest is carried first, one in a sweep.
    OldestFirst,
    /// Only events count: the gateway's statuses are not read again.
    EdgesOnly,
}

/// An engine.
pub struct Brain {
    engine: Engine,
    fault: Fault,
    waiting: HashMap<u32, VecDeque<Reading>>,
}

impl Brain {
    pub fn new(plan: &Plan, fault: Fault) -> Self {
        Self { engine: Engine::new(plan.options.clone()), fault, waiting: HashMap::new() }
    }

    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Command> {
        let event = self.falsified(event);
        let mut commands = self.engine.step(event, now);
        if self.fault == Fault::NoRenewal {
            let is_renewal = |command: &Command| matches!(command.action, Action::Renew(..));
            let renewals = commands.extract_if(.., |command| is_renewal(command)).collect::<Vec<_>>();
            for renewal in renewals {
                commands.extend(self.engine.step(Event::Answered(renewal, Outcome::Done), now));
            }
        }
        commands
    }

    fn falsified(&mut self, event: Event) -> Event {
        match (self.fault, event) {
            (Fault::EchoFromSwyx, Event::AllStatuses(mut statuses)) => {
                statuses.iter_mut().for_each(|seen| seen.in_call = seen.status == Some(SwyxStatus::Speaking));
                Event::AllStatuses(statuses)
            }
            (Fault::EchoFromSwyx, Event::Statuses(mut statuses)) => {
                statuses.iter_mut().for_each(|seen| seen.in_call = seen.status == Some(SwyxStatus::Speaking));
                Event::Statuses(statuses)
            }
            (Fault::EdgesOnly, Event::Statuses(statuses)) if statuses.len() != 1 => {
                Event::Statuses(Vec::new())
            }
            (Fault::EchoFromTeams, Event::Answered(command, Outcome::Read(mut readings))) => {
                let own = self.engine.pair("Busy", "InACall");
                let other = self.engine.pair("Busy", "InAConferenceCall");
                readings
                    .iter_mut()
                    .filter(|reading| reading.pair == own)
                    .for_each(|reading| reading.pair = other);
                Event::Answered(command, Outcome::Read(readings))
            }
            (Fault::OldestFirst, Event::Answered(command, Outcome::Read(readings))) => {
                let readings = readings.into_iter().map(|reading| self.oldest(reading)).collect();
                Event::Answered(command, Outcome::Read(readings))
            }
            (Fault::EveryAnswer, Event::Answered(command, Outcome::Failed(_)))
                if !matches!(command.action, Action::Read(_)) =>
            {
                Event::Answered(command, Outcome::Done)
            }
            (Fault::HoldsUser, Event::Answered(command, Outcome::Failed(Failure::StatusRefused))) => {
                Event::Answered(command, Outcome::Failed(Failure::Refused))
            }
            (Fault::AllOrNothing, Event::Answered(command, outcome)) => {
                let odd = self.engine.pair("", "");
                let is_odd = match &outcome {
                    Outcome::Read(readings) => readings.iter().any(|reading| reading.pair == odd),
                    Outcome::Failed(failure) => *failure == Failure::ListRefused,
                    _ => false,
                };
                let outcome = if is_odd { Outcome::Failed(Failure::Outage) } else { outcome };
                Event::Answered(command, outcome)
            }
            (Fault::OverwritesAtStart, Event::Answered(command, Outcome::Read(mut readings))) => {
                let offline = self.engine.pair("Offline", "Offline");
                for reading in &mut readings {
                    // The second reading then shows a change.
                    if self.waiting.insert(reading.user, VecDeque::new()).is_none() {
                        reading.pair = offline;
                    }
                }
                Event::Answered(command, Outcome::Read(readings))
            }
            (_, event) => event,
        }
    }

    fn oldest(&mut self, reading: Reading) -> Reading {
        let queue = self.waiting.entry(reading.user).or_default();
        queue.push_back(reading);
        // It takes its time for each: three sweeps.
        if queue.len() > 2 && queue.len().is_multiple_of(3) {
            queue.pop_front().expect("some")
        } else {
            queue[0]
        }
    }

    pub fn wake(&self, now: Moment) -> Moment {
        self.engine.wake(now)
    }

    pub fn pair(&mut self, availability: &str, activity: &str) -> Pair {
        self.engine.pair(availability, activity)
    }

    pub fn user(&self, slot: u32) -> usize {
        self.engine.link(slot).expect("a user").swyx.parse().expect("a number")
    }

    pub fn figures(&mut self) -> Figures {
        self.engine.figures(Moment::START)
    }
}
