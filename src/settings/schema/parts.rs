//! The steps from the plain schema to a variant that several variants share.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::generate::generated;
use super::keywords::ENUM_TITLES;
use super::tidy::rename_for_draft07;
use crate::settings::{SwyxStatus, pair_names};

/// The schema without `$ref`, in draft 07, which every form library reads without configuration.
pub(super) fn inlined() -> Value {
    let mut schema = generated(SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true));
    rename_for_draft07(&mut schema);
    schema
}

/// Applies a step to a schema and all its subschemas.
pub(super) fn everywhere(schema: &mut Value, step: impl FnMut(&mut Map<String, Value>)) {
    /// A step that skips `true` and `false`, which are also schemas.
    struct OfObjects<F>(F);
    impl<F: FnMut(&mut Map<String, Value>)> Transform for OfObjects<F> {
        fn transform(&mut self, schema: &mut Schema) {
            if let Some(members) = schema.as_object_mut() {
                (self.0)(members);
            }
        }
    }
    if let Ok(schema) = <&mut Schema>::try_from(schema) {
        RecursiveTransform(OfObjects(step)).transform(schema);
    }
}

/// Converts a choice to `oneOf`, with a `const` and a title for each value. Its type remains.
pub(super) fn choices_as_one_of(members: &mut Map<String, Value>) {
    if let (Some(Value::Array(values)), Some(Value::Array(titles))) =
        (members.get("enum"), members.get(ENUM_TITLES))
    {
        let branches =
            values.iter().zip(titles).map(|(value, title)| json!({"const": value, "title": title}));
        let branches = branches.collect::<Vec<_>>();
        members.shift_remove("enum");
        members.shift_remove(ENUM_TITLES);
        members.insert("oneOf".to_owned(), Value::Array(branches));
    }
}

/// Adds the pairs of the vendor's table as members of `sync.status`, for tools that show or complete only
/// named members.
pub(super) fn with_vendors_pairs(schema: &mut Value) {
    if let Some(Value::Object(status)) = schema.pointer_mut("/properties/sync/properties/status") {
        let choice = SwyxStatus::json_schema(&mut SchemaGenerator::default()).to_value();
        let pairs = pair_names().map(|pair| {
            let mut choice = choice.clone();
            if let Value::Object(members) = &mut choice {
                members.insert("title".to_owned(), json!(pair));
            }
            (pair, choice)
        });
        status.insert("properties".to_owned(), Value::Object(pairs.collect()));
    }
}

/// The JSON Pointer to the part of a key in a schema without `$ref`s, for example
/// `/properties/sync/properties/status`.
pub(super) fn pointer(key: &str) -> String {
    key.split('.').map(|name| format!("/properties/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Whether a part of the schema describes a secret.
pub(super) fn is_secret(part: &Value) -> bool {
    part.get("writeOnly") == Some(&Value::Bool(true)) && part.get("oneOf").is_some()
}

/// The first example of a part, if it is text.
pub(super) fn example(part: &Value) -> Option<&str> {
    part.pointer("/examples/0").and_then(Value::as_str)
}

/// The members of a table's schema.
pub(super) fn members(part: &Value) -> impl Iterator<Item = (&String, &Value)> {
    part.get("properties").and_then(Value::as_object).into_iter().flatten()
}
