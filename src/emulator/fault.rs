//! The faults of an emulated tenant, and how they are written.

use std::str::FromStr;

/// The properties of a fault.
struct Row {
    /// Its name in `--fault` and in the log.
    name: &'static str,
    amount: Amount,
    /// The number of its random sequence.
    pub(super) sequence: u64,
    /// Its effect, for `--help`.
    help: &'static str,
}

/// The allowed amount after `=`.
enum Amount {
    /// A probability from 0 to 1; 0.2 by default.
    Probability,
    /// A whole number.
    Number { word: &'static str, default: i64, least: i64, most: i64, range: &'static str },
}

use Amount::Probability;

const MILLISECONDS: Amount = Amount::Number {
    word: "MS",
    default: 100,
    least: 0,
    most: 600_000,
    range: "milliseconds from 0 to 600000",
};

const fn seconds(default: i64) -> Amount {
    Amount::Number { word: "SECONDS", default, least: 0, most: 3600, range: "seconds from 0 to 3600" }
}

const NUMBER: Amount = Amount::Number {
    word: "N",
    default: 1,
    least: 0,
    most: 1_000_000,
    range: "users from 0 (none) to 1000000",
};

const YEAR: i64 = 366 * 24 * 3600;
const SKEW: Amount = Amount::Number {
    word: "SECONDS",
    default: 3600,
    least: -YEAR,
    most: YEAR,
    range: "seconds, at most a year in either direction",
};

/// Any code, also one that the emulator does not know.
const CODE: Amount = Amount::Number {
    word: "CODE",
    default: 7_009_999,
    least: 1,
    most: 99_999_999,
    range: "an AADSTS code from 1 to 99999999",
};

/// All faults, in the order of `--help`. A new fault needs a row here, and code where it takes effect.
#[rustfmt::skip]
const FAULTS: &[Row] = &[
    Row { name: "throttle", amount: Probability, sequence: 1, help: "Graph answers 429 with a fractional Retry-After; decided for each part of a batch" },
    Row { name: "unavailable", amount: Probability, sequence: 2, help: "503; also decided for each part of a batch" },
    Row { name: "html-body", amount: Probability, sequence: 3, help: "502 with an HTML page, as from a proxy" },
    Row { name: "portal", amount: Probability, sequence: 16, help: "Entra ID and Graph answer 200 with an HTML page, as a captive portal does; the request has no effect" },
    Row { name: "refuse-application", amount: CODE, sequence: 22, help: "Entra ID refuses the application's sign-in with AADSTS CODE (7009999, which does not exist)" },
    Row { name: "refuse-administrator", amount: CODE, sequence: 23, help: "Entra ID refuses the administrator's sign-in with AADSTS CODE (7009999)" },
    Row { name: "slow", amount: MILLISECONDS, sequence: 12, help: "each answer is delayed by MS milliseconds (100)" },
    Row { name: "drop-request", amount: Probability, sequence: 7, help: "the connection closes without an answer, and the request has no effect" },
    Row { name: "drop-reply", amount: Probability, sequence: 4, help: "the request has an effect, but the connection closes without an answer" },
    Row { name: "expired-token", amount: Probability, sequence: 5, help: "Graph answers 401 as if the token had expired" },
    Row { name: "replication-lag", amount: seconds(10), sequence: 6, help: "new objects are invisible, and removed secrets still visible, for half that time, then in every second read (10)" },
    Row { name: "clock-skew", amount: SKEW, sequence: 13, help: "the clock of the tenant is that far ahead, behind if negative (3600)" },
    Row { name: "presence-lag", amount: seconds(5), sequence: 14, help: "reads of presences return the state of that long ago (5)" },
    Row { name: "odd-presence", amount: Probability, sequence: 18, help: "a presence in an answer of many has a wrong or missing member" },
    Row { name: "reject-user", amount: NUMBER, sequence: 19, help: "Graph answers 400 to a list of ids with the user of this number in the tenant (1)" },
    Row { name: "lose-users", amount: Probability, sequence: 21, help: "a list of users, of Graph or of the gateway, is empty" },
    Row { name: "lose-event", amount: Probability, sequence: 8, help: "an event of the gateway is lost" },
    Row { name: "repeat-event", amount: Probability, sequence: 9, help: "an event of the gateway is sent twice" },
    Row { name: "reorder-event", amount: Probability, sequence: 10, help: "an event of the gateway is sent after the next one" },
    Row { name: "cut-events", amount: Probability, sequence: 11, help: "the stream breaks after an event of the gateway" },
    Row { name: "cut-stream", amount: seconds(20), sequence: 20, help: "each stream of the gateway breaks after that time (20)" },
    Row { name: "slow-gateway", amount: MILLISECONDS, sequence: 15, help: "answers and events of the gateway are delayed by MS milliseconds (100)" },
    Row { name: "refuse-status", amount: Probability, sequence: 17, help: "the gateway answers 422 to a status, although its capabilities contain it" },
];

/// A fault, by its index in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FaultId(usize);

impl FaultId {
    /// All faults.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..FAULTS.len()).map(Self)
    }

    pub(super) fn place(self) -> usize {
        self.0
    }

    /// The number of its random sequence.
    pub(super) fn sequence(self) -> u64 {
        FAULTS.get(self.0).map_or(0, |row| row.sequence)
    }
}

/// The fault with that name. In a `const` block, a wrong name does not compile.
#[expect(clippy::indexing_slicing, clippy::panic, reason = "both stop the compilation, not the program")]
pub(super) const fn fault(name: &str) -> FaultId {
    let mut place = 0;
    while place < FAULTS.len() {
        if is_same(FAULTS[place].name.as_bytes(), name.as_bytes()) {
            return FaultId(place);
        }
        place += 1;
    }
    panic!("no such fault")
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, rest @ ..], [second, others @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}

/// A fault, as `NAME[=AMOUNT]`: a probability from 0 to 1, or a number of milliseconds or seconds. [`Fault::help`] lists the names.
///
/// ```
/// let fault = "throttle=0.5".parse::<swyx_teams::emulator::Fault>()?;
/// assert_eq!("throttle=1.5".parse::<swyx_teams::emulator::Fault>().is_err(), true);
/// # Ok::<(), swyx_teams::emulator::FaultError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    pub(super) id: FaultId,
    pub(super) amount: f64,
}

impl Fault {
    /// One line per fault: its syntax and its effect.
    pub fn help() -> String {
        let line = |row: &Row| {
            let word = match row.amount {
                Probability => "P",
                Amount::Number { word, .. } => word,
            };
            let usage = format!("{}[={word}]", row.name);
            format!("  {usage:<25}  {}\n", row.help)
        };
        FAULTS.iter().map(line).collect()
    }

    /// The names of all faults, in the order of `--help`.
    pub fn list_names() -> impl Iterator<Item = &'static str> {
        FAULTS.iter().map(|row| row.name)
    }
}

/// Why a fault is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No fault has that name.
    #[error("unknown fault; the faults are {}", names())]
    Name,
    /// Not a probability.
    #[error("expected a probability from 0 to 1 after `=`")]
    Probability,
    /// Not a number in range.
    #[error("expected a whole number of {0} after `=`")]
    Number(&'static str),
}

fn names() -> String {
    let names = Fault::list_names().collect::<Vec<_>>();
    match names.as_slice() {
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let row = FAULTS.iter().enumerate().find(|(_, row)| row.name == name);
        let (place, row) = row.ok_or(FaultError::Name)?;
        let amount = match (&row.amount, value) {
            (Probability, None) => 0.2,
            (Probability, Some(value)) => {
                let number = value.parse::<f64>().ok().filter(|p| (0.0..=1.0).contains(p));
                number.ok_or(FaultError::Probability)?
            }
            (Amount::Number { default, .. }, None) => *default as f64,
            (Amount::Number { least, most, range, .. }, Some(value)) => {
                let number = value.parse::<i64>().ok().filter(|number| (least..=most).contains(&number));
                number.ok_or(FaultError::Number(range))? as f64
            }
        };
        Ok(Self { id: FaultId(place), amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_parsed_with_their_numbers() {
        for (text, found) in [
            ("throttle", Ok((fault("throttle"), 0.2))),
            ("throttle=1", Ok((fault("throttle"), 1.0))),
            ("slow", Ok((fault("slow"), 100.0))),
            ("slow=0", Ok((fault("slow"), 0.0))),
            ("drop-request=0", Ok((fault("drop-request"), 0.0))),
            ("clock-skew=-3600", Ok((fault("clock-skew"), -3600.0))),
            ("replication-lag=4", Ok((fault("replication-lag"), 4.0))),
            ("throttle=1.5", Err(FaultError::Probability)),
            ("throttle=NaN", Err(FaultError::Probability)),
            ("unavailable=", Err(FaultError::Probability)),
            ("slow=-1", Err(FaultError::Number("milliseconds from 0 to 600000"))),
            ("cut-events", Ok((fault("cut-events"), 0.2))),
            ("slow-gateway=7", Ok((fault("slow-gateway"), 7.0))),
            ("presence-lag", Ok((fault("presence-lag"), 5.0))),
            ("Throttle", Err(FaultError::Name)),
            ("", Err(FaultError::Name)),
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| (fault.id, fault.amount)), found, "{text}");
        }
    }

    #[test]
    fn names_and_sequences_are_unique() {
        for (place, row) in FAULTS.iter().enumerate() {
            let mut others = FAULTS.iter().skip(place + 1);
            assert!(
                others.all(|other| other.name != row.name && other.sequence != row.sequence),
                "{}",
                row.name
            );
        }
    }
}
