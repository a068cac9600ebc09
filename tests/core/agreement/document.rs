//! Random settings: right ones, ones at a bound, near misses, and wrong types everywhere.

use crate::agreement::random::Random;
use crate::agreement::samples::*;

/// A value of TOML, without its form.
#[derive(Clone)]
pub enum Value {
    Text(String),
    /// A number, boolean or date as it is written.
    Literal(String),
    Array(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Value {
    /// The type, as the assertions of coverage name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Table(_) => "table",
            Self::Literal(text) if text == "true" || text == "false" => "boolean",
            Self::Literal(text) if text.parse::<i64>().is_ok() => "integer",
            Self::Literal(text) if text.parse::<f64>().is_ok() => "float",
            Self::Literal(_) => "date",
        }
    }

    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Table(members) => members.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// What a key wants.
#[derive(Clone, Copy)]
enum Want {
    Mode,
    Id,
    Secret,
    Version,
    Endpoint,
    Cloud,
    Account,
    Login,
    Presence,
    Removal,
    Thumbprint,
    Date,
    Boolean,
    Status,
    /// A text of so many characters.
    Text(usize, usize),
    /// A number from, to.
    Number(i64, i64),
}

const ENTRA: [(&str, Want); 10] = [
    ("cloud", Want::Cloud),
    ("application_name", Want::Text(1, 120)),
    ("secret_lifetime_days", Want::Number(1, 730)),
    ("renew_before_days", Want::Number(1, 365)),
    ("credential_ends", Want::Date),
    ("admin_client_id", Want::Id),
    ("authority", Want::Endpoint),
    ("graph", Want::Endpoint),
    ("ca_file", Want::Text(1, 4096)),
    ("proxy", Want::Endpoint),
];

const SYNC: [(&str, Want); 3] = [
    ("read_interval_seconds", Want::Number(1, 3600)),
    ("session_minutes", Want::Number(5, 240)),
    ("requests_per_30_seconds", Want::Number(1, 10_000)),
];

/// Makes the value of one table.
type Make = fn(&mut Generator) -> Value;

pub struct Generator {
    pub random: Random,
    /// In so many of a hundred cases a key is broken.
    faults: usize,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let faults = random.pick(&[0, 0, 0, 3, 10, 25, 50, 80]);
        Self { random, faults }
    }

    fn faulty(&mut self) -> bool {
        self.random.percent(self.faults)
    }

    pub fn document(&mut self) -> Value {
        let mut members = Vec::new();
        // Only the program finds that both tables are there.
        let (expert, federated) = if self.random.percent(60) { (100, 0) } else { (0, 100) };
        let tables: [(&str, usize, Make); 6] = [
            ("swyx", 85, Self::swyx),
            ("control_center", expert, Self::control_center),
            ("federated_services", federated, Self::federated_services),
            ("entra", 60, Self::entra),
            ("sync", 60, Self::sync),
            ("user", 60, Self::users),
        ];
        for (name, presence, make) in tables {
            let left_out = !self.random.percent(presence) || (self.faulty() && self.random.percent(20));
            if !left_out {
                let wrong = self.faulty() && self.random.percent(20);
                let value = if wrong { self.value_of_any_type() } else { make(self) };
                members.push((name.to_owned(), value));
            }
        }
        self.finished(members)
    }

    fn swyx(&mut self) -> Value {
        let mut members = Vec::new();
        self.add(&mut members, "version", Want::Version, 85);
        self.add(&mut members, "gateway", Want::Endpoint, 60);
        let token_is_due = members.iter().any(|(name, _)| name == "gateway");
        self.add(&mut members, "gateway_token", Want::Secret, if token_is_due { 100 } else { 30 });
        self.finished(members)
    }

    fn control_center(&mut self) -> Value {
        let mut members = Vec::new();
        self.add(&mut members, "MsTeamsStatusSyncMode", Want::Mode, 100);
        self.add(&mut members, "MsTeamsTenantId", Want::Id, 100);
        self.add(&mut members, "MsTeamsClientId", Want::Id, 100);
        let both_ways = matches!(members.first(), Some((_, Value::Literal(mode))) if mode == "2");
        self.add(&mut members, "MsTeamsClientSecret", Want::Secret, if both_ways { 100 } else { 50 });
        self.finished(members)
    }

    fn federated_services(&mut self) -> Value {
        let mut members = Vec::new();
        self.add(&mut members, "name", Want::Text(1, 200), 50);
        self.add(&mut members, "tenant_id", Want::Id, 100);
        self.add(&mut members, "client_id", Want::Id, 100);
        self.add(&mut members, "login", Want::Login, 100);
        let is_secret = members
            .iter()
            .any(|(name, value)| name == "login" && matches!(value, Value::Text(text) if text == "secret"));
        self.add(&mut members, "client_secret", Want::Secret, if is_secret { 100 } else { 30 });
        // Both at once are rare.
        let (file, thumbprint) = self.random.pick(&[(70, 0), (0, 95), (70, 0), (0, 95), (70, 5)]);
        self.add(&mut members, "certificate", Want::Text(1, 4096), file);
        self.add(&mut members, "certificate_thumbprint", Want::Thumbprint, thumbprint);
        self.add(&mut members, "presence", Want::Presence, 50);
        self.add(&mut members, "contacts", Want::Boolean, 50);
        self.add(&mut members, "calendar", Want::Boolean, 20);
        self.add(&mut members, "on_identity_removed", Want::Removal, 50);
        self.add(&mut members, "display_names", Want::Boolean, 50);
        self.finished(members)
    }

    fn entra(&mut self) -> Value {
        let mut members = Vec::new();
        for (name, want) in ENTRA {
            self.add(&mut members, name, want, 40);
        }
        self.finished(members)
    }

    fn sync(&mut self) -> Value {
        let mut members = Vec::new();
        for (name, want) in SYNC {
            self.add(&mut members, name, want, 50);
        }
        if self.random.percent(50) {
            let wrong = self.faulty() && self.random.percent(30);
            let status = if wrong { self.value_of_any_type() } else { self.statuses() };
            members.push(("status".to_owned(), status));
        }
        self.finished(members)
    }

    fn statuses(&mut self) -> Value {
        let mut members: Vec<(String, Value)> = Vec::new();
        for _ in 0..self.random.below(4) {
            let name = if self.faulty() {
                let name = self.random.pick(&NO_PAIRS).to_owned();
                if self.random.percent(50) { name } else { self.altered("Busy/InACall") }
            } else {
                self.random.pick(&PAIRS).to_owned()
            };
            if members.iter().all(|(own, _)| *own != name) {
                let value = self.value(Want::Status);
                members.push((name, value));
            }
        }
        Value::Table(members)
    }

    fn users(&mut self) -> Value {
        if self.faulty() && self.random.percent(20) {
            // `[user]` for `[[user]]`.
            return self.user();
        }
        let count = self.random.below(4);
        let one = |own: &mut Self| {
            let wrong = own.faulty() && own.random.percent(20);
            if wrong { own.value_of_any_type() } else { own.user() }
        };
        Value::Array((0..count).map(|_| one(self)).collect())
    }

    fn user(&mut self) -> Value {
        let mut members = Vec::new();
        self.add(&mut members, "swyx", Want::Text(1, 200), 100);
        self.add(&mut members, "teams", Want::Account, 100);
        self.finished(members)
    }

    /// Adds strangers, or takes all away.
    fn finished(&mut self, mut members: Vec<(String, Value)>) -> Value {
        if self.faulty() && self.random.percent(10) {
            members.clear();
        }
        while self.faulty() && self.random.percent(30) {
            let name = self.random.pick(&STRANGERS);
            if members.iter().all(|(own, _)| own != name) {
                let value = self.value_of_any_type();
                members.push((name.to_owned(), value));
            }
        }
        Value::Table(members)
    }

    fn add(&mut self, members: &mut Vec<(String, Value)>, name: &str, want: Want, presence: usize) {
        let left_out = self.faulty() && self.random.percent(30);
        if self.random.percent(presence) && !left_out {
            let value = self.value(want);
            members.push((name.to_owned(), value));
        }
    }

    fn value(&mut self, want: Want) -> Value {
        if !self.faulty() {
            return self.right(want);
        }
        if self.random.percent(40) { self.value_of_any_type() } else { self.near_miss(want) }
    }

    fn right(&mut self, want: Want) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        match want {
            Want::Mode => Value::Literal(self.random.below(3).to_string()),
            Want::Id => text(self.random.pick(&IDS[..3])),
            Want::Secret if self.random.percent(50) => text(self.random.pick(&SECRETS[..3])),
            Want::Secret => self.reference(),
            Want::Version => text(self.random.pick(&VERSIONS)),
            Want::Endpoint => text(self.random.pick(&ENDPOINTS)),
            Want::Cloud => text(self.random.pick(&CLOUDS)),
            Want::Status => text(self.random.pick(&STATUSES)),
            Want::Account => text(self.random.pick(&ACCOUNTS)),
            Want::Login => text(self.random.pick(&LOGINS)),
            Want::Presence => text(self.random.pick(&PRESENCES)),
            Want::Removal => text(self.random.pick(&REMOVALS)),
            Want::Thumbprint => text(self.random.pick(&THUMBPRINTS)),
            Want::Boolean => Value::Literal(self.random.pick(&["true", "false"]).to_owned()),
            Want::Date => {
                let date = self.random.pick(&DATES).to_owned();
                if self.random.percent(50) { Value::Literal(date) } else { Value::Text(date) }
            }
            Want::Text(least, most) => {
                // The longest are rare, since they take the most time.
                let length = self.random.pick(&[least.max(1), 5, 8, 13, 40, 90, most]);
                self.letters(length)
            }
            Want::Number(least, most) => {
                let inner = least + self.random.below((most - least) as usize) as i64;
                Value::Literal(self.random.pick(&[least, most, inner]).to_string())
            }
        }
    }

    fn near_miss(&mut self, want: Want) -> Value {
        let (right, wrong): (&[&str], &[&str]) = match want {
            Want::Mode if self.random.percent(50) => {
                let text = self.random.pick(&["0", "1", "2", "3", "02", "+1", " 2", "2.0", "two", ""]);
                return Value::Text(text.to_owned());
            }
            Want::Mode | Want::Number(..) => {
                let number = match want {
                    Want::Number(least, most) if self.random.percent(50) => {
                        self.random.pick(&[least - 1, least, most, most + 1])
                    }
                    _ => self.random.pick(&NUMBERS),
                };
                // In quotes, or as a float, it is no integer.
                let written = match self.random.below(10) {
                    0 => return Value::Text(number.to_string()),
                    1 if number.unsigned_abs() < 20_000 => format!("{number}.0"),
                    2 => format!("{}.5", number / 10),
                    _ => number.to_string(),
                };
                return Value::Literal(written);
            }
            Want::Boolean => (&["true", "false"], &["", "yes", "True"]),
            Want::Account => (&ACCOUNTS, &NO_ACCOUNTS),
            Want::Login => (&LOGINS, &NO_CHOICES),
            Want::Presence => (&PRESENCES, &NO_CHOICES),
            Want::Removal => (&REMOVALS, &NO_CHOICES),
            Want::Thumbprint => (&THUMBPRINTS, &NO_THUMBPRINTS),
            Want::Date => (&DATES, &NO_DATES),
            Want::Text(..) if self.random.percent(20) => (&UNSEEN, &[""]),
            Want::Text(least, most) => {
                let length = self.random.pick(&[0, least, most, most + 1]);
                return self.letters(length);
            }
            Want::Secret if self.random.percent(70) => return self.broken_reference(),
            Want::Secret => (&SECRETS, &[""]),
            Want::Id => (&IDS, &NO_IDS),
            Want::Version => (&VERSIONS, &NO_VERSIONS),
            Want::Endpoint => (&ENDPOINTS, &NO_ENDPOINTS),
            Want::Cloud => (&CLOUDS, &NO_CLOUDS),
            Want::Status => (&STATUSES, &NO_STATUSES),
        };
        // For the names of accounts, the program and the format differ in details.
        if matches!(want, Want::Account) {
            return Value::Text(self.random.pick(wrong).to_owned());
        }
        let list = if self.random.percent(60) { wrong } else { right };
        let text = self.random.pick(list).to_owned();
        if self.random.percent(40) { Value::Text(self.altered(&text)) } else { Value::Text(text) }
    }

    /// A text of so many characters, now and then of more bytes.
    fn letters(&mut self, length: usize) -> Value {
        let letter = self.random.pick(&["a", "Z", "é", "😀", " "]);
        Value::Text(letter.repeat(length))
    }

    /// The text with one character more, less, or another one.
    fn altered(&mut self, text: &str) -> String {
        let mut letters = text.chars().collect::<Vec<_>>();
        let at = self.random.below(letters.len() + 1);
        let letter = self.random.pick(&[
            'a', 'F', '0', '9', '.', ':', '/', '-', '_', '~', '@', '[', ']', ' ', '\n', '\t', '\r', 'é',
            '\u{2028}',
        ]);
        match self.random.below(3) {
            0 => letters.insert(at, letter),
            1 if at < letters.len() => letters[at] = letter,
            _ if at < letters.len() => drop(letters.remove(at)),
            _ => letters.push(letter),
        }
        letters.into_iter().collect()
    }

    fn reference(&mut self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let (name, value) = match self.random.below(4) {
            0 => ("env", text(self.random.pick(&VARIABLES))),
            1 => ("file", text(self.random.pick(&["secret.txt", "/run/secrets/é", " "]))),
            2 => ("keyring", text(self.random.pick(&ENTRIES))),
            _ => ("command", Value::Array(vec![text("pass"), text("show")])),
        };
        Value::Table(vec![(name.to_owned(), value)])
    }

    fn broken_reference(&mut self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut members = Vec::new();
        let names = ["env", "file", "keyring", "command", "Env", "x"];
        for _ in 0..self.random.below(3) {
            let name = self.random.pick(&names);
            let value = match self.random.below(6) {
                0 if name == "keyring" => Value::Text(self.altered("swyx-teams/north")),
                1..=2 if name == "keyring" => text(self.random.pick(&NO_ENTRIES)),
                2 | 3 if name == "env" => text(self.random.pick(&NO_VARIABLES)),
                0 => text(self.random.pick(&NO_VARIABLES)),
                1 if name == "env" => Value::Text(self.altered(VARIABLES[3])),
                1 => Value::Array(Vec::new()),
                2 => Value::Array(vec![text("pass"), text("")]),
                3 => Value::Array(vec![text("pass"), Value::Literal("1".to_owned())]),
                4 => Value::Array(vec![text("pass")]),
                _ => self.value_of_any_type(),
            };
            if members.iter().all(|(own, _)| own != name) {
                members.push((name.to_owned(), value));
            }
        }
        Value::Table(members)
    }

    fn value_of_any_type(&mut self) -> Value {
        let literal = |text: &str| Value::Literal(text.to_owned());
        match self.random.below(7) {
            0 => Value::Text(self.random.pick(&["", "text", "2", "true", "1979-05-27"]).to_owned()),
            1 => Value::Literal(self.random.pick(&NUMBERS).to_string()),
            2 => {
                literal(self.random.pick(&["1.5", "2.0", "14.10", "-0.0", "1e300", "5e-324", "nan", "-inf"]))
            }
            3 => literal(self.random.pick(&["true", "false"])),
            4 => match self.random.below(4) {
                0 => Value::Array(Vec::new()),
                1 => Value::Array(vec![Value::Text("text".to_owned()), literal("1")]),
                2 => Value::Array(vec![Value::Table(Vec::new())]),
                _ => Value::Array(vec![self.reference(), Value::Array(vec![literal("true")])]),
            },
            5 => match self.random.below(3) {
                0 => Value::Table(Vec::new()),
                1 => Value::Table(vec![(
                    "inner".to_owned(),
                    Value::Table(vec![("x".to_owned(), literal("1"))]),
                )]),
                _ => self.reference(),
            },
            _ => literal(self.random.pick(&[
                "1979-05-27",
                "07:32:00",
                "1979-05-27T07:32:00Z",
                "1979-05-27 07:32:00.5",
            ])),
        }
    }
}
