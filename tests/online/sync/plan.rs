//! The plan of one seed: the number of users, the settings, the faults and their end.

use std::time::Duration;

use swyx_teams::settings::Mode;
use swyx_teams::sync::Options;
use swyx_teams::sync::engine::Link;
use uuid::Uuid;

/// Milliseconds since the world began.
pub type Time = u64;

/// The faults, each as a probability per request or event unless noted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub throttle: f64,
    pub unavailable: f64,
    pub lost_reply: f64,
    /// A captive portal answers a write with a page, and the write has no effect.
    pub portal: f64,
    /// The gateway refuses Do not disturb, which its capabilities contain, even after all is quiet.
    pub refused_status: bool,
    /// The presence of the first user is always in an unknown format.
    pub odd_presence: bool,
    /// Graph rejects lists with the id of the last user.
    pub bad_id: bool,
    pub lost_event: f64,
    pub repeated_event: f64,
    pub late_event: f64,
    /// The maximum lag of a reading in milliseconds; the stores of readings lag differently.
    pub lag: Time,
    /// The slowest answer of the gateway, in milliseconds.
    pub slow_gateway: Time,
}

/// Something that happens once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Blow {
    /// Graph does not answer for so long.
    GraphOut(Time),
    /// The gateway does not answer for so long.
    GatewayOut(Time),
    /// The gateway restarts, with new sequences.
    GatewayRestart,
    /// The program is killed, and started again so much later.
    Kill(Time),
    /// The machine sleeps: the program's clock stops for this time.
    Sleep(Time),
}

/// One run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub users: usize,
    pub options: Options,
    pub faults: Faults,
    pub blows: Vec<(Time, Blow)>,
    /// People do things, and things go wrong, until then.
    pub busy_until: Time,
    /// The mean pause between two changes of one user on one side.
    pub pause: Time,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let users = if random.u8(..20) == 0 { random.usize(651..1_400) } else { random.usize(1..12) };
        let busy_until = 1_000 * random.u64(600..3_000);
        let options = Options::new(
            if random.u8(..8) == 0 { Mode::FromTeams } else { Mode::BothWays },
            Duration::from_secs(random.u64(2..8)),
            Duration::from_mins(random.u64(5..12)),
            random.u16(120..1_500),
        );
        let faults = Self::faults(&mut random, users);
        let count = random.usize(..4);
        let mut blows = (0..count).map(|_| Self::blow(&mut random, busy_until)).collect::<Vec<_>>();
        blows.sort_by_key(|(time, _)| *time);
        Self { seed, users, options, faults, blows, busy_until, pause: 1_000 * random.u64(20..300) }
    }

    fn faults(random: &mut fastrand::Rng, users: usize) -> Faults {
        let mut some = |most: f64| if random.bool() { random.f64() * most } else { 0.0 };
        Faults {
            throttle: some(0.05),
            unavailable: some(0.2),
            lost_reply: some(0.1),
            portal: some(0.1),
            refused_status: some(1.0) > 0.0,
            odd_presence: some(1.0) > 0.7,
            bad_id: some(1.0) > 0.7 && users > 1,
            lost_event: some(0.5),
            repeated_event: some(0.3),
            late_event: some(0.3),
            lag: some(6_000.0) as Time,
            slow_gateway: some(8_000.0) as Time,
        }
    }

    fn blow(random: &mut fastrand::Rng, busy_until: Time) -> (Time, Blow) {
        let blow = match random.u8(..5) {
            0 => Blow::GraphOut(1_000 * random.u64(10..1_800)),
            1 => Blow::GatewayOut(1_000 * random.u64(5..900)),
            2 => Blow::GatewayRestart,
            3 => Blow::Kill(1_000 * random.u64(1..400)),
            _ => Blow::Sleep(1_000 * random.u64(60..30_000)),
        };
        (random.u64(30_000..busy_until), blow)
    }

    pub fn links(&self) -> Vec<Link> {
        let link =
            |number: usize| Link { swyx: number.to_string().into(), teams: Uuid::from_u128(number as u128) };
        (0..self.users).map(link).collect()
    }
}
