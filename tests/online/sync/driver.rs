//! Runs a plan: people, faults, the engine, and the two services between them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::UserStatus;
use swyx_teams::sync::Moment;
use swyx_teams::sync::engine::{Action, Command, Event, Failure, Outcome, Reading, Version};

use super::judge::{Judge, LONGEST_WAIT};
use super::plan::{Blow, Plan, Time};
use super::world::{CLIENT, World};
use super::wrong::Brain;

/// What is to happen.
#[derive(Clone, Debug)]
enum Next {
    /// A user acts: in Teams, with a call, or in Swyx.
    Teams(usize),
    Call(usize),
    ByHand(usize),
    Strike(usize),
    /// The engine asked to be woken.
    Wake(u32),
    /// A request takes effect on the other side.
    Effect(u32, Action),
    Answer(u32, Command, Outcome),
    /// An event of the gateway, on one connection.
    GatewayEvent(u32, UserStatus),
    /// The driver reads the changes of the gateway, or reconnects.
    Poll(u32),
    AllRead(u32, Vec<UserStatus>),
    ChangesRead(u32, Vec<UserStatus>),
    Start,
    /// A session may end by itself.
    Expiry(usize),
    Check,
}

/// A run under way.
pub struct Run<'p> {
    plan: &'p Plan,
    random: fastrand::Rng,
    pub now: Time,
    pub world: World,
    queue: BinaryHeap<Reverse<(Time, u64, usize)>>,
    pending: Vec<Option<Next>>,
    order: u64,
    engine: Option<Brain>,
    make: fn(&Plan) -> Brain,
    /// Lives of the engine, and of its connection to the gateway.
    life: u32,
    connection: u32,
    wake: u32,
    /// The lag of the engine's clock.
    behind: Time,
    graph_out_until: Time,
    gateway_out_until: Time,
    /// What the driver knows of the gateway: its life, and the last change that was read; none while it is not connected.
    cursor: Option<(u32, u64)>,
    /// Events are heard after the statuses of their connection were read.
    hears_from: Time,
    pub judge: Judge,
}

impl<'p> Run<'p> {
    pub fn new(plan: &'p Plan, make: fn(&Plan) -> Brain) -> Self {
        let mut random = fastrand::Rng::with_seed(plan.seed ^ 0x5eed);
        let world = World::new(plan.users, &mut random);
        let mut run = Self {
            plan,
            random,
            now: 0,
            world,
            queue: BinaryHeap::new(),
            pending: Vec::new(),
            order: 0,
            engine: None,
            make,
            life: 0,
            connection: 0,
            wake: 0,
            behind: 0,
            graph_out_until: 0,
            gateway_out_until: 0,
            cursor: None,
            hears_from: 0,
            judge: Judge::new(plan),
        };
        run.at(0, Next::Start);
        for user in 0..plan.users {
            for next in [Next::Teams(user), Next::Call(user), Next::ByHand(user)] {
                let pause = run.pause(plan.pause);
                run.at(pause, next);
            }
        }
        (0..plan.blows.len()).for_each(|blow| run.at(plan.blows[blow].0, Next::Strike(blow)));
        run
    }

    /// Lets it all happen until the end of `busy`, then until the checks are over.
    pub fn judged(mut self) -> Judge {
        let checks = self.judge.checks();
        checks.iter().for_each(|time| self.at(*time, Next::Check));
        let end = checks.into_iter().max().expect("a check");
        while let Some(Reverse((time, _, place))) = self.queue.pop() {
            if time > end {
                break;
            }
            // Whatever people did while the machine slept is seen when it wakes.
            self.now = self.now.max(time);
            let next = self.pending[place].take().expect("once");
            self.happen(next);
        }
        self.judge.figures = self.engine.as_mut().map(|engine| engine.figures());
        self.judge
    }

    fn at(&mut self, time: Time, next: Next) {
        self.order += 1;
        self.pending.push(Some(next));
        self.queue.push(Reverse((time, self.order, self.pending.len() - 1)));
    }

    /// Pauses as of people: short ones often, long ones now and then.
    fn pause(&mut self, mean: Time) -> Time {
        let share = -(1.0 - self.random.f64()).ln();
        self.now + 1 + (share * mean as f64) as Time
    }

    fn is_busy(&self) -> bool {
        self.now < self.plan.busy_until
    }

    fn chance(&mut self, of: f64) -> bool {
        self.is_busy() && self.random.f64() < of
    }

    fn happen(&mut self, next: Next) {
        match next {
            Next::Teams(user) => self.perform_user_action(Next::Teams(user), |run| {
                let client = run.random.usize(..CLIENT.len());
                run.world.look(user, run.now);
                run.world.set_client(user, client, run.now);
            }),
            Next::Call(user) => self.perform_user_action(Next::Call(user), |run| {
                let begins = !run.world.people[user].is_in_call();
                run.world.call(user, begins, run.now);
                run.tell(user);
            }),
            Next::ByHand(user) => self.perform_user_action(Next::ByHand(user), |run| {
                if run.random.u8(..4) == 0 {
                    let status = *run.random.choice(&["Available", "Away", "DoNotDisturb"]).expect("one");
                    run.world.set_status(user, status, true, run.now);
                    run.tell(user);
                }
            }),
            Next::Strike(blow) => self.strike(self.plan.blows[blow].1),
            Next::Wake(wake) if wake == self.wake => self.step(Event::Tick),
            Next::Wake(_) => {}
            // The connections end with the program. A status that its last request sets after the restart would look like a manual status.
            Next::Effect(life, Action::SetStatus(..)) if life != self.life => {}
            Next::Effect(_, action) => self.take_effect(&action),
            Next::Answer(life, command, outcome) if life == self.life => {
                self.step(Event::Answered(command, outcome));
            }
            Next::Answer(..) => {}
            Next::GatewayEvent(connection, status) if connection == self.connection => {
                self.step(Event::Statuses(vec![status]));
            }
            Next::GatewayEvent(..) => {}
            Next::Poll(life) if life == self.life => self.poll(),
            Next::Poll(_) => {}
            Next::AllRead(life, statuses) if life == self.life => self.step(Event::AllStatuses(statuses)),
            Next::ChangesRead(life, statuses) if life == self.life => self.step(Event::Statuses(statuses)),
            Next::AllRead(..) | Next::ChangesRead(..) => {}
            Next::Start => self.start(),
            Next::Expiry(user) => self.world.look(user, self.now),
            Next::Check => {
                let busy = self.engine.is_some();
                assert!(busy, "it runs again by now");
                self.judge.check(&self.world, self.now);
            }
        }
    }

    fn perform_user_action(&mut self, again: Next, act: impl FnOnce(&mut Self)) {
        if !self.is_busy() {
            return;
        }
        act(self);
        let time = self.pause(self.plan.pause);
        self.at(time, again);
    }

    fn strike(&mut self, blow: Blow) {
        self.judge.struck(blow, self.now);
        match blow {
            Blow::GraphOut(life) => self.graph_out_until = (self.now + life).min(self.plan.busy_until),
            Blow::GatewayOut(life) => {
                self.gateway_out_until = (self.now + life).min(self.plan.busy_until);
                self.disconnect();
            }
            Blow::GatewayRestart => {
                self.world.restart_gateway();
                self.disconnect();
            }
            Blow::Kill(pause) => {
                self.engine = None;
                self.life += 1;
                self.disconnect();
                let time = (self.now + pause).min(self.plan.busy_until.max(self.now));
                self.at(time, Next::Start);
            }
            Blow::Sleep(life) => {
                // The program does nothing. Requests under way arrive; messages in the meantime wait or are lost.
                let life = life.min(self.plan.busy_until.saturating_sub(self.now));
                self.behind += life;
                self.now += life;
                let moved =
                    std::mem::take(&mut self.queue).into_iter().map(|Reverse((time, order, place))| {
                        let is_people = matches!(
                            self.pending[place],
                            Some(
                                Next::Teams(_)
                                    | Next::Call(_)
                                    | Next::ByHand(_)
                                    | Next::Strike(_)
                                    | Next::Check
                                    | Next::Expiry(_)
                                    | Next::Start
                            )
                        );
                        Reverse((if is_people { time } else { time + life }, order, place))
                    });
                self.queue = moved.collect();
                self.disconnect();
                self.step(Event::Slept);
            }
        }
    }

    fn disconnect(&mut self) {
        self.cursor = None;
        self.connection += 1;
    }

    fn start(&mut self) {
        if self.engine.is_some() {
            return;
        }
        self.engine = Some((self.make)(self.plan));
        self.behind = self.now;
        self.step(Event::Users(self.plan.links()));
        self.poll();
    }

    fn engine_time(&self) -> Moment {
        Moment::at(Duration::from_millis(1 + self.now.saturating_sub(self.behind)))
    }

    fn step(&mut self, event: Event) {
        let now = self.engine_time();
        let Some(engine) = &mut self.engine else { return };
        let commands = engine.step(event, now);
        let wake = engine.wake(now);
        self.wake += 1;
        if wake < Moment::at(Duration::from_secs(1_000_000)) {
            let time = self.now + u64::try_from(wake.since(now).as_millis()).expect("short");
            self.at(time, Next::Wake(self.wake));
        }
        commands.into_iter().for_each(|command| self.send(command));
    }

    fn send(&mut self, command: Command) {
        match &command.action {
            Action::SetStatus(..) => self.send_to_gateway(command),
            Action::Read(_) | Action::Set(..) | Action::Renew(..) | Action::Clear(_) => {
                self.send_to_graph(command)
            }
            action => panic!("an unknown action: {action:?}"),
        }
    }

    fn send_to_gateway(&mut self, command: Command) {
        let Action::SetStatus(user, status) = command.action else { return };
        let slow = if self.is_busy() { self.plan.faults.slow_gateway } else { 0 };
        let is_out = self.now < self.gateway_out_until || self.chance(self.plan.faults.unavailable);
        let took = 20 + self.random.u64(0..=slow.max(100));
        if is_out {
            return self.answer(took, command, Outcome::Failed(Failure::Outage));
        }
        if self.plan.faults.refused_status && status == SwyxStatus::DoNotDisturb {
            return self.answer(took, command, Outcome::Failed(Failure::StatusRefused));
        }
        self.at(self.now + took / 2, Next::Effect(self.life, Action::SetStatus(user, status)));
        if self.chance(self.plan.faults.lost_reply) {
            return self.answer(10_000, command, Outcome::Failed(Failure::Outage));
        }
        self.answer(took, command, Outcome::Done);
    }

    fn send_to_graph(&mut self, command: Command) {
        self.judge.sent(&command, self.now, self.now < self.graph_out_until);
        let took = self.random.u64(20..400);
        if self.now < self.graph_out_until || self.chance(self.plan.faults.unavailable) {
            let took = if self.random.bool() { took } else { 10_000 };
            return self.answer(took, command, Outcome::Failed(Failure::Outage));
        }
        if self.chance(self.plan.faults.throttle) {
            let wait = self.random.u64(500..LONGEST_WAIT);
            self.judge.asked_to_wait(self.now + took, wait);
            return self.answer(took, command, Outcome::Failed(Failure::Wait(Duration::from_millis(wait))));
        }
        if !matches!(command.action, Action::Read(_)) && self.chance(self.plan.faults.portal) {
            return self.answer(took, command, Outcome::Failed(Failure::Outage));
        }
        let is_lost = self.chance(self.plan.faults.lost_reply);
        let is_rejected = self.plan.faults.bad_id && self.reads_user(&command, self.plan.users - 1);
        let outcome = match &command.action {
            Action::Read(_) if is_rejected => Outcome::Failed(Failure::ListRefused),
            Action::Read(users) => {
                Outcome::Read(users.clone().into_iter().map(|user| self.read(user)).collect())
            }
            action => {
                self.at(self.now + took / 2, Next::Effect(self.life, action.clone()));
                match action {
                    Action::Clear(user) if !self.world.people[*user as usize].has_session(self.now) => {
                        Outcome::NoSession
                    }
                    _ => Outcome::Done,
                }
            }
        };
        if is_lost {
            return self.answer(10_000, command, Outcome::Failed(Failure::Outage));
        }
        self.answer(took, command, outcome);
    }

    fn answer(&mut self, took: Time, command: Command, outcome: Outcome) {
        self.at(self.now + took, Next::Answer(self.life, command, outcome));
    }

    fn reads_user(&self, command: &Command, user: usize) -> bool {
        let engine = self.engine.as_ref().expect("it asked");
        let Action::Read(users) = &command.action else { return false };
        users.iter().any(|slot| engine.user(*slot) == user)
    }

    fn read(&mut self, slot: u32) -> Reading {
        let engine = self.engine.as_mut().expect("it asked");
        let user = engine.user(slot);
        self.world.look(user, self.now);
        let lag = if self.is_busy() { self.random.u64(0..=self.plan.faults.lag) } else { 0 };
        let (shown, version) = self.world.people[user].shown_at(self.now.saturating_sub(lag));
        let (availability, activity, ..) = CLIENT[shown];
        let engine = self.engine.as_mut().expect("it asked");
        let is_odd = self.plan.faults.odd_presence && user == 0;
        let pair = if is_odd { engine.pair("", "") } else { engine.pair(availability, activity) };
        Reading::new(slot, pair, Version::of(&format!("A{version:09}")))
    }

    fn take_effect(&mut self, action: &Action) {
        let user = |slot: &u32| *slot as usize;
        match action {
            Action::Set(slot, life) | Action::Renew(slot, life) => {
                let life = u64::try_from(life.as_millis()).expect("short");
                self.world.look(user(slot), self.now);
                self.world.set_session(user(slot), life, self.now);
                self.at(self.now + life, Next::Expiry(user(slot)));
                self.judge.session_was_set(&self.world, user(slot), self.now);
            }
            Action::Clear(slot) => {
                self.world.clear_session(user(slot), self.now);
                self.judge.session_was_cleared(user(slot), self.now);
            }
            Action::SetStatus(slot, status) => {
                self.judge.status_is_set(&self.world, user(slot), name(*status), self.now);
                self.world.set_status(user(slot), name(*status), false, self.now);
                self.tell(user(slot));
            }
            Action::Read(_) => {}
            action => panic!("an unknown action: {action:?}"),
        }
    }

    fn seen(&self, user: usize) -> UserStatus {
        let person = &self.world.people[user];
        let set = status(person.set.last().expect("one").1);
        UserStatus::new(
            user.to_string(),
            Some(if person.is_in_call() { SwyxStatus::Speaking } else { set }),
            person.is_in_call(),
            person.sequence,
        )
    }

    /// The gateway sends an event to all streams; events can be lost, repeated, late or reordered.
    fn tell(&mut self, user: usize) {
        if self.cursor.is_none()
            || self.now < self.gateway_out_until
            || self.chance(self.plan.faults.lost_event)
        {
            return;
        }
        let (seen, faults) = (self.seen(user), self.plan.faults);
        let times = 1 + usize::from(self.chance(faults.repeated_event));
        for _ in 0..times {
            let most = if self.chance(faults.late_event) { 5_000 } else { 50 };
            let time = (self.now + self.random.u64(5..=most)).max(self.hears_from + 1);
            self.at(time, Next::GatewayEvent(self.connection, seen.clone()));
        }
    }

    /// The driver's part: connects where it is not connected, with all statuses in between; else reads what changed.
    fn poll(&mut self) {
        if self.engine.is_none() {
            return;
        }
        let interval = u64::try_from(self.plan.options.interval.as_millis()).expect("short");
        let is_out = self.now < self.gateway_out_until || self.chance(self.plan.faults.unavailable);
        let again = if is_out && self.cursor.is_none() { 1_000.min(interval) } else { interval };
        self.at(self.now + again, Next::Poll(self.life));
        if is_out {
            return;
        }
        let cursor = self.cursor.filter(|(life, _)| *life == self.world.life);
        let took = 20 + self.random.u64(0..200);
        match cursor {
            Some((_, after)) => {
                let changed =
                    self.world.changes.iter().filter(|(number, _)| *number > after).map(|(_, user)| *user);
                let mut changed = changed.collect::<Vec<_>>();
                changed.sort_unstable();
                changed.dedup();
                let statuses = changed.into_iter().map(|user| self.seen(user)).collect();
                self.at(self.now + took, Next::ChangesRead(self.life, statuses));
            }
            None => {
                self.connection += 1;
                let statuses = (0..self.plan.users).map(|user| self.seen(user)).collect();
                self.hears_from = self.now + took;
                self.at(self.hears_from, Next::AllRead(self.life, statuses));
            }
        }
        self.cursor = Some((self.world.life, self.world.sequence));
    }
}

pub fn name(status: SwyxStatus) -> &'static str {
    match status {
        SwyxStatus::Available => "Available",
        SwyxStatus::Away => "Away",
        SwyxStatus::DoNotDisturb => "DoNotDisturb",
        SwyxStatus::Speaking => "Speaking",
        SwyxStatus::None => "none",
        other => panic!("{other:?} is not in the model"),
    }
}

pub fn status(name: &str) -> SwyxStatus {
    match name {
        "Available" => SwyxStatus::Available,
        "Away" => SwyxStatus::Away,
        "DoNotDisturb" => SwyxStatus::DoNotDisturb,
        "Speaking" => SwyxStatus::Speaking,
        _ => SwyxStatus::None,
    }
}
