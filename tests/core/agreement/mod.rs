//! The JSON Schema and the program give the same verdict on every key of many documents, right and broken ones.
//!
//! The schema is read by a validator that others wrote, the text by another reader of TOML: so neither a rule nor the schema nor the
//! reader can be wrong alone.

mod document;
mod random;
mod samples;
mod toml;
mod verdict;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use document::{Generator, Value};
use samples::KEYS;
use serde_json::Value as Json;
use swyx_teams::settings::schema::{Dialect, generate};
use verdict::{Judged, Judges, RULES};

/// What the documents of one run had in them.
#[derive(Default)]
struct Coverage {
    documents: usize,
    valid: usize,
    rules: BTreeMap<&'static str, usize>,
    /// How often the schema accepted, and refused, the value of a key.
    verdicts: BTreeMap<&'static str, (usize, usize)>,
    kinds: BTreeMap<(&'static str, &'static str), usize>,
    absent: BTreeMap<&'static str, usize>,
    disagreements: usize,
    first: Vec<String>,
}

fn value_at<'a>(document: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(document, |value, name| match name.strip_suffix("[0]") {
        None => value.member(name),
        Some(name) => match value.member(name)? {
            Value::Array(elements) => elements.first(),
            _ => None,
        },
    })
}

impl Coverage {
    fn note(&mut self, seed: u64, document: &Value, text: &str, judged: &Judged) {
        self.documents += 1;
        self.valid += usize::from(judged.by_schema.is_empty());
        for rule in &judged.rules {
            *self.rules.entry(rule).or_default() += 1;
        }
        for key in KEYS {
            let Some(value) = value_at(document, key) else {
                *self.absent.entry(key).or_default() += 1;
                continue;
            };
            *self.kinds.entry((key, value.kind())).or_default() += 1;
            let (accepted, refused) = self.verdicts.entry(key).or_default();
            let is_refused = judged.by_schema.iter().any(|at| at.as_str() == key);
            *if is_refused { refused } else { accepted } += 1;
        }
        if judged.by_schema != judged.by_program {
            self.disagreements += 1;
            if self.first.len() < 3 {
                self.first.push(format!(
                    "seed {seed}\n  at fault by the schema:  {:?}\n  at fault by the program: {:?}\n{text}",
                    judged.by_schema, judged.by_program
                ));
            }
        }
    }

    fn add(&mut self, other: Self) {
        fn sum<K: Ord>(own: &mut BTreeMap<K, usize>, other: BTreeMap<K, usize>) {
            other.into_iter().for_each(|(key, count)| *own.entry(key).or_default() += count);
        }
        self.documents += other.documents;
        self.valid += other.valid;
        self.disagreements += other.disagreements;
        self.first.extend(other.first);
        sum(&mut self.rules, other.rules);
        sum(&mut self.kinds, other.kinds);
        sum(&mut self.absent, other.absent);
        for (key, (accepted, refused)) in other.verdicts {
            let own = self.verdicts.entry(key).or_default();
            *own = (own.0 + accepted, own.1 + refused);
        }
    }
}

/// Holds the schema against the program on the documents of these seeds.
fn run(schema: &Json, dialect: Dialect, seeds: Range<u64>) -> Coverage {
    const AT_ONCE: u64 = 100;
    let judges = Judges::new(schema, dialect);
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut coverage = Coverage::default();
        loop {
            let start = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            if start >= seeds.end {
                return coverage;
            }
            for seed in start..seeds.end.min(start + AT_ONCE) {
                let mut generator = Generator::new(seed);
                let document = generator.document();
                let text = toml::write(&document, &mut generator.random);
                coverage.note(seed, &document, &text, &judges.judge(seed, &text));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = Coverage::default();
    std::thread::scope(|scope| {
        let running = (0..threads).map(|_| scope.spawn(work)).collect::<Vec<_>>();
        running.into_iter().for_each(|thread| all.add(thread.join().expect("a thread panicked")));
    });
    all
}

fn assert_agreement(coverage: &Coverage) {
    assert!(
        coverage.disagreements == 0,
        "{} of {} documents:\n{}",
        coverage.disagreements,
        coverage.documents,
        coverage.first.join("\n")
    );
}

/// So that agreement cannot come from documents that say nothing: right and broken ones, and every rule, in so many of ten thousand.
fn assert_every_rule(coverage: &Coverage) {
    let share = |per_ten_thousand: usize| coverage.documents * per_ten_thousand / 10_000;
    assert!(coverage.valid >= share(2_000), "only {} are valid", coverage.valid);
    assert!(coverage.valid <= share(6_000), "as many as {} are valid", coverage.valid);
    for rule in RULES {
        let count = coverage.rules.get(rule).copied().unwrap_or_default();
        assert!(count >= share(30), "{rule}: {count}");
    }
}

/// The same for every key: accepted, refused, absent, and of every type.
fn assert_every_key(coverage: &Coverage) {
    let share = |per_ten_thousand: usize| coverage.documents * per_ten_thousand / 10_000;
    for key in KEYS {
        let (accepted, refused) = coverage.verdicts[key];
        assert!(accepted >= share(1_000), "{key} accepted: {accepted}");
        assert!(refused >= share(100), "{key} refused: {refused}");
        assert!(coverage.absent[key] >= share(100), "{key} absent: {}", coverage.absent[key]);
        for kind in ["string", "integer", "float", "boolean", "array", "table", "date"] {
            let count = coverage.kinds.get(&(key, kind)).copied().unwrap_or_default();
            assert!(count >= share(8), "{key} as {kind}: {count}");
        }
    }
}

#[test]
fn schema_and_program_agree_on_every_key() {
    let dialect = Dialect::Draft2020_12;
    let coverage = run(&generate(dialect), dialect, 0..100_000);
    assert_agreement(&coverage);
    assert_every_rule(&coverage);
    assert_every_key(&coverage);
}

#[test]
fn draft_07_agrees_with_2020_12() {
    let dialect = Dialect::Draft07;
    let coverage = run(&generate(dialect), dialect, 0..5_000);
    assert_agreement(&coverage);
    assert_every_rule(&coverage);
}

/// The cross-check: a schema with one error is detected.
#[test]
fn damaged_schema_is_detected() {
    let dialect = Dialect::Draft2020_12;
    let damages: [(&str, &str, Json); 15] = [
        ("/then/anyOf/1/required/0", "a table too many required", "entra".into()),
        ("/$defs/FederatedServices/then/required/0", "a secret not asked for at 14.20", "login".into()),
        (
            "/$defs/FederatedServices/properties/certificate_thumbprint/pattern",
            "a thumbprint too long",
            "^[0-9A-Fa-f: ]*$".into(),
        ),
        ("/$defs/Entra/properties/credential_ends/format", "any text as a date", "password".into()),
        ("/$defs/Entra/properties/secret_lifetime_days/maximum", "a maximum too high", 731.into()),
        ("/$defs/Sync/properties/session_minutes/minimum", "a minimum too low", 4.into()),
        ("/$defs/Entra/properties/application_name/maxLength", "a length too short", 119.into()),
        (
            "/$defs/ControlCenter/required",
            "a required key dropped",
            serde_json::json!(["MsTeamsStatusSyncMode", "MsTeamsClientId"]),
        ),
        ("/$defs/ControlCenter/then/required/0", "a secret not asked for", "MsTeamsClientId".into()),
        ("/$defs/Swyx/properties/version/pattern", "a pattern too loose", "^[0-9]{1,4}\\.[0-9]{1,3}$".into()),
        (
            "/$defs/Entra/properties/proxy/pattern",
            "a pattern without its end",
            "^https?://[A-Za-z0-9._:/-]+".into(),
        ),
        (
            "/$defs/ControlCenter/properties/MsTeamsClientSecret/oneOf/1/properties/env/not/pattern",
            "a variable of the program in another letter case let through",
            "^SWYX_TEAMS_".into(),
        ),
        (
            "/$defs/ControlCenter/properties/MsTeamsClientSecret/oneOf/3/properties/keyring/pattern",
            "an entry of another program let through",
            "/".into(),
        ),
        ("/$defs/User/additionalProperties", "unknown keys let through", true.into()),
        ("/$defs/Sync/properties/status/propertyNames/pattern", "any name let through", "".into()),
    ];
    for (pointer, name, value) in damages {
        let mut damaged = generate(dialect);
        let place = damaged.pointer_mut(pointer).unwrap_or_else(|| panic!("{name}: no {pointer}"));
        assert_ne!(*place, value, "{name}");
        *place = value;
        let mut seeds = (0..50).map(|part| part * 1_000..(part + 1) * 1_000);
        let is_found_out = seeds.any(|seeds| run(&damaged, dialect, seeds).disagreements > 0);
        assert!(is_found_out, "{name} was not found out");
    }
}
