//! What is measured while it runs: how long changes take, and how old presences become, against what the budget allows on paper.

use std::collections::VecDeque;

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

/// The longest time between two readings of one user, beside what would do on paper: everybody once, with what the writes leave of the limit.
pub struct Sweeps {
    requests: f64,
    interval: Time,
    /// Requests that Graph takes in a second.
    rate: f64,
    /// What the writes left of that, in each of the last two minutes' seconds.
    left: VecDeque<f64>,
    longest: Time,
    /// The longest sweep, the longest on paper, and the worst difference.
    pub kept: Time,
    pub on_paper: Time,
    pub behind: Time,
}

impl Sweeps {
    pub fn new(users: usize, interval: Time, limit: u16) -> Self {
        Self {
            requests: users.div_ceil(swyx_teams::sync::USERS_OF_A_REQUEST) as f64,
            interval,
            rate: f64::from(limit) / 30.0,
            left: VecDeque::new(),
            longest: 0,
            kept: 0,
            on_paper: 0,
            behind: 0,
        }
    }

    /// A user was read so long after the time before.
    pub fn read(&mut self, after: Time) {
        self.longest = self.longest.max(after);
    }

    /// A second went by, with so many writes.
    pub fn second(&mut self, writes: u64, counts: bool) {
        self.left.push_front(self.rate - writes as f64);
        self.left.truncate(120);
        let longest = std::mem::take(&mut self.longest);
        if counts {
            let paper = self.paper();
            self.kept = self.kept.max(longest);
            self.on_paper = self.on_paper.max(paper);
            self.behind = self.behind.max(longest.saturating_sub(paper));
        }
    }

    /// How far back the requests reach that would have been enough for everybody; and no less than a sweep takes with what the writes of any 30 s
    /// before left, since Graph forgets those only then.
    fn paper(&self) -> Time {
        let (mut enough, mut time) = (self.requests, 0);
        for left in &self.left {
            if enough <= 0.0 {
                break;
            }
            time += if *left > enough { (enough / left * SECOND as f64) as Time } else { SECOND };
            enough -= left;
        }
        let left = self.left.iter().copied().collect::<Vec<_>>();
        let seconds = (time / SECOND) as usize + 1;
        let windows = left.windows(30).take(seconds).map(|window| window.iter().sum::<f64>());
        let least = windows.fold(self.rate * 30.0, f64::min).max(1.0);
        time.max((self.requests * 30.0 / least * SECOND as f64) as Time).max(self.interval)
    }
}
