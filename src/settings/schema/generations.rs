//! Which of the two tables a version of SwyxWare needs.

use serde_json::{Map, Value, json};

use super::super::values::SwyxVersion;

/// The table before 14.20, and the one from then on.
const TABLES: [&str; 2] = ["control_center", "federated_services"];

/// Requires `[control_center]` before 14.20, and one of the two tables from then on: a file that still has to be moved is
/// readable.
pub(super) fn require_table(schema: &mut Value) {
    let [expert, federated] = TABLES;
    if let Value::Object(members) = schema {
        members.insert("if".to_owned(), is_federated());
        members
            .insert("then".to_owned(), json!({"anyOf": [{"required": [federated]}, {"required": [expert]}]}));
        members.insert("else".to_owned(), json!({"required": [expert]}));
    }
}

/// Moves the required keys of both tables to a condition on the version. A form library that creates empty tables would otherwise
/// ask for the keys of both.
pub(super) fn move_required_keys(schema: &mut Value) {
    let mut required = TABLES.map(|table| {
        let part = schema.pointer_mut(&format!("/properties/{table}")).and_then(Value::as_object_mut);
        let names = part.and_then(|part| part.shift_remove("required"));
        json!({"properties": {table: {"required": names.unwrap_or_else(|| json!([]))}}})
    });
    let [expert, federated] = required.each_mut().map(Value::take);
    if let Value::Object(members) = schema {
        let condition = json!({"if": is_federated(), "then": federated, "else": expert});
        push(members, "allOf", condition);
    }
}

/// Whether the version is 14.20 or later.
fn is_federated() -> Value {
    let version = json!({"type": "string", "pattern": SwyxVersion::FEDERATED_PATTERN});
    json!({
        "properties": {"swyx": {"type": "object", "properties": {"version": version}, "required": ["version"]}},
        "required": ["swyx"],
    })
}

fn push(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        Some(Value::Array(elements)) => elements.push(value),
        _ => drop(members.insert(name.to_owned(), json!([value]))),
    }
}
