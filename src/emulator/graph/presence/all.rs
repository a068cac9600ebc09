//! The presences of all users, and for a while their earlier presences.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Presence;

/// The maximum number of earlier presences of one user.
const MAX: usize = 32;

/// Presences by the user's position in the directory; a missing user never had a presence.
#[derive(Default)]
pub(in crate::emulator) struct Presences {
    now: HashMap<u32, Presence>,
    /// Earlier presences, oldest first; only if reads lag.
    past: HashMap<u32, VecDeque<Past>>,
}

struct Past {
    presence: Presence,
    until: Timestamp,
}

impl Presences {
    /// The presence of a user, to change it now; reads see the change after `lag`.
    pub(in crate::emulator) fn change(&mut self, place: u32, lag: Duration, now: Timestamp) -> &mut Presence {
        let presence = self.now.entry(place).or_default();
        if !lag.is_zero() {
            let past = self.past.entry(place).or_default();
            let seen = earlier(now, lag);
            past.retain(|past| past.until > seen);
            if past.len() == MAX {
                past.pop_front();
            }
            past.push_back(Past { presence: presence.clone(), until: now });
        }
        presence
    }

    /// The current presence of a user.
    pub(in crate::emulator) fn get(&self, place: u32) -> Option<&Presence> {
        self.now.get(&place)
    }

    /// The presence of a user for a read with this `lag`, and its time.
    pub(in crate::emulator) fn seen(
        &self,
        place: u32,
        lag: Duration,
        now: Timestamp,
    ) -> (Option<&Presence>, Timestamp) {
        let seen = earlier(now, lag);
        let past = self.past.get(&place).filter(|_| !lag.is_zero()).into_iter().flatten();
        let past = past.filter(|past| past.until > seen).map(|past| &past.presence).next();
        (past.or_else(|| self.get(place)), seen)
    }

    /// All current presences.
    pub(in crate::emulator) fn all(&self) -> impl Iterator<Item = &Presence> {
        self.now.values()
    }
}

fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_sub(by).ok()).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::graph::presence::Status;
    use crate::emulator::state::ManualStatus;
    use crate::emulator::time::later;

    #[test]
    fn lagging_read_returns_the_earlier_state() {
        let lag = Duration::from_secs(5);
        let second = |seconds: u64| later(Timestamp::UNIX_EPOCH, Duration::from_secs(1_000 + seconds));
        let mut presences = Presences::default();
        presences.change(7, lag, second(0)).set_client(Some(Status::AVAILABLE), second(0));
        presences.change(7, lag, second(2)).set_client(Some(Status::AWAY), second(2));
        let seen = |at, lag| {
            let (presence, time) = presences.seen(7, lag, second(at));
            presence.map(|presence| presence.status(ManualStatus::Graph, time))
        };
        for (at, status) in [
            (2, Status::OFFLINE),
            (4, Status::OFFLINE),
            (5, Status::AVAILABLE),
            (6, Status::AVAILABLE),
            (7, Status::AWAY),
            (99, Status::AWAY),
        ] {
            assert_eq!(seen(at, lag), Some(status), "{at}");
            assert_eq!(seen(at, Duration::ZERO), Some(Status::AWAY), "{at}");
        }
    }
}
