//! The JSON Schema of the settings file, generated from the structs of the draft, and its variants for other
//! tools.
//!
//! The schema is written for Jedison (<https://github.com/germanbisurgi/jedison>), which expects a choice as
//! `enum` with `x-enumTitles` and a masked input as `x-format`. The variants convert it for their tool; none
//! contains more than the schema.

mod generate;
mod generations;
mod jsonforms;
pub(super) mod keywords;
mod parts;
mod rjsf;
mod taplo;
mod tidy;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use generate::generated;
pub use jsonforms::generate_for_jsonforms;
use keywords::ENUM_TITLES;
pub use rjsf::generate_for_rjsf;
pub use taplo::generate_for_taplo;
use tidy::rename_for_draft07;

/// A dialect of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// <https://json-schema.org/draft/2020-12/schema>
    Draft2020_12,
    /// <http://json-schema.org/draft-07/schema>, for tools without support for a newer one.
    Draft07,
}

/// The schema of a settings file.
///
/// It checks single values, or two values of one table. Only the program checks the other rules.
///
/// ```
/// use swyx_teams::settings::schema::{Dialect, generate};
///
/// let schema = generate(Dialect::Draft2020_12);
/// let secret = &schema["$defs"]["ControlCenter"]["properties"]["MsTeamsClientSecret"];
/// assert_eq!(secret["writeOnly"], true);
/// ```
pub fn generate(dialect: Dialect) -> Value {
    let settings = match dialect {
        Dialect::Draft2020_12 => SchemaSettings::draft2020_12(),
        Dialect::Draft07 => SchemaSettings::draft07(),
    };
    let mut schema = generated(settings);
    generations::require_table(&mut schema);
    if dialect == Dialect::Draft07 {
        rename_for_draft07(&mut schema);
    }
    schema
}

/// The schema for Jedison, for the settings of SwyxWare before 14.20.
///
/// ```
/// let schema = swyx_teams::settings::schema::generate_for_jedison();
/// assert!(schema["properties"].get("federated_services").is_none());
/// ```
pub fn generate_for_jedison() -> Value {
    let mut schema = generate(Dialect::Draft2020_12);
    generations::keep_expert_settings(&mut schema);
    schema
}

/// The schema with the keywords of its draft only, for validators that refuse others, such as Ajv.
///
/// ```
/// use swyx_teams::settings::schema::{Dialect, generate_for_validators};
///
/// assert!(!generate_for_validators(Dialect::Draft07).to_string().contains("\"x-"));
/// ```
pub fn generate_for_validators(dialect: Dialect) -> Value {
    let mut schema = generate(dialect);
    without_own_keywords(&mut schema);
    schema
}

fn without_own_keywords(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|name, _| !name.starts_with("x-"));
        members.values_mut().for_each(without_own_keywords);
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(without_own_keywords);
    }
}

/// The allowed values of a part of the schema, each with its title; none if any value is allowed.
pub fn list_choices(part: &Value) -> impl Iterator<Item = (&Value, &str)> {
    let list = |name: &str| part.get(name).and_then(Value::as_array).into_iter().flatten();
    list("enum").zip(list(ENUM_TITLES).filter_map(Value::as_str))
}

/// Returns the part of the schema that describes `key`, following `$ref`s, or `None` if the key does not
/// exist.
pub fn describe<'a>(schema: &'a Value, key: &crate::diagnostic::Key) -> Option<&'a Value> {
    use crate::diagnostic::Step;
    let follow = |mut part: &'a Value| {
        while let Some(name) =
            part.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'))
        {
            part = schema.pointer(name)?;
        }
        Some(part)
    };
    key.steps().iter().try_fold(schema, |part, step| {
        let part = follow(part)?;
        match step {
            Step::Name(name) => part
                .get("properties")
                .and_then(|members| members.get(name))
                .or_else(|| part.get("additionalProperties").filter(|other| other.is_object())),
            Step::Index(_) => part.get("items"),
        }
    })
}
