//! Both sides as they are, small enough for 100,000 people: Teams with one session each, and SwyxServer. It shares nothing with the engine.

use std::collections::VecDeque;

use super::day::{BUSY, IN_A_CALL, SAID, SECOND, Time};

/// One person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The presence of the Teams client as an index of [`SAID`], and its time.
    pub client: u8,
    pub since: Time,
    /// The session that the program set: until when it lives, and when it was set.
    pub session: Option<(Time, Time)>,
    pub in_call: bool,
    /// The start of the current call or the end of the last one, until Teams shows it.
    pub waits: Option<Time>,
    /// What the client says can be seen since then at the latest: a session stood in front of it, or might have.
    pub seen: Time,
    /// What was set in Swyx.
    pub set: &'static str,
    pub sequence: u64,
    /// When the presence was last read.
    pub read: Time,
    /// How many versions of the presence there were.
    pub version: u32,
}

impl Person {
    pub fn new(client: u8) -> Self {
        Self {
            client,
            since: 0,
            session: None,
            in_call: false,
            waits: None,
            seen: 0,
            set: "Available",
            sequence: 1,
            read: 0,
            version: 0,
        }
    }

    pub fn has_session(&self, now: Time) -> bool {
        self.session.is_some_and(|(until, _)| now < until)
    }

    /// What Graph shows: of two that are as strong the one that was set last.
    pub fn shown(&self, now: Time) -> u8 {
        let strength = SAID[usize::from(self.client)].3;
        let is_session = self.session.is_some_and(|(until, set)| {
            now < until && (strength < BUSY || strength == BUSY && set >= self.since)
        });
        if is_session { IN_A_CALL } else { self.client }
    }

    /// Whether both sides are consistent after a quiet time without calls.
    pub fn is_right(&self, now: Time) -> bool {
        let wanted = SAID[usize::from(self.client)].2;
        !self.has_session(now) && wanted.is_none_or(|wanted| wanted == self.set)
    }
}

/// Graph's count of presence requests in every 30 s, wherever they begin.
pub struct Count {
    limit: usize,
    /// When each came.
    window: VecDeque<Time>,
    /// Writes since the last count.
    pub writes: u64,
    /// How many came above the limit.
    pub above: u64,
    pub most: usize,
}

impl Count {
    pub fn new(limit: usize) -> Self {
        Self { limit, window: VecDeque::new(), writes: 0, above: 0, most: 0 }
    }

    /// A request comes.
    pub fn came(&mut self, now: Time, is_write: bool) {
        self.forget(now);
        self.window.push_back(now);
        self.writes += u64::from(is_write);
        self.most = self.most.max(self.window.len());
        self.above += u64::from(self.window.len() > self.limit);
    }

    fn forget(&mut self, now: Time) {
        while self.window.front().is_some_and(|came| came + 30 * SECOND <= now) {
            self.window.pop_front();
        }
    }
}
