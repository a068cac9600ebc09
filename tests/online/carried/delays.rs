//! How long changes took, from the journal of the emulator, as `tests/bench/journal.py` counts them.
//!
//! A change counts if it requires an action and is visible. It does not count if it is reverted within the target time, or if a session of
//! the program hides it in Teams.

use std::collections::HashMap;
use std::ops::Range;

use swyx_teams::emulator::JournalLine;

/// The Swyx status for each presence of the emulator's load, from the vendor's table.
const STATUS: [(&str, &str); 7] = [
    ("Available/Available", "Available"),
    ("Busy/Busy", "Away"),
    ("Busy/InACall", "Speaking"),
    ("Busy/InAMeeting", "Away"),
    ("DoNotDisturb/DoNotDisturb", "DoNotDisturb"),
    ("Away/Away", "Away"),
    ("BeRightBack/BeRightBack", "Away"),
];
/// Seconds after the end of a session in which the program ignores a presence that looks like it, plus the next reading.
const ECHO: f64 = 10.0 + 5.0;

/// A change, and the seconds until its effect.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    pub at: f64,
    pub took: f64,
}

/// The delay that this percentage of the delays does not exceed.
pub fn percentile(delays: &[Delay], percent: usize) -> f64 {
    let mut all = delays.iter().map(|delay| delay.took).collect::<Vec<_>>();
    all.sort_by(f64::total_cmp);
    all[(all.len() * percent).div_ceil(100).max(1) - 1]
}

/// The lines of each user of both sides.
fn by_user(lines: &[JournalLine]) -> Vec<Vec<&JournalLine>> {
    let mut users = HashMap::<&str, Vec<&JournalLine>>::new();
    for line in lines {
        if let Some(user) = &line.user {
            users.entry(user).or_default().push(line);
        }
    }
    users.into_values().collect()
}

/// The delays of begins and ends of calls in this time until Teams shows them.
pub fn to_teams(lines: &[JournalLine], during: &Range<f64>, target: f64) -> Vec<Delay> {
    let mut delays = Vec::new();
    for entries in by_user(lines) {
        let (mut waits, mut is_open) = (None::<(f64, bool)>, false);
        let mut count = |since: f64, until: f64| {
            if during.contains(&since) {
                delays.push(Delay { at: since, took: until - since });
            }
        };
        for entry in entries {
            match entry.what {
                "call" | "hangup" => {
                    // If there was enough time, but no effect, it is late.
                    if let Some((since, _)) = waits.filter(|(since, _)| entry.at - since >= target) {
                        count(since, entry.at);
                    }
                    let begins = entry.what == "call";
                    waits = (begins != is_open).then_some((entry.at, begins));
                }
                "set-presence" | "clear-presence" => {
                    is_open = entry.what == "set-presence";
                    if let Some((since, _)) = waits.take_if(|(_, begins)| *begins == is_open) {
                        count(since, entry.at);
                    }
                }
                _ => {}
            }
        }
        if let Some((since, _)) = waits.filter(|(since, _)| during.end - since >= target) {
            count(since, during.end);
        }
    }
    delays
}

/// The delays of changes in Teams in this time until the status is set in Swyx.
pub fn to_swyx(lines: &[JournalLine], during: &Range<f64>, target: f64) -> Vec<Delay> {
    by_user(lines)
        .into_iter()
        .flat_map(|entries| Follower::new(&entries, during, target).follow(&entries))
        .collect()
}

/// Follows one user in the journal.
struct Follower<'a> {
    during: &'a Range<f64>,
    target: f64,
    masks: Vec<(f64, f64)>,
    delays: Vec<Delay>,
    /// The change that waits, and the status that it requires.
    waits: Option<(f64, &'static str)>,
    /// The last presence, and since when.
    before: (f64, String),
    /// A call in Teams may still be what an earlier run left.
    in_doubt: bool,
}

impl<'a> Follower<'a> {
    fn new(entries: &[&JournalLine], during: &'a Range<f64>, target: f64) -> Self {
        let masks = masks(entries, during.end);
        Self {
            during,
            target,
            masks,
            delays: Vec::new(),
            waits: None,
            before: (0.0, String::new()),
            in_doubt: true,
        }
    }

    fn follow(mut self, entries: &[&JournalLine]) -> Vec<Delay> {
        let mut shown = "Available".to_owned();
        for entry in entries {
            let value = entry.value.as_deref().unwrap_or_default();
            match entry.what {
                "teams" => self.change(entry.at, value, &shown),
                "set-status" => {
                    shown = value.to_owned();
                    if let Some((since, _)) = self.waits.take_if(|(_, wanted)| *wanted == value) {
                        self.count(since, entry.at);
                    }
                }
                _ => {}
            }
        }
        self.give_up(self.during.end);
        self.delays
    }

    fn change(&mut self, at: f64, value: &str, shown: &str) {
        self.give_up(at);
        let (since, before) = &self.before;
        let was_seen = at - since >= self.target;
        if was_seen && !before.starts_with("Busy") && !before.starts_with("DoNotDisturb") {
            self.in_doubt &= before.is_empty();
        }
        let is_doubtful = self.in_doubt && value == "Busy/InACall";
        let wanted = STATUS.iter().find(|(presence, _)| *presence == value).map(|(_, status)| *status);
        self.waits = wanted.filter(|wanted| *wanted != shown && !is_doubtful).map(|wanted| (at, wanted));
        self.before = (at, value.to_owned());
        self.in_doubt &= !is_doubtful;
    }

    /// If there was enough time, but no effect, it is late.
    fn give_up(&mut self, at: f64) {
        if let Some((since, _)) = self.waits.take().filter(|(since, _)| at - since >= self.target) {
            self.count(since, at);
        }
    }

    fn count(&mut self, since: f64, until: f64) {
        let is_masked = self.masks.iter().any(|(begin, end)| *begin <= until && *end >= since);
        if self.during.contains(&since) && !is_masked {
            self.delays.push(Delay { at: since, took: until - since });
        }
    }
}

/// When a session of the program may hide the presence.
fn masks(entries: &[&JournalLine], end: f64) -> Vec<(f64, f64)> {
    let (mut masks, mut since) = (Vec::new(), None);
    for entry in entries {
        match entry.what {
            "call" | "set-presence" => since = since.or(Some(entry.at)),
            // It may have no begin: sessions of an earlier run are cleared, too.
            "clear-presence" => masks.push((since.take().unwrap_or(entry.at), entry.at + ECHO)),
            _ => {}
        }
    }
    masks.extend(since.map(|since| (since, end + ECHO)));
    masks
}
