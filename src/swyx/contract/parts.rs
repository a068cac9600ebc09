//! Parts that occur often.

use serde_json::{Map, Value, json};

/// A reference to a part of `components`.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

/// A body of JSON.
pub(super) fn body(schema: &str) -> Value {
    json!({"application/json": {"schema": reference("schemas", schema)}})
}

/// An object of members in their order.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
