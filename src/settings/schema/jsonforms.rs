//! The variant for JSON Forms (<https://jsonforms.io/docs/>).

use serde_json::{Map, Value, json};

use super::keywords::SHOWN_WHEN;
use super::parts::{
    choices_as_one_of, everywhere, example, inlined, is_secret, members, pointer, with_vendors_pairs,
};

/// Returns `{"schema": …, "uischema": …}`: the properties of `<JsonForms>`, for its built-in draft 07
/// validator.
///
/// The renderer sets differ, and the plain one shows neither a `oneOf` of tables nor a table with free names.
/// So each kind of secret source is a separate control, of which only one is visible, and the mapping has a
/// control for each pair of the vendor's table. The kinds are in an `anyOf` of the table, each with one type
/// for the key, because a control is chosen by the type.
///
/// ```
/// let form = swyx_teams::settings::schema::generate_for_jsonforms();
/// assert_eq!(form["uischema"]["elements"][1]["label"], "Control Center");
/// ```
pub fn generate_for_jsonforms() -> Value {
    let mut schema = inlined();
    with_vendors_pairs(&mut schema);
    everywhere(&mut schema, choices_as_one_of);
    let groups = members(&schema).map(|(name, part)| element(name, part));
    let ui_schema = json!({"type": "VerticalLayout", "elements": groups.collect::<Vec<_>>()});
    everywhere(&mut schema, move_ways);
    json!({"schema": schema, "uischema": ui_schema})
}

/// Moves the kinds of secret source from the key to its table, as one `anyOf` for each secret.
fn move_ways(table: &mut Map<String, Value>) {
    let Some(Value::Object(keys)) = table.get_mut("properties") else { return };
    let mut all = Vec::new();
    for (name, part) in keys.iter_mut().filter(|(_, part)| is_secret(part)) {
        let ways = part.as_object_mut().and_then(|part| part.shift_remove("oneOf"));
        let ways = ways.as_ref().and_then(Value::as_array).into_iter().flatten();
        let ways = ways.map(|way| json!({"properties": {name: way}})).collect::<Vec<_>>();
        all.push(json!({"anyOf": ways}));
    }
    if !all.is_empty() {
        table.insert("allOf".to_owned(), Value::Array(all));
    }
}

/// The element that shows a key: a group for a table, otherwise a control.
fn element(key: &str, part: &Value) -> Value {
    if part.get("properties").is_none() {
        return with_rule(control(key, part), part);
    }
    let mut secrets = 0..;
    let elements =
        members(part).map(|(name, part)| match is_secret(part).then(|| secrets.next()).flatten() {
            Some(index) => secret(key, name, index, part),
            None => element(&format!("{key}.{name}"), part),
        });
    json!({"type": "Group", "label": part.get("title"), "elements": elements.collect::<Vec<_>>()})
}

fn control(key: &str, part: &Value) -> Value {
    let mut control =
        json!({"type": "Control", "scope": format!("#{}", pointer(key)), "label": part.get("title")});
    if let Some(example) = example(part) {
        insert(&mut control, "options", json!({"placeholder": example}));
    }
    // The plain renderers' choice list returns numbers as text; their radio buttons do not.
    if part.get("oneOf").is_some() && part.get("type").is_some_and(|kind| kind == "integer") {
        insert(&mut control, "options", json!({"format": "radio", "orientation": "vertical"}));
    }
    control
}

/// Shows a key only while the other key that it depends on has a certain value.
fn with_rule(mut control: Value, part: &Value) -> Value {
    if let Some(condition) = part.get(SHOWN_WHEN) {
        let other = condition.get("key").and_then(Value::as_str).unwrap_or_default();
        let value = json!({"const": condition.get("value")});
        insert(&mut control, "rule", rule("SHOW", other, &value));
    }
    control
}

/// A group with a control for each kind of secret source: the masked text, and each reference. If one is
/// used, the others are hidden. `index` counts the secrets of the table.
fn secret(table: &str, name: &str, index: usize, part: &Value) -> Value {
    let key = format!("{table}.{name}");
    let ways = part.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let names = ways.clone().flat_map(members).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let title = |part: &Value| part.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    let controls = ways.enumerate().map(|(number, way)| {
        let scope = format!("#{}/allOf/{index}/anyOf/{number}{}", pointer(table), pointer(name));
        let Some((member, value)) = members(way).next() else {
            return json!({
                "type": "Control", "scope": scope, "label": title(way), "options": {"format": "password"},
                "rule": rule("HIDE", &key, &json!({"type": "object"})),
            });
        };
        let others = names.iter().filter(|other| *other != member).map(|other| json!({"required": [other]}));
        let other = json!({"type": "object", "anyOf": others.collect::<Vec<_>>()});
        json!({
            "type": "Control", "scope": format!("{scope}{}", pointer(member)),
            "label": format!("{}: {}", title(way), title(value)),
            "rule": rule("HIDE", &key, &json!({"anyOf": [{"type": "string"}, other]})),
        })
    });
    json!({"type": "Group", "label": title(part), "elements": controls.collect::<Vec<_>>()})
}

/// A rule that depends on another key's value. It does not apply if that key is missing.
fn rule(effect: &str, key: &str, schema: &Value) -> Value {
    let condition =
        json!({"scope": format!("#{}", pointer(key)), "schema": schema, "failWhenUndefined": true});
    json!({"effect": effect, "condition": condition})
}

fn insert(element: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = element {
        members.insert(name.to_owned(), value);
    }
}
