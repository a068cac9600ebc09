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

/// The longest time between two readings of one user, beside what would do on paper: everybody once, with the requests that the writes leave.
pub struct Sweeps {
    requests: usize,
    interval: Time,
    /// What the paper says, each second of the last two minutes.
    paper: VecDeque<Time>,
    longest: Time,
    /// The longest sweep, the longest on paper, and the worst difference.
    pub kept: Time,
    pub on_paper: Time,
    pub behind: Time,
}

impl Sweeps {
    pub fn new(users: usize, interval: Time) -> Self {
        let requests = users.div_ceil(swyx_teams::sync::USERS_OF_A_REQUEST);
        Self { requests, interval, paper: VecDeque::new(), longest: 0, kept: 0, on_paper: 0, behind: 0 }
    }

    /// A user was read so long after the time before.
    pub fn read(&mut self, after: Time) {
        self.longest = self.longest.max(after);
    }

    /// A second went by, in which so many requests in 30 s were left to the readings.
    pub fn second(&mut self, left: usize, counts: bool) {
        let paper = (self.requests as Time * 30 * SECOND / left as Time).max(self.interval);
        self.paper.push_back(paper);
        if self.paper.len() > 120 {
            self.paper.pop_front();
        }
        let longest = std::mem::take(&mut self.longest);
        if counts {
            // What was allowed at any time since the reading before.
            let seconds = (longest / SECOND) as usize + 1;
            let allowed = self.paper.iter().rev().take(seconds).copied().max().expect("one");
            self.kept = self.kept.max(longest);
            self.on_paper = self.on_paper.max(paper);
            self.behind = self.behind.max(longest.saturating_sub(allowed));
        }
    }
}
