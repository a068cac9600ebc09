//! The schema of a secret that is a whole key file.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::secret::SecretSource;

/// The references of a secret that can hold a whole file.
pub(super) struct KeySource;

impl JsonSchema for KeySource {
    fn schema_name() -> Cow<'static, str> {
        "KeySource".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let source = SecretSource::json_schema(generator).to_value();
        let branches = source.get("oneOf").and_then(serde_json::Value::as_array).into_iter().flatten();
        let is_kept = |branch: &&serde_json::Value| {
            ["file", "keyring"].iter().any(|name| branch.pointer(&format!("/properties/{name}")).is_some())
        };
        let kept = branches.filter(is_kept).cloned().collect::<Vec<_>>();
        json_schema!({"writeOnly": true, "format": "password", "oneOf": kept})
    }
}
