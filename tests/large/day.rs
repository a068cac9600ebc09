//! An office's day: when there are calls, and when people do something in Teams.

/// Milliseconds since the run began.
pub type Time = u64;

pub const SECOND: Time = 1_000;
pub const HOUR: Time = 3_600 * SECOND;

/// The busiest time has this many parts of a call, and of a change in Teams, in each second for each user: 20 calls, and 55 changes, among
/// 100,000. A call is two writes in Teams, now and then three, so of 50 requests that Graph takes in a second 41 are writes.
const CALLS: f64 = 20.0 / 100_000.0;
const CHANGES: f64 = 55.0 / 100_000.0;
/// How long a call takes, in the mean.
pub const CALL: f64 = 180.0 * SECOND as f64;

/// A day that begins at this hour.
#[derive(Clone, Copy)]
pub struct Day {
    pub begins: f64,
    pub users: usize,
}

impl Day {
    /// How busy it is, as a part of the busiest time: little at night, most between 9 and 17 h, less at noon.
    fn part(self, now: Time) -> f64 {
        let hour = (self.begins + now as f64 / HOUR as f64) % 24.0;
        let curve = [
            (0.0, 0.02),
            (6.0, 0.02),
            (9.0, 1.0),
            (12.0, 1.0),
            (12.5, 0.6),
            (13.0, 1.0),
            (17.0, 1.0),
            (20.0, 0.02),
            (24.0, 0.02),
        ];
        let place = curve.partition_point(|(from, _)| *from <= hour).clamp(1, curve.len() - 1);
        let ((from, low), (to, high)) = (curve[place - 1], curve[place]);
        low + (high - low) * (hour - from) / (to - from)
    }

    /// The pause until the next call begins somewhere.
    pub fn until_call(self, now: Time, random: &mut fastrand::Rng) -> Time {
        pause(CALLS * self.users as f64 * self.part(now), random)
    }

    /// The pause until the next presence changes.
    pub fn until_change(self, now: Time, random: &mut fastrand::Rng) -> Time {
        pause(CHANGES * self.users as f64 * self.part(now), random)
    }
}

fn pause(in_a_second: f64, random: &mut fastrand::Rng) -> Time {
    exponential(SECOND as f64 / in_a_second, random)
}

/// Short pauses often, long ones now and then.
pub fn exponential(mean: f64, random: &mut fastrand::Rng) -> Time {
    1 + (-(1.0 - random.f64()).ln() * mean) as Time
}

/// What a Teams client may say: availability, activity, what the vendor's table makes of it in Swyx, how strong it is among Microsoft's sessions,
/// and how often it is said, in a hundred.
pub const SAID: [(&str, &str, Option<&str>, u8, u32); 10] = [
    ("Available", "Available", Some("Available"), 2, 36),
    ("Busy", "Busy", Some("Away"), 3, 10),
    ("Busy", "InACall", Some("Speaking"), 3, 10),
    ("Busy", "InAMeeting", Some("Away"), 3, 12),
    ("DoNotDisturb", "DoNotDisturb", Some("DoNotDisturb"), 4, 4),
    ("DoNotDisturb", "Presenting", Some("Speaking"), 4, 4),
    ("Away", "Away", Some("Away"), 1, 12),
    ("BeRightBack", "BeRightBack", Some("Away"), 1, 4),
    ("Offline", "Offline", None, 0, 6),
    ("Offline", "OffWork", Some("Away"), 0, 2),
];
/// The place of what a session shows.
pub const IN_A_CALL: u8 = 2;
/// How strong that is.
pub const BUSY: u8 = 3;

/// The next presence of a user's client.
pub fn said(random: &mut fastrand::Rng) -> u8 {
    let mut left = random.u32(..100);
    let place = SAID.iter().position(|(.., often)| {
        let is_this = left < *often;
        left = left.saturating_sub(*often);
        is_this
    });
    place.expect("they are a hundred in all") as u8
}
