//! What is measured while it runs: how long changes take, and how old presences become, against what the budget allows on paper.

use super::day::{SECOND, Time};

/// How long changes took, in milliseconds.
#[derive(Default)]
pub struct Delays(Vec<u32>);

impl Delays {
    pub fn add(&mut self, delay: Time) {
        self.0.push(u32::try_from(delay).expect("short"));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What so many of a thousand did not exceed.
    pub fn of_a_thousand(&mut self, many: usize) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() * many).div_ceil(1_000).max(1) - 1;
        self.0.get(place).map_or(0.0, |ms| f64::from(*ms) / SECOND as f64)
    }
}

/// The longest time between two readings of one user, beside what would do on paper: everybody once since the first of the two, with what the
/// writes left of the limit.
pub struct Sweeps {
    requests: f64,
    interval: Time,
    /// Requests that Graph takes in a second.
    rate: f64,
    /// What the writes left of that in all, until each second's beginning; the first is the beginning of all.
    left: Vec<f64>,
    /// The longest of this second: when it began, and how long it took.
    longest: (Time, Time),
    /// The longest sweep, the longest on paper, and the worst difference of one: where it would have ended on paper just before the writes take
    /// everything for some seconds, it ends after them.
    pub kept: Time,
    pub on_paper: Time,
    pub behind: Time,
}

/// The window in which Graph counts, in seconds.
const WINDOW: usize = 30;

impl Sweeps {
    pub fn new(users: usize, interval: Time, limit: u16) -> Self {
        Self {
            requests: users.div_ceil(swyx_teams::sync::USERS_OF_A_REQUEST) as f64,
            interval,
            rate: f64::from(limit) / WINDOW as f64,
            left: vec![0.0],
            longest: (0, 0),
            kept: 0,
            on_paper: 0,
            behind: 0,
        }
    }

    /// A user was read now, and the time before at `before`.
    pub fn read(&mut self, before: Time, now: Time) {
        if now - before > self.longest.1 {
            self.longest = (before, now - before);
        }
    }

    /// A second went by, with so many writes.
    pub fn second(&mut self, writes: u64, counts: bool) {
        self.left.push(self.left.last().expect("one") + self.rate - writes as f64);
        let (began, took) = std::mem::take(&mut self.longest);
        if counts && took > 0 {
            let paper = self.paper(began);
            self.kept = self.kept.max(took);
            self.on_paper = self.on_paper.max(paper);
            self.behind = self.behind.max(took.saturating_sub(paper));
        }
    }

    /// How long a sweep takes that began then: until the requests that the writes left are enough for everybody; and no less than with
    /// what they left of any 30 s that end meanwhile, since Graph forgets them only then.
    fn paper(&self, began: Time) -> Time {
        let last = self.left.len() - 1;
        let goal = self.left_until(began) + self.requests;
        let first = (began / SECOND) as usize + 1;
        let end = (first..last).find(|end| self.left[*end] >= goal).unwrap_or(last);
        let (before, after) = (self.left[end - 1], self.left[end]);
        let part = ((goal - before) / (after - before)).clamp(0.0, 1.0);
        let time = (end - 1) as Time * SECOND + (part * SECOND as f64) as Time - began;
        let windows = (first.max(WINDOW)..=end).map(|end| self.left[end] - self.left[end - WINDOW]);
        let least = windows.fold(self.rate * WINDOW as f64, f64::min).max(1.0);
        let of_windows = (self.requests * WINDOW as f64 / least * SECOND as f64) as Time;
        time.max(of_windows).max(self.interval)
    }

    /// What the writes left until then, a second's evenly over the second.
    fn left_until(&self, time: Time) -> f64 {
        let second = (time / SECOND) as usize;
        let (before, after) = (self.left[second], self.left[second + 1]);
        before + (after - before) * (time % SECOND) as f64 / SECOND as f64
    }
}
