//! What strikes one run, and when: decided by a seed.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

/// What can strike. The first eight strike a request, the next three a write, the last one whatever is done just then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strike {
    DropRequest,
    DropReply,
    /// The request takes effect long after the client gave it up.
    Late,
    Throttled,
    Unavailable,
    Forbidden,
    KillBefore,
    KillAfter,
    DiskFull,
    KillBeforeWrite,
    KillAfterWrite,
    Interrupt,
}

/// How often each strike fell.
pub type Tally = BTreeMap<Strike, u32>;

/// What is struck at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    SignIn,
    Graph(&'a str),
    Write,
}

/// Where the one strike falls that is aimed.
#[derive(Clone, Copy, Debug)]
enum Aim {
    /// At this request or write, counted from 1.
    Number(u32),
    /// At the first request whose path holds this.
    Path(&'static str),
    /// At the write of this number, from 1.
    Write(u32),
}

/// What strikes one run.
#[derive(Clone, Debug, Default)]
pub struct Storm {
    /// How probable it is that a request or write is struck by one of `kinds`.
    odds: f64,
    kinds: Vec<Strike>,
    aimed: Option<(Aim, Strike)>,
    /// The run gets a signal after this time.
    pub interrupt: Option<Duration>,
    events: u32,
    writes: u32,
}

const AT_REQUESTS: [Strike; 6] = [
    Strike::DropRequest,
    Strike::DropReply,
    Strike::Late,
    Strike::Throttled,
    Strike::Unavailable,
    Strike::Forbidden,
];
const KILLS: [Strike; 2] = [Strike::KillBefore, Strike::KillAfter];
const AT_WRITES: [Strike; 3] = [Strike::DiskFull, Strike::KillBeforeWrite, Strike::KillAfterWrite];
/// The requests that change something, and those that prove it.
const PATHS: [&str; 6] =
    ["addPassword", "removePassword", "servicePrincipals", "appRoleAssignedTo", "applications(", "token"];

impl Strike {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::DropRequest,
        Self::DropReply,
        Self::Late,
        Self::Throttled,
        Self::Unavailable,
        Self::Forbidden,
        Self::KillBefore,
        Self::KillAfter,
        Self::DiskFull,
        Self::KillBeforeWrite,
        Self::KillAfterWrite,
        Self::Interrupt,
    ];

    fn fits(self, target: Target<'_>) -> bool {
        match target {
            Target::Write => AT_WRITES.contains(&self),
            // Entra ID refuses a sign-in in its own words, and never because of a missing role.
            Target::SignIn => self != Self::Forbidden && !AT_WRITES.contains(&self),
            Target::Graph(_) => !AT_WRITES.contains(&self),
        }
    }
}

impl Storm {
    /// What a seed makes of it: scattered strikes, one that is aimed, both, or a wish that the run end.
    pub fn of(rng: &mut Rng) -> Self {
        let odds = rng.choice([0.0, 0.0, 0.04, 0.15, 0.4]).expect("one of them");
        let kinds = AT_REQUESTS.into_iter().chain([Strike::DiskFull]).filter(|_| rng.u8(..3) > 0).collect();
        let aimed = match rng.u8(..8) {
            0 | 1 => Some((Aim::Number(rng.u32(1..30)), rng.choice(KILLS).expect("one of them"))),
            2..=4 => {
                let path = rng.choice(PATHS).expect("one of them");
                let strike = rng.choice([&KILLS[..], &AT_REQUESTS, &KILLS].concat());
                Some((Aim::Path(path), strike.expect("one of them")))
            }
            5 | 6 => Some((Aim::Write(rng.u32(1..3)), rng.choice(AT_WRITES).expect("one of them"))),
            _ => None,
        };
        let interrupt = (rng.u8(..8) == 0).then(|| Duration::from_millis(rng.u64(1..90_000)));
        Self { odds, kinds, aimed, interrupt, ..Self::default() }
    }

    /// What strikes next.
    pub fn strike(&mut self, target: Target<'_>, rng: &mut Rng) -> Option<Strike> {
        self.events += 1;
        self.writes += u32::from(target == Target::Write);
        let (events, writes) = (self.events, self.writes);
        let is_there = |aim: Aim| match (aim, target) {
            (Aim::Number(number), _) => number == events,
            (Aim::Write(number), Target::Write) => number == writes,
            (Aim::Path("token"), Target::SignIn) => true,
            (Aim::Path(part), Target::Graph(path)) => path.contains(part),
            _ => false,
        };
        let aimed = self.aimed.take_if(|(aim, strike)| is_there(*aim) && strike.fits(target));
        let by_chance = rng.f64() < self.odds;
        aimed.map(|(_, strike)| strike).or_else(|| {
            let fitting = self.kinds.iter().copied().filter(|strike| by_chance && strike.fits(target));
            rng.choice(fitting.collect::<Vec<_>>())
        })
    }
}
