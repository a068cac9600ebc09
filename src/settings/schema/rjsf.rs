//! The variant for react-jsonschema-form (<https://rjsf-team.github.io/react-jsonschema-form/docs/>).

use serde_json::{Map, Value, json};

use super::generations::move_required_keys;
use super::keywords::{ENUM_TITLES, SHOWN_WHEN};
use super::parts::{everywhere, example, inlined, is_secret, members, pointer};

/// Returns `{"schema": …, "uiSchema": …}`: the properties of `<Form>`, for its built-in draft 07 validator.
///
/// A choice is an `enum` with its titles in the UI schema, because the form selects the first of a `oneOf`
/// automatically. A default is a placeholder, because the form would write it as if it had been entered. A key that applies only in one mode is added by an `if` at the root. The tables have no
/// `additionalProperties: false`, because the form could not add a key by an `if` otherwise.
///
/// ```
/// let form = swyx_teams::settings::schema::generate_for_rjsf();
/// let secret = &form["uiSchema"]["control_center"]["MsTeamsClientSecret"];
/// assert_eq!(secret["oneOf"][0]["ui:widget"], "password");
/// ```
pub fn generate_for_rjsf() -> Value {
    let mut schema = inlined();
    remove_inner_tables(&mut schema);
    let ui_schema = ui_schema(&schema);
    everywhere(&mut schema, |members| {
        members.shift_remove(ENUM_TITLES);
        members.shift_remove("default");
        if members.get("additionalProperties").is_some_and(Value::is_boolean) {
            members.shift_remove("additionalProperties");
        }
    });
    move_conditional_keys(&mut schema);
    move_required_keys(&mut schema);
    json!({"schema": schema, "uiSchema": ui_schema})
}

/// Removes the tables in tables: the form would write them empty, without the keys that they need. A file keeps the ones that it has.
fn remove_inner_tables(schema: &mut Value) {
    let tables = members(schema).map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for table in tables {
        if let Some(Value::Object(keys)) = schema.pointer_mut(&format!("{}/properties", pointer(&table))) {
            keys.retain(|_, part| part.get("properties").is_none());
        }
    }
}

/// Moves the keys that are shown in one mode only from their tables to an `if` at the root.
fn move_conditional_keys(schema: &mut Value) {
    let mut conditions = Vec::new();
    let tables = members(schema).map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for table in tables {
        let Some(Value::Object(keys)) = schema.pointer_mut(&format!("{}/properties", pointer(&table))) else {
            continue;
        };
        let names = keys.iter().filter(|(_, part)| part.get(SHOWN_WHEN).is_some());
        for name in names.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            let Some(mut part) = keys.shift_remove(&name) else { continue };
            let Some(condition) = part.as_object_mut().and_then(|part| part.shift_remove(SHOWN_WHEN)) else {
                continue;
            };
            let other = condition.get("key").and_then(Value::as_str).unwrap_or_default();
            let held = other.rsplit('.').fold(
                json!({"const": condition.get("value")}),
                |part, name| json!({"properties": {name: part}, "required": [name]}),
            );
            conditions
                .push(json!({"if": held, "then": {"properties": {&table: {"properties": {name: part}}}}}));
        }
    }
    if let Value::Object(members) = schema {
        members.insert("allOf".to_owned(), Value::Array(conditions));
    }
}

/// The differences from the form's defaults: masked secrets, the titles of choices, examples as placeholders,
/// and the order of the keys, which an `if` would add last.
fn ui_schema(part: &Value) -> Value {
    let mut shown = Map::new();
    if part.get("properties").is_some() && part.get("$schema").is_none() {
        let names = members(part).map(|(name, _)| name.as_str()).chain(["*"]);
        shown.insert("ui:order".to_owned(), names.collect());
    }
    for (name, part) in members(part) {
        let below = ui_schema(part);
        if below.as_object().is_some_and(|below| !below.is_empty()) {
            shown.insert(name.clone(), below);
        }
    }
    for name in ["items", "additionalProperties"] {
        if let Some(below) = part.get(name).filter(|below| below.is_object()) {
            shown.insert(name.to_owned(), ui_schema(below));
        }
    }
    if let Some(titles) = part.get(ENUM_TITLES) {
        shown.insert("ui:enumNames".to_owned(), titles.clone());
    }
    if is_secret(part) {
        let ways = part.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let ways = ways.map(|way| {
            let is_text = way.get("type").is_some_and(|kind| kind == "string");
            if is_text { json!({"ui:widget": "password", "ui:autocomplete": "off"}) } else { json!({}) }
        });
        shown.insert("oneOf".to_owned(), ways.collect());
    }
    // A choice lists its values, so that it needs no placeholder.
    let default = part.get("default").filter(|_| part.get("enum").is_none()).map(as_text);
    if let Some(placeholder) = default.or_else(|| example(part).map(str::to_owned)) {
        shown.insert("ui:placeholder".to_owned(), json!(placeholder));
    }
    Value::Object(shown)
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
