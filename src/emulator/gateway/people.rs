//! The users of the emulated SwyxServer, and what changed: plain data.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use crate::emulator::random;
use crate::emulator::users::Users;

/// So many changes are kept for those who ask what changed; whoever is further behind has to read all.
const KEPT: usize = 200_000;

/// The statuses that can be set, in this order of their numbers, by their names in the contract.
pub(in crate::emulator) const STATUSES: [&str; 4] = ["Available", "Away", "DoNotDisturb", "Speaking"];
/// The place of the status that is shown while a user is in a call.
const SPEAKING: u8 = 3;

/// A user of SwyxServer.
#[derive(Clone, Debug)]
pub(in crate::emulator) struct Person {
    pub(in crate::emulator) id: Box<str>,
    pub(in crate::emulator) name: Box<str>,
    pub(in crate::emulator) email: Option<Box<str>>,
    pub(in crate::emulator) enabled: bool,
    /// What was set, by hand or by a client: a place in [`STATUSES`].
    pub(in crate::emulator) set: u8,
    pub(in crate::emulator) in_call: bool,
    pub(in crate::emulator) sequence: u64,
    /// The same person in Teams, for whom the emulator knows both.
    pub(in crate::emulator) teams: Option<Uuid>,
}

impl Person {
    /// What colleagues see.
    pub(in crate::emulator) fn shown(&self) -> &'static str {
        let shown = if self.in_call { SPEAKING } else { self.set };
        STATUSES.get(usize::from(shown)).copied().unwrap_or_default()
    }
}

/// What happened, for the event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator) enum Change {
    /// The status of the person at this place.
    Status(u32),
    /// The list of users.
    Users,
}

/// All of them.
pub(in crate::emulator) struct People {
    people: Vec<Person>,
    by_id: HashMap<Box<str>, u32>,
    /// The statuses that this service can set.
    pub(in crate::emulator) settable: Vec<&'static str>,
    /// Stands before the number in every cursor: those of another life of this service are not known.
    epoch: String,
    sequence: u64,
    changes: VecDeque<(u64, Change)>,
    /// Tells streams that there is something new.
    news: tokio::sync::watch::Sender<u64>,
}

impl People {
    /// A user for each member of the tenant who has a mail address, with that address.
    pub(in crate::emulator) fn of(users: &Users) -> Self {
        let mut all = Self {
            people: Vec::new(),
            by_id: HashMap::new(),
            settable: STATUSES.to_vec(),
            epoch: epoch(),
            sequence: 0,
            changes: VecDeque::new(),
            news: tokio::sync::watch::Sender::new(0),
        };
        let members = users.as_slice().iter().filter(|user| !user.is_guest);
        for (number, user) in (1001..).zip(members.filter(|user| user.mail.is_some())) {
            let email = user.mail.as_deref().map(str::to_lowercase);
            all.push(number.to_string(), &user.display_name, email.as_deref(), Some(user.id));
        }
        all
    }

    fn push(&mut self, id: String, name: &str, email: Option<&str>, teams: Option<Uuid>) {
        let place = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.by_id.insert(id.as_str().into(), place);
        self.people.push(Person {
            id: id.into(),
            name: name.into(),
            email: email.map(Box::from),
            enabled: true,
            set: 0,
            in_call: false,
            sequence: 0,
            teams,
        });
    }

    /// Adds a user, and says so to whoever listens.
    pub(in crate::emulator) fn add(
        &mut self,
        id: &str,
        name: &str,
        email: Option<&str>,
        teams: Option<Uuid>,
    ) {
        self.push(id.to_owned(), name, email, teams);
        self.note(Change::Users);
    }

    /// All in order.
    pub(in crate::emulator) fn as_slice(&self) -> &[Person] {
        &self.people
    }

    /// The place of a user, by id or by e-mail address.
    pub(in crate::emulator) fn place(&self, user: &str) -> Option<u32> {
        let by_email = || {
            let is = |person: &Person| {
                person.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(user))
            };
            self.people.iter().position(is).and_then(|place| u32::try_from(place).ok())
        };
        self.by_id(user).or_else(by_email)
    }

    /// The place of the user with that id.
    pub(in crate::emulator) fn by_id(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The user at a place.
    pub(in crate::emulator) fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }

    /// Sets the user's status; setting what is set already is no change.
    pub(in crate::emulator) fn set(&mut self, place: u32, status: u8) {
        self.change(place, |person| std::mem::replace(&mut person.set, status) != status);
    }

    /// A call of the user begins or ends.
    pub(in crate::emulator) fn call(&mut self, place: u32, begins: bool) {
        self.change(place, |person| std::mem::replace(&mut person.in_call, begins) != begins);
    }

    /// Activates or deactivates a user.
    pub(in crate::emulator) fn enable(&mut self, place: u32, enabled: bool) {
        if let Some(person) = self.people.get_mut(place as usize) {
            person.enabled = enabled;
            self.note(Change::Users);
        }
    }

    fn change(&mut self, place: u32, change: impl FnOnce(&mut Person) -> bool) {
        if let Some(person) = self.people.get_mut(place as usize)
            && change(person)
        {
            person.sequence = self.sequence + 1;
            self.note(Change::Status(place));
        }
    }

    fn note(&mut self, change: Change) {
        self.sequence += 1;
        self.changes.push_back((self.sequence, change));
        if self.changes.len() > KEPT {
            self.changes.pop_front();
        }
        self.news.send_replace(self.sequence);
    }

    /// The service is started anew: its cursors and sequences, but not what users set.
    pub(in crate::emulator) fn restart(&mut self) {
        (self.epoch, self.sequence) = (epoch(), 0);
        self.changes.clear();
        self.people.iter_mut().for_each(|person| person.sequence = 0);
        self.news = tokio::sync::watch::Sender::new(0);
    }

    /// From where to go on after all that happened.
    pub(in crate::emulator) fn cursor(&self) -> String {
        self.cursor_at(self.sequence)
    }

    /// From where to go on after a change.
    pub(in crate::emulator) fn cursor_at(&self, sequence: u64) -> String {
        format!("{}.{sequence}", self.epoch)
    }

    /// What a cursor of this life of the service points behind, if that is still kept.
    pub(in crate::emulator) fn after(&self, cursor: &str) -> Option<u64> {
        let (epoch, sequence) = cursor.rsplit_once('.')?;
        let sequence = sequence.parse::<u64>().ok()?;
        let first = self.changes.front().map_or(self.sequence + 1, |(first, _)| *first);
        let is_known = epoch == self.epoch && sequence <= self.sequence && sequence + 1 >= first;
        is_known.then_some(sequence)
    }

    /// What changed after that.
    pub(in crate::emulator) fn changes(&self, after: u64) -> impl Iterator<Item = (u64, Change)> + '_ {
        let begin = self.changes.partition_point(|(sequence, _)| *sequence <= after);
        self.changes.range(begin..).copied()
    }

    /// Tells when there is more; ends with this life of the service.
    pub(in crate::emulator) fn news(&self) -> tokio::sync::watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// The number behind all that happened so far.
    pub(in crate::emulator) fn now(&self) -> u64 {
        self.sequence
    }
}

fn epoch() -> String {
    random::opaque().chars().take(8).collect()
}
