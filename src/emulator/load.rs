//! Simulated calls and presences at a given rate, derived from the seed.

use std::str::FromStr;
use std::time::Duration;

use super::fault::fault;
use super::graph::presence::Status;
use super::shared::Shared;
use super::{Emulator, people};

/// The presences of Teams clients, in any order.
const PRESENCES: [&str; 7] = [
    "Available/Available",
    "Busy/Busy",
    "Busy/InAMeeting",
    "DoNotDisturb/DoNotDisturb",
    "Away/Away",
    "BeRightBack/BeRightBack",
    "Busy/InACall",
];
/// The number of parts of a second over which its changes are spread.
const PARTS: u32 = 10;

/// The part of a tenant that changes per second, on each side: 0.01 to 100 percent of the users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load(f64);

/// Why a load is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a percentage of users from 0.01 to 100")]
#[non_exhaustive]
pub struct NoLoad;

impl FromStr for Load {
    type Err = NoLoad;

    fn from_str(text: &str) -> Result<Self, NoLoad> {
        let percent = text.parse::<f64>().ok().filter(|percent| (0.01..=100.0).contains(percent));
        percent.map(Self).ok_or(NoLoad)
    }
}

/// The number of changes due now; fractions are carried to the next part of a second.
struct Due {
    each: f64,
    due: f64,
}

impl Due {
    fn new(users: usize, load: Load) -> Self {
        Self { each: users as f64 * load.0 / 100.0 / f64::from(PARTS), due: 0.0 }
    }

    fn next(&mut self) -> usize {
        self.due += self.each;
        let whole = self.due.floor();
        self.due -= whole;
        whole as usize
    }
}

impl Emulator {
    /// Gives every Teams user a presence. Then, endlessly, starts or ends calls of so many SwyxServer users per second and changes the
    /// presences of as many Teams users. The seed decides the users and the values; the changes are spread evenly over the second.
    pub async fn load(&self, load: Load) {
        let shared = &self.shared;
        let mut random = fastrand::Rng::with_seed(shared.seed ^ 0x10AD);
        let mut teams = Teams::begin(shared, &mut random);
        let mut due = (Due::new(shared.swyx().places() as usize, load), Due::new(teams.said.len(), load));
        let mut clock = tokio::time::interval(Duration::from_secs(1) / PARTS);
        // The first tick completes at once.
        clock.tick().await;
        loop {
            clock.tick().await;
            for _ in 0..due.0.next() {
                turn_call(shared, &mut random);
            }
            for _ in 0..due.1.next() {
                teams.turn(shared, &mut random);
            }
        }
    }
}

fn turn_call(shared: &Shared, random: &mut fastrand::Rng) {
    let places = shared.swyx().places();
    if places == 0 {
        return;
    }
    let place = random.u32(..places);
    let line = shared.swyx().line(place);
    if let Some((_, in_call)) = line {
        people::call(shared, place, !in_call);
    }
}

/// The users with Teams: their position and the index of their presence.
struct Teams {
    said: Vec<(u32, usize)>,
}

impl Teams {
    fn begin(shared: &Shared, random: &mut fastrand::Rng) -> Self {
        let with_teams = (0_u32..)
            .zip(shared.read().users.as_slice())
            .filter(|(_, user)| user.has_teams)
            .map(|(place, _)| place)
            .collect::<Vec<_>>();
        let said =
            with_teams.into_iter().map(|place| (place, random.usize(..PRESENCES.len()))).collect::<Vec<_>>();
        said.iter().for_each(|&(place, what)| say(shared, place, what));
        Self { said }
    }

    fn turn(&mut self, shared: &Shared, random: &mut fastrand::Rng) {
        if self.said.is_empty() {
            return;
        }
        let who = random.usize(..self.said.len());
        let Some((place, what)) = self.said.get_mut(who) else { return };
        // Always a different one.
        *what = (*what + random.usize(1..PRESENCES.len())) % PRESENCES.len();
        say(shared, *place, *what);
    }
}

fn say(shared: &Shared, place: u32, what: usize) {
    let text = PRESENCES.get(what).copied().unwrap_or_default();
    let mut directory = shared.write();
    let (lag, now) = (shared.faults().seconds(const { fault("presence-lag") }), shared.clock.now());
    directory.presences.change(place, lag, now).set_client(text.parse::<Status>().ok(), now);
    people::write_journal(shared, directory.users.as_slice().get(place as usize), "teams", Some(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_carry_over() {
        let mut due = Due::new(25, "0.5".parse().expect("a load"));
        let changes = (0..80 * PARTS).map(|_| due.next()).sum::<usize>();
        assert!((9..=10).contains(&changes), "{changes}");
    }

    #[test]
    fn load_is_a_percentage_from_0_01_to_100() {
        for (text, is_load) in [
            ("0.01", true),
            ("100", true),
            ("0", false),
            ("0.009", false),
            ("100.1", false),
            ("NaN", false),
            ("x", false),
        ] {
            assert_eq!(text.parse::<Load>().is_ok(), is_load, "{text}");
        }
    }
}
