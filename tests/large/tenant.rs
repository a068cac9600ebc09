//! The whole synchronisation against the emulator in memory, which counts requests as Graph does.

use std::sync::Arc;

use swyx_teams::emulator::{Emulator, Options};

use super::day::{CALL, Day, SAID, SECOND, Time, exponential, said};
use super::given;
use super::place::{Place, pass};

/// A user on both sides.
struct Person {
    swyx: String,
    teams: String,
    client: u8,
    call_ends: Option<Time>,
}

/// People do this so often.
const STEP: Time = 100;

struct Site {
    place: Place,
    people: Vec<Person>,
    day: Day,
    random: fastrand::Rng,
    now: Time,
    calls: u64,
}

impl Site {
    fn new(users: u32) -> Self {
        let options = Options::default().users(users).enforce_limits(true);
        let emulator = Arc::new(Emulator::new(options).expect("an emulator"));
        let person = |(swyx, email): (String, Option<String>)| {
            email.map(|teams| Person { swyx, teams, client: 0, call_ends: None })
        };
        let people = emulator.swyx_users().into_iter().filter_map(person).collect::<Vec<_>>();
        for person in &people {
            emulator.set_teams_status(&person.teams, Some("Available/Available")).expect("a user");
        }
        let place = Place::beside(emulator, 2, "", false);
        let day = Day { begins: 9.5, users: people.len() };
        Self { place, people, day, random: fastrand::Rng::with_seed(3), now: 0, calls: 0 }
    }

    /// People call and change for so long.
    async fn busy(&mut self, until: Time) {
        let mut call = self.now;
        let mut change = self.now;
        while self.now < until {
            while call <= self.now {
                self.call();
                call += self.day.until_call(self.now, &mut self.random);
            }
            while change <= self.now {
                self.change();
                change += self.day.until_change(self.now, &mut self.random);
            }
            self.hang_up(self.now);
            pass(STEP as f64 / SECOND as f64).await;
            self.now += STEP;
        }
    }

    fn call(&mut self) {
        let user = self.random.usize(..self.people.len());
        let life = exponential(CALL, &mut self.random);
        let person = &mut self.people[user];
        if person.call_ends.is_none() {
            person.call_ends = Some(self.now + life);
            self.calls += 1;
            self.place.emulator.call(&person.swyx, true).expect("a user");
        }
    }

    fn hang_up(&mut self, by: Time) {
        for person in self.people.iter_mut().filter(|person| person.call_ends.is_some_and(|end| end <= by)) {
            person.call_ends = None;
            self.place.emulator.call(&person.swyx, false).expect("a user");
        }
    }

    fn change(&mut self) {
        let (user, client) = (self.random.usize(..self.people.len()), said(&mut self.random));
        self.people[user].client = client;
        // What leaves Swyx alone is being signed out.
        let (availability, activity, status, ..) = SAID[usize::from(client)];
        let presence = status.map(|_| format!("{availability}/{activity}"));
        self.place.emulator.set_teams_status(&self.people[user].teams, presence.as_deref()).expect("a user");
    }

    fn wrong(&self) -> usize {
        let is_wrong = |person: &&Person| {
            let set = self.place.emulator.swyx_status(&person.swyx).expect("a user").set;
            SAID[usize::from(person.client)].2.is_some_and(|wanted| wanted != set)
        };
        self.people.iter().filter(is_wrong).count()
    }
}

#[tokio::test(start_paused = true)]
async fn large_tenant_is_not_throttled_and_ends_consistent() {
    let users = u32::try_from(given("USERS", 2_000)).expect("at most a million");
    let minutes = if given("HOURS", 0) == 0 { 0 } else { 10 };
    let busy = if minutes == 0 { 30 * SECOND } else { minutes * 60 * SECOND };
    let start = std::time::Instant::now();
    let mut site = Site::new(users);
    // The lists and every user are read once.
    pass(20.0).await;
    site.busy(busy).await;
    // All at once: as many writes as there are calls, of which 45 are for a second.
    site.hang_up(Time::MAX);
    pass(240.0).await;
    let figures = site.place.view().figures;
    println!(
        "{} users, {:.0} s in {:.1} s: {} calls, {} readings, {} statuses set; Teams to Swyx 99 % within {:?}, Swyx to Teams within {:?}",
        site.people.len(),
        busy as f64 / SECOND as f64,
        start.elapsed().as_secs_f64(),
        site.calls,
        figures.readings,
        figures.statuses_set,
        figures.to_swyx.percentile(99),
        figures.to_teams.percentile(99),
    );
    let refused = site.place.emulator.log().iter().filter(|entry| entry.status == 429).count();
    assert_eq!((refused, figures.throttled, figures.failed, figures.refused), (0, 0, 0, 0));
    assert_eq!((site.place.emulator.open_sessions(), site.wrong()), (0, 0));
    assert_eq!(figures.users, site.people.len());
    assert!(site.calls > 0 && figures.sessions_set > 0 && figures.statuses_set > 0);
}
