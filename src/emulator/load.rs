//! Made-up calls and presences, so many in a second, by the seed.

use std::str::FromStr;
use std::time::Duration;

use super::fault::fault;
use super::graph::presence::Status;
use super::shared::Shared;
use super::{Emulator, people};

/// What Teams clients say, in no order.
const PRESENCES: [&str; 7] = [
    "Available/Available",
    "Busy/Busy",
    "Busy/InAMeeting",
    "DoNotDisturb/DoNotDisturb",
    "Away/Away",
    "BeRightBack/BeRightBack",
    "Busy/InACall",
];
/// The changes of a second are spread over so many parts of it.
const PARTS: u32 = 10;

/// How much of a tenant changes in each second, on each side: 0.01 to 100 percent of the users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load(f64);

/// Why a text is no load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("percent of the users are wanted, 0.01 to 100")]
pub struct NoLoad;

impl FromStr for Load {
    type Err = NoLoad;

    fn from_str(text: &str) -> Result<Self, NoLoad> {
        let percent = text.parse::<f64>().ok().filter(|percent| (0.01..=100.0).contains(percent));
        percent.map(Self).ok_or(NoLoad)
    }
}

/// Changes that are due by now; fractions wait for the next part of a second.
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
    /// Gives everybody in Teams a presence, and from then on, for ever, in each second begins or ends calls of so many users of SwyxServer and
    /// changes the presences of as many in Teams. Who and what is decided by the seed; the changes are spread evenly over the second.
    pub async fn load(&self, load: Load) {
        let shared = &self.shared;
        let mut random = fastrand::Rng::with_seed(shared.seed ^ 0x10AD);
        let mut teams = Teams::begin(shared, &mut random);
        let mut due = (Due::new(shared.swyx().places() as usize, load), Due::new(teams.said.len(), load));
        let mut clock = tokio::time::interval(Duration::from_secs(1) / PARTS);
        // The first tick comes at once.
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

/// Those who have Teams: place, and what the client says, by its place among the presences.
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
        // Always another one.
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
    fn a_load_is_a_percentage() {
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
