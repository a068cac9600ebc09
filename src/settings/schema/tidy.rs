//! Cleans up the generated schema so that it uses only the keywords of one draft.

use serde_json::{Value, json};

/// Removes the traces of `Option` and of the integer types: TOML has no null, and `int64` is not a JSON
/// Schema format.
pub(super) fn tidy(value: &mut Value) {
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
pub(super) fn rename_for_draft07(value: &mut Value) {
    if let Value::Object(members) = value {
        if let Some(required) = members.shift_remove("dependentRequired") {
            members.insert("dependencies".to_owned(), required);
        }
        members.values_mut().for_each(rename_for_draft07);
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(rename_for_draft07);
    }
}
