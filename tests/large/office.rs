//! The engine against the model, through a day.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use swyx_teams::settings::{Mode, SwyxStatus};
use swyx_teams::swyx::UserStatus;
use swyx_teams::sync::engine::{Action, Command, Engine, Event, Failure, Link, Outcome, Reading, Version};
use swyx_teams::sync::{Moment, Options, Pair};
use uuid::Uuid;

use super::day::{CALL, Day, HOUR, IN_A_CALL, SAID, SECOND, Time, exponential, said};
use super::given;
use super::model::{Count, Person};
use super::watch::{Delays, Sweeps};

/// What is to happen.
enum Next {
    CallSomewhere,
    ChangeSomewhere,
    Hangup(u32),
    /// The gateway's event about a user.
    GatewayEvent(u32),
    /// The gateway's changes are read.
    Poll,
    /// A request comes to the other side, whose answer takes so long again.
    Comes(Command, Time),
    Answer(Command, Outcome),
    Second,
}

struct Office {
    day: Day,
    end: Time,
    now: Time,
    random: fastrand::Rng,
    people: Vec<Person>,
    queue: BinaryHeap<Reverse<(Time, u64)>>,
    /// What happens, by its number in the queue.
    pending: std::collections::HashMap<u64, Next>,
    order: u64,
    wake: Time,
    engine: Engine,
    pairs: Vec<Pair>,
    /// Who changed since the gateway was last asked.
    changed: Vec<u32>,
    sequence: u64,
    count: Count,
    sweeps: Sweeps,
    to_teams: Delays,
    to_swyx: Delays,
    calls: u64,
}

/// At the beginning, and until then, it only learns what there is.
const SETTLED: Time = 60 * SECOND;
const INTERVAL: Time = 4 * SECOND;
/// At the end, all calls end within this time.
const CLOSING: Time = 120 * SECOND;
/// After a session ended, a presence that looks like it is believed so much later.
const ECHO: Time = 10 * SECOND;

impl Office {
    /// An office whose tenant allows `limit` requests in 30 s; the engine assumes `told`.
    fn new(day: Day, end: Time, limit: u16, told: u16) -> Self {
        let mut random = fastrand::Rng::with_seed(5);
        let options =
            Options::new(Mode::BothWays, Duration::from_millis(INTERVAL), Duration::from_mins(15), told);
        let mut engine = Engine::new(options);
        let pairs =
            SAID.iter().map(|(availability, activity, ..)| engine.pair(availability, activity)).collect();
        // A call in Teams at the start may be the session of an earlier run.
        let people = (0..day.users)
            .map(|_| Some(said(&mut random)).filter(|said| *said != IN_A_CALL).unwrap_or_default());
        let people = people.map(Person::new).collect();
        Self {
            day,
            end,
            now: 0,
            random,
            people,
            queue: BinaryHeap::new(),
            pending: std::collections::HashMap::new(),
            order: 0,
            wake: 0,
            engine,
            pairs,
            changed: Vec::new(),
            sequence: 1,
            count: Count::new(usize::from(limit)),
            sweeps: Sweeps::new(day.users, INTERVAL, limit),
            to_teams: Delays::default(),
            to_swyx: Delays::default(),
            calls: 0,
        }
    }

    fn run(&mut self) {
        let link =
            |number: usize| Link { swyx: number.to_string().into(), teams: Uuid::from_u128(number as u128) };
        self.step(Event::Users((0..self.people.len()).map(link).collect()));
        let all = (0..self.people.len() as u32).map(|user| self.seen(user)).collect();
        self.step(Event::AllStatuses(all));
        for next in [Next::CallSomewhere, Next::ChangeSomewhere, Next::Poll] {
            self.after(1, next);
        }
        self.after(SECOND, Next::Second);
        // The last calls end, and whatever they were in front of has time to show.
        let quiet = self.end + CLOSING + 120 * SECOND;
        while self.now < quiet {
            let next = self.queue.peek().map_or(Time::MAX, |next| next.0.0);
            if self.wake <= next {
                self.now = self.now.max(self.wake);
                self.step(Event::Tick);
            } else if let Some(Reverse((time, order))) = self.queue.pop() {
                self.now = time;
                let next = self.pending.remove(&order).expect("once");
                self.happen(next);
            }
        }
    }

    fn after(&mut self, pause: Time, next: Next) {
        self.order += 1;
        self.pending.insert(self.order, next);
        self.queue.push(Reverse((self.now + pause, self.order)));
    }

    fn is_busy(&self) -> bool {
        self.now < self.end
    }

    fn happen(&mut self, next: Next) {
        match next {
            Next::CallSomewhere if self.is_busy() => self.call_random_user(),
            Next::ChangeSomewhere if self.is_busy() => self.change_random_presence(),
            Next::CallSomewhere | Next::ChangeSomewhere => {}
            Next::Hangup(user) => self.call(user, false),
            Next::GatewayEvent(user) => {
                let seen = self.seen(user);
                self.step(Event::Statuses(vec![seen]));
            }
            Next::Poll => {
                let mut changed = std::mem::take(&mut self.changed);
                changed.sort_unstable();
                changed.dedup();
                let statuses = changed.into_iter().map(|user| self.seen(user)).collect();
                self.step(Event::Statuses(statuses));
                self.after(INTERVAL, Next::Poll);
            }
            Next::Comes(command, took) => self.comes(command, took),
            Next::Answer(command, outcome) => self.step(Event::Answered(command, outcome)),
            Next::Second => {
                let writes = std::mem::take(&mut self.count.writes);
                self.sweeps.second(writes, self.now > SETTLED);
                // As the one who drives it does.
                assert_eq!(self.engine.figures(self.moment()).users, self.people.len());
                self.after(SECOND, Next::Second);
            }
        }
    }

    fn call_random_user(&mut self) {
        let user = self.random.u32(..self.people.len() as u32);
        if !self.people[user as usize].in_call {
            self.calls += 1;
            self.call(user, true);
            let life = exponential(CALL, &mut self.random);
            let left = self.end.saturating_sub(self.now) + self.random.u64(..CLOSING);
            self.after(life.min(left), Next::Hangup(user));
        }
        let pause = self.day.until_call(self.now, &mut self.random);
        self.after(pause, Next::CallSomewhere);
    }

    fn call(&mut self, user: u32, begins: bool) {
        let now = self.now;
        let person = &mut self.people[user as usize];
        // A user who calls again at once stays in a call.
        let waits = (begins != person.has_session(now)).then_some(now);
        (person.in_call, person.waits) = (begins, waits);
        self.tell(user);
    }

    fn change_random_presence(&mut self) {
        let (user, client) = (self.random.usize(..self.people.len()), said(&mut self.random));
        let now = self.now;
        let person = &mut self.people[user];
        if person.client != client {
            (person.client, person.since) = (client, now);
            person.version += 1;
        }
        let pause = self.day.until_change(self.now, &mut self.random);
        self.after(pause, Next::ChangeSomewhere);
    }

    fn tell(&mut self, user: u32) {
        self.sequence += 1;
        self.people[user as usize].sequence = self.sequence;
        self.changed.push(user);
        let pause = self.random.u64(5..50);
        self.after(pause, Next::GatewayEvent(user));
    }

    fn seen(&self, user: u32) -> UserStatus {
        let person = &self.people[user as usize];
        let status = if person.in_call { SwyxStatus::Speaking } else { status(person.set) };
        UserStatus::new(user.to_string(), Some(status), person.in_call, person.sequence)
    }

    fn moment(&self) -> Moment {
        Moment::at(Duration::from_millis(self.now + 1))
    }

    fn step(&mut self, event: Event) {
        let now = self.moment();
        for command in self.engine.step(event, now) {
            let took = self.random.u64(20..150);
            let there = self.random.u64(..took);
            self.after(there, Next::Comes(command, took - there));
        }
        let wake = self.engine.wake(now).since(now);
        self.wake = self.now.saturating_add(u64::try_from(wake.as_millis()).unwrap_or(Time::MAX));
    }

    fn comes(&mut self, command: Command, took: Time) {
        let is_write = matches!(command.action, Action::Set(..) | Action::Renew(..) | Action::Clear(_));
        if is_write || matches!(command.action, Action::Read(_)) {
            let above = self.count.above;
            self.count.came(self.now, is_write);
            if self.count.above > above {
                let refusal = Outcome::Failed(Failure::Wait(Duration::from_secs(5)));
                return self.after(took, Next::Answer(command, refusal));
            }
        }
        let outcome = match &command.action {
            Action::Read(users) => Outcome::Read(users.iter().map(|user| self.read(*user)).collect()),
            Action::Set(user, life) | Action::Renew(user, life) => {
                let life = u64::try_from(life.as_millis()).expect("short");
                self.set_session(*user, Some((self.now + life, self.now)))
            }
            Action::Clear(user) => self.set_session(*user, None),
            Action::SetStatus(user, status) => self.set_status(*user, name(*status)),
            action => panic!("an unknown action: {action:?}"),
        };
        self.after(took, Next::Answer(command, outcome));
    }

    fn read(&mut self, user: u32) -> Reading {
        let now = self.now;
        let person = &mut self.people[user as usize];
        let before = std::mem::replace(&mut person.read, now);
        if before > 0 {
            self.sweeps.read(before, now);
        }
        let mut version = [b'0'; 10];
        let mut rest = person.version;
        version.iter_mut().rev().for_each(|digit| (*digit, rest) = (b'0' + (rest % 10) as u8, rest / 10));
        let version = Version::of(std::str::from_utf8(&version).expect("digits"));
        Reading::new(user, self.pairs[usize::from(person.shown(now))], version)
    }

    fn set_session(&mut self, user: u32, session: Option<(Time, Time)>) -> Outcome {
        let now = self.now;
        let person = &mut self.people[user as usize];
        person.session = session;
        person.version += 1;
        person.seen = now + ECHO;
        if person.in_call == session.is_some()
            && let Some(since) = person.waits.take()
        {
            self.to_teams.add(now - since);
        }
        Outcome::Done
    }

    fn set_status(&mut self, user: u32, set: &'static str) -> Outcome {
        let now = self.now;
        let person = &mut self.people[user as usize];
        person.set = set;
        if person.since > SETTLED && !person.in_call && SAID[usize::from(person.client)].2 == Some(set) {
            self.to_swyx.add(now - person.since.max(person.seen).min(now));
        }
        self.tell(user);
        Outcome::Status(self.seen(user))
    }

    fn wrong(&self) -> usize {
        self.people.iter().filter(|person| !person.is_right(self.now)).count()
    }
}

fn name(status: SwyxStatus) -> &'static str {
    match status {
        SwyxStatus::Available => "Available",
        SwyxStatus::Away => "Away",
        SwyxStatus::DoNotDisturb => "DoNotDisturb",
        SwyxStatus::Speaking => "Speaking",
        SwyxStatus::None => "none",
        other => panic!("{other:?} has no name"),
    }
}

fn status(name: &str) -> SwyxStatus {
    let all = [SwyxStatus::Available, SwyxStatus::Away, SwyxStatus::DoNotDisturb, SwyxStatus::Speaking];
    all.into_iter().find(|status| self::name(*status) == name).unwrap_or(SwyxStatus::None)
}

/// The office of the environment's size, or a small one; its tenant takes as many requests for each user as one of 100,000 does.
fn office(begins: f64, told: fn(u16) -> u16) -> Office {
    let users = given("USERS", 20_000);
    let limit = u16::try_from(1_500 * users / 100_000).expect("at most 4 million users");
    let end = given("HOURS", 0) * HOUR;
    let end = if end == 0 { 150 * SECOND } else { end };
    Office::new(Day { begins, users: users as usize }, end, limit, told(limit))
}

#[test]
fn a_simulated_day_keeps_the_limit_and_ends_consistent() {
    // A short run is of the busiest time.
    let begins = if given("HOURS", 0) < 24 { 9.5 } else { 0.0 };
    let mut office = office(begins, |limit| limit);
    let start = std::time::Instant::now();
    office.run();
    let figures = office.engine.figures(office.moment());
    println!(
        "{} users, {:.2} h in {:.1} s: {} calls, {} readings, {} statuses, {} sessions set, {} renewed, {} cleared; {} writes left",
        office.people.len(),
        office.now as f64 / HOUR as f64,
        start.elapsed().as_secs_f64(),
        office.calls,
        figures.readings,
        figures.statuses_set,
        figures.sessions_set,
        figures.sessions_renewed,
        figures.sessions_cleared,
        figures.waiting,
    );
    println!("  at most {} requests in 30 s, {} above the limit", office.count.most, office.count.above);
    let seconds = |time: Time| time as f64 / SECOND as f64;
    let Sweeps { kept, on_paper, behind, .. } = office.sweeps;
    println!(
        "  the longest sweep {:.1} s, on paper {:.1} s, one {:.1} s behind its own",
        seconds(kept),
        seconds(on_paper),
        seconds(behind)
    );
    for (way, delays) in [("Swyx to Teams", &mut office.to_teams), ("Teams to Swyx", &mut office.to_swyx)] {
        let of = [500, 990, 1_000].map(|many| delays.of_a_thousand(many));
        println!(
            "  {way}: {} changes, half within {:.2} s, 99 % within {:.2} s, all within {:.2} s",
            delays.len(),
            of[0],
            of[1],
            of[2]
        );
    }
    assert_eq!((office.count.above, figures.throttled), (0, 0));
    assert!(kept <= on_paper + 5 * SECOND);
    assert_eq!(office.wrong(), 0);
    // A run in which nothing happens would prove nothing.
    assert!(office.calls > 100 && figures.statuses_set > 100);
}

#[test]
fn engine_with_twice_the_limit_is_detected() {
    let mut office = office(9.5, |limit| limit * 2);
    office.end = 60 * SECOND;
    office.run();
    assert!(office.count.above > 0);
}
