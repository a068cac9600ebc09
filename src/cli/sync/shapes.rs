//! The lines of a recording. They contain only the settings that the engine gets, and no secret.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::settings::{Choice, Mode, SwyxStatus};
use crate::swyx::UserStatus;
use crate::sync::engine::{
    Action, Command, Engine, Event, Failure, Link, Options, Outcome, Reading, Version,
};
use crate::sync::{Moment, Slot};

/// The first line, which identifies the format.
pub(super) const HEAD: &str = r#"{"swyx_teams_recording":1}"#;

/// One line of a recording.
#[derive(Deserialize, Serialize)]
pub(super) struct Line {
    /// Milliseconds since the start.
    pub(super) at: u64,
    #[serde(flatten)]
    pub(super) event: EventShape,
}

/// An event of the engine.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventShape {
    Users(Vec<(Box<str>, Uuid)>),
    Settable(Vec<String>),
    AllStatuses(Vec<StatusShape>),
    Statuses(Vec<StatusShape>),
    Answered(Box<AnsweredShape>),
    Options(OptionsShape),
    Slept(()),
    Tick(()),
    Stop(()),
}

#[derive(Deserialize, Serialize)]
pub(super) struct StatusShape {
    user: Box<str>,
    status: Option<String>,
    in_call: bool,
    sequence: u64,
}

#[derive(Deserialize, Serialize)]
pub(super) struct OptionsShape {
    mode: i64,
    interval_ms: u64,
    session_ms: u64,
    requests: u16,
    status: Vec<(String, String)>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct AnsweredShape {
    given: u64,
    action: ActionShape,
    outcome: OutcomeShape,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum ActionShape {
    Read(Vec<Slot>),
    Set(Slot, u64),
    Renew(Slot, u64),
    Clear(Slot),
    SetStatus(Slot, String),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeShape {
    /// User, availability, activity, sequence number.
    Read(Vec<(Slot, String, String, String)>),
    Done(()),
    NoSession(()),
    Status(StatusShape),
    WaitMs(u64),
    Outage(()),
    Refused(()),
    StatusRefused(()),
    ListRefused(()),
}

impl EventShape {
    /// The content of an event.
    pub(super) fn of(event: &Event, engine: &Engine) -> Self {
        let statuses = |all: &[UserStatus]| all.iter().map(StatusShape::of).collect();
        match event {
            Event::Users(links) => {
                Self::Users(links.iter().map(|link| (link.swyx.clone(), link.teams)).collect())
            }
            Event::Settable(settable) => {
                Self::Settable(settable.iter().map(|status| name(*status)).collect())
            }
            Event::AllStatuses(all) => Self::AllStatuses(statuses(all)),
            Event::Statuses(all) => Self::Statuses(statuses(all)),
            Event::Answered(command, outcome) => Self::Answered(Box::new(AnsweredShape {
                given: ms(command.given.since_start()),
                action: ActionShape::of(&command.action),
                outcome: OutcomeShape::of(outcome, engine),
            })),
            Event::Options(options) => Self::Options(OptionsShape::of(options)),
            Event::Slept => Self::Slept(()),
            Event::Tick => Self::Tick(()),
            Event::Stop => Self::Stop(()),
        }
    }

    /// The event; `None` if a value is invalid.
    pub(super) fn event(self, engine: &mut Engine) -> Option<Event> {
        let statuses = |all: Vec<StatusShape>| all.into_iter().map(StatusShape::status).collect();
        Some(match self {
            Self::Users(links) => {
                Event::Users(links.into_iter().map(|(swyx, teams)| Link { swyx, teams }).collect())
            }
            Self::Settable(all) => Event::Settable(all.iter().filter_map(|word| status(word)).collect()),
            Self::AllStatuses(all) => Event::AllStatuses(statuses(all)),
            Self::Statuses(all) => Event::Statuses(statuses(all)),
            Self::Answered(answered) => {
                let AnsweredShape { given, action, outcome } = *answered;
                let given = Moment::at(Duration::from_millis(given));
                Event::Answered(Command { given, action: action.action()? }, outcome.outcome(engine))
            }
            Self::Options(options) => Event::Options(options.options()?),
            Self::Slept(()) => Event::Slept,
            Self::Tick(()) => Event::Tick,
            Self::Stop(()) => Event::Stop,
        })
    }
}

impl StatusShape {
    fn of(status: &UserStatus) -> Self {
        let UserStatus { user, status, in_call, sequence } = status.clone();
        Self { user, status: status.map(name), in_call, sequence }
    }

    fn status(self) -> UserStatus {
        let Self { user, status: word, in_call, sequence } = self;
        UserStatus { user, status: word.as_deref().and_then(status), in_call, sequence }
    }
}

impl OptionsShape {
    fn of(options: &Options) -> Self {
        let status = options.status.iter().map(|(pair, status)| (pair.to_string(), name(*status)));
        Self {
            mode: options.mode.number().into(),
            interval_ms: ms(options.interval),
            session_ms: ms(options.session),
            requests: options.requests,
            status: status.collect(),
        }
    }

    fn options(self) -> Option<Options> {
        let pairs = self.status.iter().map(|(pair, word)| Some((pair.parse().ok()?, status(word)?)));
        Some(Options {
            mode: Mode::from_number(self.mode)?,
            interval: Duration::from_millis(self.interval_ms),
            session: Duration::from_millis(self.session_ms),
            requests: self.requests,
            status: pairs.collect::<Option<_>>()?,
        })
    }
}

impl ActionShape {
    fn of(action: &Action) -> Self {
        match action {
            Action::Read(users) => Self::Read(users.clone()),
            Action::Set(user, life) => Self::Set(*user, ms(*life)),
            Action::Renew(user, life) => Self::Renew(*user, ms(*life)),
            Action::Clear(user) => Self::Clear(*user),
            Action::SetStatus(user, status) => Self::SetStatus(*user, name(*status)),
        }
    }

    fn action(self) -> Option<Action> {
        Some(match self {
            Self::Read(users) => Action::Read(users),
            Self::Set(user, life) => Action::Set(user, Duration::from_millis(life)),
            Self::Renew(user, life) => Action::Renew(user, Duration::from_millis(life)),
            Self::Clear(user) => Action::Clear(user),
            Self::SetStatus(user, word) => Action::SetStatus(user, status(&word)?),
        })
    }
}

impl OutcomeShape {
    fn of(outcome: &Outcome, engine: &Engine) -> Self {
        match outcome {
            Outcome::Read(readings) => {
                let shape = |reading: &Reading| {
                    let (availability, activity) = engine.mapping().words(reading.pair);
                    (reading.user, availability.to_owned(), activity.to_owned(), reading.version.to_string())
                };
                Self::Read(readings.iter().map(shape).collect())
            }
            Outcome::Done => Self::Done(()),
            Outcome::NoSession => Self::NoSession(()),
            Outcome::Status(status) => Self::Status(StatusShape::of(status)),
            Outcome::Failed(Failure::Wait(wait)) => Self::WaitMs(ms(*wait)),
            Outcome::Failed(Failure::Outage) => Self::Outage(()),
            Outcome::Failed(Failure::Refused) => Self::Refused(()),
            Outcome::Failed(Failure::StatusRefused) => Self::StatusRefused(()),
            Outcome::Failed(Failure::ListRefused) => Self::ListRefused(()),
        }
    }

    fn outcome(self, engine: &mut Engine) -> Outcome {
        match self {
            Self::Read(readings) => {
                let readings = readings.into_iter().map(|(user, availability, activity, version)| Reading {
                    user,
                    pair: engine.pair(&availability, &activity),
                    version: Version::of(&version),
                });
                Outcome::Read(readings.collect())
            }
            Self::Done(()) => Outcome::Done,
            Self::NoSession(()) => Outcome::NoSession,
            Self::Status(status) => Outcome::Status(status.status()),
            Self::WaitMs(wait) => Outcome::Failed(Failure::Wait(Duration::from_millis(wait))),
            Self::Outage(()) => Outcome::Failed(Failure::Outage),
            Self::Refused(()) => Outcome::Failed(Failure::Refused),
            Self::StatusRefused(()) => Outcome::Failed(Failure::StatusRefused),
            Self::ListRefused(()) => Outcome::Failed(Failure::ListRefused),
        }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The name of a status, as in `[sync.status]`.
pub(super) fn name(status: SwyxStatus) -> String {
    let mut choices = SwyxStatus::CHOICES.iter();
    choices
        .find(|(_, _, choice)| *choice == status)
        .map_or_else(String::new, |(name, _, _)| (*name).to_owned())
}

fn status(word: &str) -> Option<SwyxStatus> {
    SwyxStatus::CHOICES.iter().find(|(name, _, _)| *name == word).map(|(_, _, status)| *status)
}
