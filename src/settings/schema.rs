//! The JSON Schema of the settings file, generated from the structs of the draft.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::draft::Draft;

/// A dialect of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// <https://json-schema.org/draft/2020-12/schema>
    Draft2020_12,
    /// <http://json-schema.org/draft-07/schema>, for tools that know no newer one.
    Draft07,
}

/// The schema of a settings file.
///
/// It says what can be said of one value or of two values of one table; the rules that look further are the program's alone.
///
/// ```
/// use swyx_teams::settings::schema::{Dialect, schema};
///
/// let schema = schema(Dialect::Draft2020_12);
/// let secret = &schema["$defs"]["ControlCenter"]["properties"]["MsTeamsClientSecret"];
/// assert_eq!(secret["writeOnly"], true);
/// ```
pub fn schema(dialect: Dialect) -> Value {
    let settings = match dialect {
        Dialect::Draft2020_12 => SchemaSettings::draft2020_12(),
        Dialect::Draft07 => SchemaSettings::draft07(),
    };
    let mut schema = settings.into_generator().into_root_schema_for::<Draft>().to_value();
    tidy(&mut schema);
    if dialect == Dialect::Draft07 {
        rename_for_draft07(&mut schema);
    }
    schema
}

/// Takes out what `Option` and the integer types leave behind: TOML has no null, and `int64` is no format of JSON Schema.
fn tidy(value: &mut Value) {
    if let Value::Object(members) = value {
        if let Some(Value::Array(types)) = members.get("type") {
            let types = types.iter().filter(|name| **name != "null").cloned().collect::<Vec<_>>();
            if let [only] = types.as_slice() {
                members.insert("type".to_owned(), only.clone());
            }
        }
        if members.get("format").is_some_and(|format| format == "int64") {
            members.shift_remove("format");
        }
        if let Some(Value::Array(branches)) = members.get("anyOf")
            && let [only, null] = branches.as_slice()
            && *null == json!({"type": "null"})
        {
            let only = only.clone();
            members.shift_remove("anyOf");
            if let Value::Object(only) = only {
                members.extend(only);
            }
        }
        members.values_mut().for_each(tidy);
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(tidy);
    }
}

/// `dependentRequired` came with 2019-09; before, it was a part of `dependencies`.
fn rename_for_draft07(value: &mut Value) {
    if let Value::Object(members) = value {
        if let Some(required) = members.shift_remove("dependentRequired") {
            members.insert("dependencies".to_owned(), required);
        }
        members.values_mut().for_each(rename_for_draft07);
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(rename_for_draft07);
    }
}

/// The part of the schema that describes `key`, its `$ref`s followed; nothing if there is no such key.
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
