//! Both sides as they are: Teams with its presence sessions and its lagging stores, and SwyxServer with its gateway. Written from the
//! pages of Microsoft and the vendor, and sharing nothing with the engine.

use super::plan::Time;

/// What a Teams client may say, with what the vendor's table makes of it. The strength is Microsoft's order of sessions.
pub const CLIENT: [(&str, &str, Option<&str>, u8); 11] = [
    ("Available", "Available", Some("Available"), 2),
    ("Busy", "Busy", Some("Away"), 3),
    ("Busy", "InACall", Some("Speaking"), 3),
    ("Busy", "InAMeeting", Some("Away"), 3),
    ("DoNotDisturb", "DoNotDisturb", Some("DoNotDisturb"), 4),
    ("DoNotDisturb", "Presenting", Some("Speaking"), 4),
    ("DoNotDisturb", "Focusing", Some("DoNotDisturb"), 4),
    ("Away", "Away", Some("Away"), 1),
    ("BeRightBack", "BeRightBack", Some("Away"), 1),
    ("Offline", "Offline", None, 0),
    ("Offline", "OffWork", Some("Away"), 0),
];
/// The place of the pair that a session shows.
pub const IN_A_CALL: usize = 2;
const BUSY: u8 = 3;

/// One person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The presence from the Teams client, and its time.
    pub client: Vec<(Time, usize)>,
    /// Until when the session lives, and when it was set.
    pub session: Option<(Time, Time)>,
    /// When the last session ended.
    pub session_ended: Time,
    /// What Graph showed, and since when.
    shown: Vec<(Time, usize)>,
    /// Calls in Swyx: since when in a call or not.
    pub calls: Vec<(Time, bool)>,
    /// The status that was set in Swyx, when, and whether by hand.
    pub set: Vec<(Time, &'static str, bool)>,
    pub sequence: u64,
}

impl Person {
    fn new(client: usize) -> Self {
        Self {
            client: vec![(0, client)],
            session: None,
            session_ended: 0,
            shown: vec![(0, client)],
            calls: vec![(0, false)],
            set: vec![(0, "Available", true)],
            sequence: 1,
        }
    }

    pub fn client_now(&self) -> usize {
        self.client.last().expect("one").1
    }

    pub fn is_in_call(&self) -> bool {
        self.calls.last().expect("one").1
    }

    /// Whether there was a call between two times.
    pub fn was_in_call(&self, from: Time, to: Time) -> bool {
        let ends = self.calls.iter().skip(1).map(|(end, _)| *end).chain([Time::MAX]);
        self.calls.iter().zip(ends).any(|((start, is_call), end)| *is_call && *start <= to && end > from)
    }

    pub fn has_session(&self, now: Time) -> bool {
        self.session.is_some_and(|(until, _)| now < until)
    }

    /// Notes what Graph shows from now on.
    fn show(&mut self, now: Time) {
        let (since, client) = *self.client.last().expect("one");
        let strength = CLIENT[client].3;
        let shows_session = self
            .session
            .is_some_and(|(until, set)| now < until && (strength < BUSY || strength == BUSY && set >= since));
        let shown = if shows_session { IN_A_CALL } else { client };
        if self.shown.last().is_none_or(|(_, last)| *last != shown) {
            self.shown.push((now, shown));
        }
    }

    /// What a store that lags shows, and the version of it.
    pub fn shown_at(&self, time: Time) -> (usize, usize) {
        let place = self.shown.partition_point(|(since, _)| *since <= time).max(1) - 1;
        (self.shown[place].1, place)
    }
}

/// Everybody.
#[derive(Debug)]
pub struct World {
    pub people: Vec<Person>,
    /// The gateway's count of changes.
    pub sequence: u64,
    /// The gateway's changes: who, in order; what is before the first was forgotten.
    pub changes: Vec<(u64, usize)>,
    /// The life of the gateway.
    pub life: u32,
}

impl World {
    pub fn new(users: usize, random: &mut fastrand::Rng) -> Self {
        let people = (0..users).map(|_| Person::new(random.usize(..CLIENT.len()))).collect();
        Self { people, sequence: 1, changes: Vec::new(), life: 0 }
    }

    pub fn set_client(&mut self, user: usize, client: usize, now: Time) {
        let person = &mut self.people[user];
        person.client.push((now, client));
        person.show(now);
    }

    pub fn set_session(&mut self, user: usize, life: Time, now: Time) {
        let person = &mut self.people[user];
        person.session = Some((now + life, now));
        person.show(now);
    }

    pub fn clear_session(&mut self, user: usize, now: Time) {
        let person = &mut self.people[user];
        if person.session.take().is_some() {
            person.session_ended = now;
        }
        person.show(now);
    }

    /// A session may have ended by itself.
    pub fn look(&mut self, user: usize, now: Time) {
        let person = &mut self.people[user];
        if person.session.is_some_and(|(until, _)| until <= now) {
            (person.session, person.session_ended) = (None, now);
            person.show(now);
        }
    }

    pub fn call(&mut self, user: usize, begins: bool, now: Time) {
        self.people[user].calls.push((now, begins));
        self.changed(user);
    }

    pub fn set_status(&mut self, user: usize, status: &'static str, by_hand: bool, now: Time) {
        self.people[user].set.push((now, status, by_hand));
        self.changed(user);
    }

    fn changed(&mut self, user: usize) {
        self.sequence += 1;
        self.people[user].sequence = self.sequence;
        self.changes.push((self.sequence, user));
    }

    pub fn restart_gateway(&mut self) {
        self.life += 1;
        self.sequence = 1;
        self.changes.clear();
        self.people.iter_mut().for_each(|person| person.sequence = 1);
    }
}
