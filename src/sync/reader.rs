//! Decides which presences are read next.
//!
//! Every user is read once per interval, 650 users per request, with the requests spread over the interval. If the budget is too small,
//! users whose presence changed lately come first. The others get at least nineteen twentieths of their fair share: reading all of them
//! takes a twentieth longer than with equal treatment, however many users come first.

use std::collections::VecDeque;
use std::time::Duration;

use super::moment::Moment;

/// The maximum number of users in one request. Source: <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>.
pub const USERS_OF_A_REQUEST: usize = 650;
/// The numerator and denominator of the share that users without a recent change keep of their proportion in a request.
const SHARE_OF_QUIET: (usize, usize) = (19, 20);
/// How long a change counts as recent: most changes come in pairs, such as the start and the end of a call.
const LATELY: Duration = Duration::from_mins(5);

/// The position of a user in the engine.
pub type Slot = u32;

/// The reader's data of a user.
pub(super) trait Readers {
    /// Whether the user must still be read.
    fn is_read(&self, user: Slot) -> bool;
    /// When the user's presence was last requested in turn.
    fn requested_at(&self, user: Slot) -> Moment;
    /// When it last changed.
    fn changed(&self, user: Slot) -> Moment;
}

/// Two rings of users, each in the order of their last request.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    lively: VecDeque<Slot>,
    quiet: VecDeque<Slot>,
    /// The next request is not sent before this moment.
    next: Moment,
}

impl Reader {
    /// Adds a user, to be read before all others without recent changes.
    pub(super) fn add(&mut self, user: Slot) {
        self.quiet.push_front(user);
    }

    /// The interval changed: the next request is due now.
    pub(super) fn hurry(&mut self, now: Moment) {
        self.next = self.next.min(now);
    }

    /// When the next request is due.
    pub(super) fn next(&self) -> Moment {
        if self.lively.is_empty() && self.quiet.is_empty() { Moment::NEVER } else { self.next }
    }

    /// Users in the rings.
    pub(super) fn len(&self) -> usize {
        self.lively.len() + self.quiet.len()
    }

    /// The users of the request that is sent now; the last request for each of them is at least about an `interval` ago. Users that must
    /// no longer be read leave the rings and are added to `gone`.
    pub(super) fn request(
        &mut self,
        users: &impl Readers,
        interval: Duration,
        now: Moment,
        mut gone: impl FnMut(Slot),
    ) -> Vec<Slot> {
        let requests = self.len().div_ceil(USERS_OF_A_REQUEST).max(1);
        let gap = interval / u32::try_from(requests).unwrap_or(u32::MAX);
        // Half a gap early does no harm, and saves a request for the few users due a moment later.
        let is_due = |user: Slot| {
            users.requested_at(user) == Moment::START || users.requested_at(user) + interval <= now + gap / 2
        };
        let mut taken = Vec::new();
        let (parts, whole) = SHARE_OF_QUIET;
        let share = (USERS_OF_A_REQUEST * self.quiet.len() * parts).div_ceil(self.len().max(1) * whole);
        let quiet = self.quiet.len().min(share);
        take(&mut self.lively, users, USERS_OF_A_REQUEST - quiet, is_due, &mut taken, &mut gone);
        take(&mut self.quiet, users, USERS_OF_A_REQUEST - taken.len(), is_due, &mut taken, &mut gone);
        for user in &taken {
            let changed = users.changed(*user);
            let is_lively = changed != Moment::START && changed + LATELY > now;
            if is_lively { &mut self.lively } else { &mut self.quiet }.push_back(*user);
        }
        let fronts = [self.lively.front(), self.quiet.front()].into_iter().flatten();
        let first = fronts.map(|user| users.requested_at(*user) + interval).min().unwrap_or(Moment::NEVER);
        // Late requests do not speed up because the budget makes them late. If no user was due, the first one is.
        self.next = if taken.is_empty() { first } else { (self.next + gap).max(now + gap / 2) };
        taken
    }
}

fn take(
    ring: &mut VecDeque<Slot>,
    users: &impl Readers,
    most: usize,
    is_due: impl Fn(Slot) -> bool,
    taken: &mut Vec<Slot>,
    gone: &mut impl FnMut(Slot),
) {
    let end = taken.len() + most;
    while taken.len() < end
        && let Some(user) = ring.front().copied()
    {
        if !users.is_read(user) {
            gone(user);
        } else if is_due(user) {
            taken.push(user);
        } else {
            break;
        }
        ring.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct People(Vec<(Moment, Moment)>);

    impl Readers for People {
        fn is_read(&self, user: Slot) -> bool {
            user != 3
        }

        fn requested_at(&self, user: Slot) -> Moment {
            self.0[user as usize].0
        }

        fn changed(&self, user: Slot) -> Moment {
            self.0[user as usize].1
        }
    }

    /// The requests within `seconds`, each with its time and its users.
    fn run(
        people: &mut People,
        seconds: u64,
        every: Duration,
        interval: Duration,
    ) -> Vec<(Moment, Vec<Slot>)> {
        let mut reader = Reader::default();
        (0..people.0.len()).for_each(|user| reader.add(user as Slot));
        let (mut now, mut free, mut requests) =
            (Moment::at(Duration::from_millis(1)), Moment::START, Vec::new());
        while now < Moment::at(Duration::from_secs(seconds)) {
            if now >= reader.next() && now >= free {
                let users = reader.request(people, interval, now, |user| assert_eq!(user, 3));
                free = now + every;
                users.iter().for_each(|user| people.0[*user as usize].0 = now);
                requests.push((now, users));
            }
            now = now + Duration::from_millis(1);
        }
        requests
    }

    fn longest_gaps(people: usize, requests: &[(Moment, Vec<Slot>)]) -> Vec<Duration> {
        let mut last = vec![Moment::START; people];
        let mut gaps = vec![Duration::ZERO; people];
        for (now, users) in requests {
            for user in users {
                gaps[*user as usize] = gaps[*user as usize].max(now.since(last[*user as usize]));
                last[*user as usize] = *now;
            }
        }
        gaps
    }

    #[test]
    fn every_user_is_read_once_per_interval_with_spread_requests() {
        for count in [1, 3, 650, 651, 5_000] {
            let interval = Duration::from_secs(4);
            let mut people = People(vec![(Moment::START, Moment::START); count]);
            let requests = run(&mut people, 60, Duration::ZERO, interval);
            let gaps = longest_gaps(count, &requests);
            let longest = gaps.iter().enumerate().filter(|(user, _)| *user != 3).map(|(_, gap)| *gap).max();
            assert!(longest < Some(Duration::from_millis(4_300)), "{count}: {longest:?}");
            let most = count.div_ceil(USERS_OF_A_REQUEST) * 16;
            assert!(
                requests.iter().filter(|(_, users)| !users.is_empty()).count() <= most,
                "{count}: {}",
                requests.len()
            );
        }
    }

    #[test]
    fn overload_prefers_recently_changed_users_but_reads_all() {
        let interval = Duration::from_secs(4);
        let mut people = People(vec![(Moment::START, Moment::START); 20_000]);
        // One user in a hundred keeps changing; a request in half a second is a quarter of what this would take.
        people.0.iter_mut().step_by(100).for_each(|(_, changed)| *changed = Moment::NEVER);
        let requests = run(&mut people, 300, Duration::from_millis(500), interval);
        let late = requests
            .iter()
            .filter(|(now, _)| *now > Moment::at(Duration::from_secs(60)))
            .cloned()
            .collect::<Vec<_>>();
        let gaps = |users: &dyn Fn(usize) -> bool| {
            let start = late.first().expect("some").0;
            let mut last = vec![start; 20_000];
            let mut longest = Duration::ZERO;
            for (now, requested_at) in &late {
                for user in requested_at.iter().filter(|user| users(**user as usize)) {
                    longest = longest.max(now.since(last[*user as usize]));
                    last[*user as usize] = *now;
                }
            }
            longest
        };
        assert!(gaps(&|user| user % 100 == 0) < Duration::from_secs(6));
        let all = gaps(&|user| user % 100 != 0 && user != 3);
        assert!(all > Duration::from_secs(12) && all < Duration::from_secs(30), "{all:?}");
    }
}
