//! Both verdicts on one text: the keys at fault.

use std::collections::BTreeSet;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;
use swyx_teams::diagnostic::{Key, Severity};
use swyx_teams::settings::keys;
use swyx_teams::settings::parse_guid;
use swyx_teams::settings::schema::Dialect;

/// The rules that the schema also expresses.
pub const RULES: [&str; 8] = [
    "missing-key",
    "wrong-type",
    "unknown-key",
    "invalid-value",
    "tenant-not-guid",
    "mode-as-text",
    "mode-needs-secret",
    "user-email",
];

const IDS: [Key; 5] = [
    keys::TENANT_ID,
    keys::CLIENT_ID,
    keys::FEDERATED_TENANT_ID,
    keys::FEDERATED_CLIENT_ID,
    keys::ADMIN_CLIENT_ID,
];

pub struct Judged {
    pub by_schema: BTreeSet<Key>,
    pub by_program: BTreeSet<Key>,
    /// The rules that found something.
    pub rules: BTreeSet<&'static str>,
}

pub struct Judges {
    validator: Validator,
}

impl Judges {
    pub fn new(schema: &Json, dialect: Dialect) -> Self {
        let draft = match dialect {
            Dialect::Draft2020_12 => jsonschema::Draft::Draft202012,
            Dialect::Draft07 => jsonschema::Draft::Draft7,
            other => panic!("no validator for {other:?}"),
        };
        let validator = jsonschema::options()
            .with_draft(draft)
            .should_validate_formats(true)
            .build(schema)
            .expect("a schema");
        Self { validator }
    }

    pub fn judge(&self, seed: u64, text: &str) -> Judged {
        let toml = toml_edit::de::from_str::<Json>(text)
            .unwrap_or_else(|error| panic!("seed {seed}: no TOML: {error}\n{text}"));
        let mut json = toml.clone();
        dates_as_text(&mut json);
        let mut by_schema =
            self.validator.iter_errors(&json).flat_map(|error| at_fault(&error, &json)).collect();
        let (by_program, rules) = by_program(seed, text, (&toml, &json), &mut by_schema);
        Judged { by_schema, by_program, rules }
    }
}

const DATE: &str = "$__toml_private_datetime";

/// JSON has no dates: a tool for TOML passes them to the validator as text.
fn dates_as_text(json: &mut Json) {
    match json {
        Json::Object(members) if members.contains_key(DATE) => *json = members[DATE].take(),
        Json::Object(members) => members.values_mut().for_each(dates_as_text),
        Json::Array(elements) => elements.iter_mut().for_each(dates_as_text),
        _ => {}
    }
}

/// Whether a value of TOML is, or contains, a date.
fn has_date(toml: &Json) -> bool {
    match toml {
        Json::Object(members) => members.contains_key(DATE) || members.values().any(has_date),
        Json::Array(elements) => elements.iter().any(has_date),
        _ => false,
    }
}

/// The keys that an error of the schema speaks of, in our syntax.
fn at_fault(error: &jsonschema::ValidationError<'_>, json: &Json) -> Vec<Key> {
    let at = key(error.instance_path().as_str(), json);
    let name = |name: &Json| name.as_str().expect("a name").to_owned();
    match error.kind() {
        Kind::Required { property } => vec![at.child(&name(property))],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| at.child(name)).collect()
        }
        // Of a missing table and of two ways to name a certificate, the schema does not say the key.
        Kind::AnyOf { .. } if at == Key::ROOT => vec![keys::FEDERATED_SERVICES],
        Kind::Not { .. } if at == keys::FEDERATED_SERVICES => vec![keys::CERTIFICATE_THUMBPRINT],
        Kind::PropertyNames { error } => vec![at.child(&name(error.instance()))],
        // A fault below a reference to a secret comes as `oneOf` of the secret itself, and so do we report it.
        _ => vec![at],
    }
}

/// A JSON pointer as a key: whether a part is a name or an index, only the value tells.
fn key(pointer: &str, json: &Json) -> Key {
    let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
    let (key, _) = parts.fold((Key::ROOT, json), |(key, json), part| match json {
        Json::Array(elements) => {
            let index = part.parse::<usize>().expect("an index");
            (key.index(index), &elements[index])
        }
        _ => (key.child(&part), &json[&part]),
    });
    key
}

fn at<'a>(json: &'a Json, key: &Key) -> &'a Json {
    use swyx_teams::diagnostic::Step;
    key.steps().iter().fold(json, |json, step| match step {
        Step::Name(name) => &json[name],
        Step::Index(index) => &json[index],
    })
}

fn by_program(
    seed: u64,
    text: &str,
    (toml, json): (&Json, &Json),
    by_schema: &mut BTreeSet<Key>,
) -> (BTreeSet<Key>, BTreeSet<&'static str>) {
    let checked = swyx_teams::check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
    assert!(checked.source().is_sound(), "seed {seed}: {:?}\n{text}", checked.diagnostics());
    let is_fixable = checked.diagnostics().iter().filter_map(|found| found.fix.as_ref()).any(|fix| fix.safe);
    assert!(
        !is_fixable || swyx_teams::edit::apply_safe_fixes(&checked).is_some(),
        "seed {seed}: a fix breaks\n{text}"
    );
    let (mut keys, mut rules) = (BTreeSet::new(), BTreeSet::new());
    for found in checked.diagnostics().iter().filter(|found| found.severity == Severity::Error) {
        let key = found.place.key().expect("a finding of a key");
        if RULES.contains(&found.rule) {
            rules.insert(found.rule);
            // To JSON Schema 2.0 is an integer; to TOML it is a float, and we say so. In range, the schema has nothing against it.
            let is_whole =
                at(json, key).is_f64() && at(json, key).as_f64().is_some_and(|number| number.fract() == 0.0);
            if found.rule == "wrong-type" && is_whole && wants_integer(key) {
                by_schema.remove(key);
                // So to the schema it is mode 2, which needs a secret; we say one thing at a time.
                if *key == keys::MODE && at(json, &keys::CONTROL_CENTER).get("MsTeamsClientSecret").is_none()
                {
                    by_schema.remove(&keys::CLIENT_SECRET);
                }
            } else if *key != keys::CREDENTIAL_ENDS && has_date(at(toml, key)) {
                // To the schema, a date is a text. Where no date is wanted, only the program finds it.
                by_schema.remove(key);
            } else {
                keys.insert(key.clone());
            }
        } else if found.rule == "federated-services-needs-version" {
            // The schema asks for the other table instead.
            by_schema.remove(&keys::CONTROL_CENTER);
        } else if matches!(found.rule, "placeholder" | "surrounding-blank") && IDS.contains(key) {
            // A value has one finding, and these come first. To the schema, a zero GUID is a GUID and `<tenant-id>` is none. (Of a
            // secret it asks only that it is not empty, and an empty one has neither finding.)
            if at(json, key).as_str().and_then(parse_guid).is_none() {
                keys.insert(key.clone());
            }
        }
    }
    // To the schema, the mode in quotes is no mode, so it asks for no secret.
    if rules.contains("mode-as-text") && rules.contains("mode-needs-secret") {
        keys.remove(&keys::CLIENT_SECRET);
    }
    (keys, rules)
}

fn wants_integer(key: &Key) -> bool {
    [
        "control_center.MsTeamsStatusSyncMode",
        "entra.secret_lifetime_days",
        "entra.renew_before_days",
        "sync.read_interval_seconds",
        "sync.session_minutes",
        "sync.requests_per_30_seconds",
    ]
    .contains(&key.as_str())
}
