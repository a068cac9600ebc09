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
        let has = |table: &str| json!({"required": [table], "additionalProperties": true});
        let either = json!({"anyOf": [has(federated), has(expert)], "additionalProperties": true});
        members.insert("then".to_owned(), either);
        members.insert("else".to_owned(), has(expert));
    }
}

/// Leaves out what is for 14.20 and later. Jedison writes every table that the schema has, and a file must not have both.
pub(super) fn keep_expert_settings(schema: &mut Value) {
    let [expert, federated] = TABLES;
    let Value::Object(members) = schema else { return };
    for name in ["if", "then", "else"] {
        members.shift_remove(name);
    }
    members.insert("required".to_owned(), json!([expert]));
    for (part, name) in [("properties", federated), ("$defs", "FederatedServices")] {
        if let Some(Value::Object(parts)) = members.get_mut(part) {
            parts.shift_remove(name);
        }
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
        "properties": {"swyx": {
            "type": "object", "properties": {"version": version}, "required": ["version"], "additionalProperties": true,
        }},
        "required": ["swyx"],
        "additionalProperties": true,
    })
}

fn push(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        Some(Value::Array(elements)) => elements.push(value),
        _ => drop(members.insert(name.to_owned(), json!([value]))),
    }
}
