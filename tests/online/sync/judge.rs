//! What must hold, always and in the end.

use swyx_teams::settings::Mode;
use swyx_teams::sync::Figures;
use swyx_teams::sync::engine::{Action, Command};

use super::plan::{Blow, Plan, Time};
use super::world::{CLIENT, IN_A_CALL, Person, World};

/// A session may go on so long after its end was due, beyond what Graph keeps it.
const GRACE: Time = 30_000;
/// So long a reading may show a session that was cleared, and so long the engine learns nothing from it.
const ECHO: Time = 10_000;
/// Graph asks to wait so long at most.
pub const LONGEST_WAIT: Time = 20_000;
/// Answers, and events on their way: a write without an answer takes 10 s, and its retry waits 8 s.
const ON_THE_WAY: Time = 20_000;

/// An outage of Graph: the number of lost requests, and how many of them repeated a write for the same user.
#[derive(Debug, Default)]
struct Outage {
    began: Time,
    requests: usize,
    retries: usize,
    users: std::collections::HashSet<u32>,
}

/// Sees everything, and fails the test where something is not as it must be.
pub struct Judge {
    seed: u64,
    mode: Mode,
    interval: Time,
    session: Time,
    limit: usize,
    busy_until: Time,
    lag: Time,
    throttles: bool,
    refuses_status: bool,
    /// Users whose presence cannot be read.
    unreadable: Vec<usize>,
    /// When presence requests reached Graph.
    requests: Vec<Time>,
    silence_until: Vec<(Time, Time)>,
    outages: Vec<Outage>,
    cleared: Vec<Time>,
    blows: Vec<(Time, Blow)>,
    /// Writes of each user after everything became quiet.
    quiet_writes: Vec<(Time, Action)>,
    pub figures: Option<Figures>,
}

impl Judge {
    pub fn new(plan: &Plan) -> Self {
        let ms = |duration: std::time::Duration| u64::try_from(duration.as_millis()).expect("short");
        Self {
            seed: plan.seed,
            mode: plan.options.mode,
            interval: ms(plan.options.interval),
            session: ms(plan.options.session),
            limit: usize::from(plan.options.requests),
            busy_until: plan.busy_until,
            lag: plan.faults.lag,
            throttles: plan.faults.throttle > 0.0,
            refuses_status: plan.faults.refused_status,
            unreadable: [(plan.faults.odd_presence, 0), (plan.faults.bad_id, plan.users - 1)]
                .into_iter()
                .filter_map(|(is_bad, user)| is_bad.then_some(user))
                .collect(),
            requests: Vec::new(),
            silence_until: Vec::new(),
            outages: Vec::new(),
            cleared: vec![0; plan.users],
            blows: Vec::new(),
            quiet_writes: Vec::new(),
            figures: None,
        }
    }

    /// When to check: two sweeps after all is quiet, and what Graph asked to wait is over, and the budget was enough for a write for everybody;
    /// once more when no echo can be left; and after a thousand quiet sweeps.
    pub fn checks(&self) -> [Time; 3] {
        let budget = 30_000 * self.cleared.len() as Time / self.limit as Time;
        let wait = if self.throttles { LONGEST_WAIT } else { 0 };
        let first = self.busy_until + wait + budget + 2 * self.interval + ON_THE_WAY;
        [first, first + ECHO + 2 * self.interval, first + 1_000 * self.interval]
    }

    pub fn struck(&mut self, blow: Blow, now: Time) {
        self.blows.push((now, blow));
        if let Blow::Kill(_) = blow {
            // The restarted program does not know the earlier request; it gets it again.
            self.requests.clear();
            self.silence_until.clear();
        }
    }

    /// A presence request is sent.
    pub fn sent(&mut self, command: &Command, now: Time, is_outage: bool) {
        let seed = self.seed;
        let asleep = self.silence_until.iter().find(|(answered, until)| *answered < now && now < *until);
        assert_eq!(asleep, None, "seed {seed}: sent at {now} although Graph asked to wait");
        self.requests.push(now);
        let window = self.requests.iter().rev().take_while(|time| **time + 30_000 > now).count();
        assert!(window <= self.limit, "seed {seed}: {window} requests in 30 s at {now}, of {}", self.limit);
        let is_write = !matches!(command.action, Action::Read(_));
        if is_outage {
            let began = self
                .blows
                .iter()
                .rev()
                .find(|(_, blow)| matches!(blow, Blow::GraphOut(_)))
                .map_or(0, |(time, _)| *time);
            if self.outages.last().is_none_or(|last| last.began != began) {
                self.outages.push(Outage { began, ..Outage::default() });
            }
            let last = self.outages.last_mut().expect("one");
            last.requests += 1;
            let writes = matches!(&command.action, Action::Set(user, _) | Action::Renew(user, _) | Action::Clear(user) if !last.users.insert(*user));
            last.retries += usize::from(writes);
        }
        if is_write && now > self.checks()[1] {
            self.quiet_writes.push((now, command.action.clone()));
        }
    }

    pub fn asked_to_wait(&mut self, answered: Time, wait: Time) {
        self.silence_until.push((answered, answered + wait));
    }

    pub fn session_was_set(&mut self, world: &World, user: usize, now: Time) {
        assert_eq!(self.mode, Mode::BothWays, "seed {}", self.seed);
        // The user was in a call lately, as far as the gateway could be heard.
        let lately = now.saturating_sub(90_000 + self.slept());
        let was_in_call = world.people[user].was_in_call(lately, now);
        assert!(was_in_call, "seed {}: user {user} is shown in a call at {now}", self.seed);
    }

    pub fn session_was_cleared(&mut self, user: usize, now: Time) {
        self.cleared[user] = now;
    }

    fn slept(&self) -> Time {
        self.blows.iter().map(|(_, blow)| if let Blow::Sleep(life) = blow { *life } else { 0 }).sum()
    }

    /// The program sets a status in Swyx: the user's Teams client must have reported it since the previous change.
    pub fn status_is_set(&mut self, world: &World, user: usize, status: &str, now: Time) {
        let person = &world.people[user];
        let lately = now.saturating_sub(self.lag + 2 * self.interval + 60_000 + self.outage() + self.slept());
        let client = &person.client;
        let mut said = client.iter().zip(client.iter().skip(1).map(|(end, _)| *end).chain([Time::MAX]));
        let is_said = said.any(|((_, client), end)| end > lately && CLIENT[*client].2 == Some(status));
        // A reading from a store that lags may still show a session that was cleared before a restart.
        let is_stale_session =
            status == "Speaking" && person.session_ended + self.lag + ON_THE_WAY > now && self.restarts() > 0;
        let is_said = is_said || is_stale_session;
        self.keeps_manual_status(person, user, now);
        assert!(
            is_said,
            "seed {}: user {user} becomes {status} at {now}, and nobody said so: {person:?}; {:?}",
            self.seed, self.blows
        );
    }

    /// A status that a user set by hand stays until something changes in Teams, also after a restart.
    fn keeps_manual_status(&self, person: &Person, user: usize, now: Time) {
        let (when, set, by_hand) = *person.set.last().expect("one");
        if !by_hand || !["Away", "DoNotDisturb"].contains(&set) {
            return;
        }
        let from = when.saturating_sub(self.unseen());
        let is_unchanged = person.client.iter().skip(1).all(|(since, _)| *since < from);
        let is_restarted = self.starts().any(|start| start > when);
        let is_quiet = is_unchanged && !person.was_in_call(from, now) && now > self.unseen();
        assert!(
            !(is_quiet && is_restarted),
            "seed {}: user {user} set {set} at {when}, and it is overwritten at {now}: {person:?}; {:?}",
            self.seed,
            self.blows
        );
    }

    /// A change that ends before the next reading does not count.
    fn unseen(&self) -> Time {
        self.interval + self.lag + ON_THE_WAY + self.outage() + self.slept()
    }

    fn starts(&self) -> impl Iterator<Item = Time> {
        let restarts = self.blows.iter().filter_map(|(time, blow)| match blow {
            Blow::Kill(pause) => Some((time + pause).min(self.busy_until.max(*time))),
            _ => None,
        });
        restarts.chain([0])
    }

    fn restarts(&self) -> usize {
        self.starts().count() - 1
    }

    /// The longest that something may have waited.
    fn outage(&self) -> Time {
        let lengths = self.blows.iter().map(|(_, blow)| match blow {
            Blow::GraphOut(life) | Blow::GatewayOut(life) | Blow::Kill(life) => *life,
            Blow::GatewayRestart | Blow::Sleep(_) => 0,
        });
        lengths.sum::<Time>() + 60_000
    }

    pub fn check(&mut self, world: &World, now: Time) {
        for user in 0..world.people.len() {
            self.check_teams(world, user, now);
            self.check_swyx(world, user, now);
        }
        if now == self.checks()[0] {
            for outage in &self.outages {
                assert!(outage.retries <= 3 + outage.requests / 10, "seed {}: {outage:?}", self.seed);
            }
        }
        if now == self.checks()[2] {
            let other = self.quiet_writes.iter().find(|(_, action)| !matches!(action, Action::Renew(..)));
            assert_eq!(other, None, "seed {}: something is written where nothing changes", self.seed);
        }
    }

    fn check_teams(&self, world: &World, user: usize, now: Time) {
        let person = &world.people[user];
        let has_session = person.has_session(now);
        let (since, is_in_call) = *person.calls.last().expect("one");
        let is_right = if is_in_call && self.mode == Mode::BothWays {
            has_session
        } else {
            // A killed program can leave a session behind a stronger presence, or of a user who cannot be read; it expires.
            let is_hidden = person.shown_at(now).0 == person.client_now() || self.unreadable.contains(&user);
            !has_session || is_hidden && now <= since + self.session + GRACE
        };
        let (seed, blows) = (self.seed, &self.blows);
        assert!(is_right, "seed {seed}: user {user} at {now}, session {has_session}: {person:?}; {blows:?}");
    }

    fn check_swyx(&self, world: &World, user: usize, now: Time) {
        let person = &world.people[user];
        let client = person.client_now();
        // While the own session can be visible, the presence of the client is unknown.
        let looks_own = |pair: usize| pair == IN_A_CALL || CLIENT[pair].1 == "Busy";
        let is_masked = person.has_session(now) && looks_own(person.shown_at(now).0);
        let is_echo = looks_own(client) && now < self.cleared[user] + ECHO + 2 * self.interval + ON_THE_WAY;
        let Some(wanted) = CLIENT[client].2.filter(|_| !is_masked && !is_echo) else { return };
        if self.unreadable.contains(&user) || self.refuses_status && wanted == "DoNotDisturb" {
            return;
        }
        let (when, set, by_hand) = *person.set.last().expect("one");
        // A manual status stays until Teams changes; a change that ends before the next reading does not count.
        let unseen = self.unseen();
        let mut end = now;
        let since = person.client.iter().rev().take_while(|(start, client)| {
            let is_short = end.saturating_sub(*start) < unseen;
            let is_hidden = CLIENT[*client].3 <= CLIENT[IN_A_CALL].3 && person.was_in_call(*start, end);
            let goes_on = CLIENT[*client].2 == Some(wanted) || is_short || is_hidden;
            end = *start;
            goes_on
        });
        let since = since.last().map_or(now, |(start, _)| *start);
        // The first reading after a start replaces neither Away nor Do not disturb: a user may have set them by hand.
        // What is behind a call is unknown then, so it stays until the call ends.
        let is_kept = self.starts().any(|start| {
            let is_by_hand = ["Away", "DoNotDisturb"].contains(&set) && when <= start + unseen;
            since <= start + unseen && (is_by_hand || person.is_in_call())
        });
        let stays = by_hand && when + unseen >= since || is_kept;
        assert!(
            set == wanted || stays,
            "seed {}: user {user} at {now}: Teams says {:?}, Swyx {set} since {when} (by hand {by_hand}); {:?} {:?} {:?} {:?}",
            self.seed,
            CLIENT[client],
            person.client,
            person.set,
            person.calls,
            self.blows,
        );
    }
}
