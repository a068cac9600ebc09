//! The variant for JSON Forms (<https://jsonforms.io/docs/>).

use serde_json::{Value, json};

use super::SHOWN_WHEN;
use super::parts::{
    choices_as_one_of, everywhere, example, inlined, is_secret, members, pointer, with_vendors_pairs,
};

/// `{"schema": …, "uischema": …}`: the properties of `<JsonForms>`, with the validator of draft 07 that it comes with.
///
/// The sets of renderers differ in what they show by themselves, and the plain one shows neither a `oneOf` of tables nor a table with free
/// names. So each way to give a secret is a control of its own, of which one at a time is there, and the mapping has a control for each pair
/// of the vendor's table.
///
/// ```
/// let form = swyx_teams::settings::schema::jsonforms();
/// assert_eq!(form["uischema"]["elements"][1]["label"], "Control Center");
/// ```
pub fn jsonforms() -> Value {
    let mut schema = inlined();
    with_vendors_pairs(&mut schema);
    everywhere(&mut schema, choices_as_one_of);
    let groups = members(&schema).map(|(name, part)| element(name, part));
    let ui_schema = json!({"type": "VerticalLayout", "elements": groups.collect::<Vec<_>>()});
    // By this a control of text takes it.
    everywhere(&mut schema, |members| {
        if members.get("writeOnly").is_some() && members.contains_key("oneOf") {
            members.insert("type".to_owned(), json!(["string", "object"]));
        }
    });
    json!({"schema": schema, "uischema": ui_schema})
}

/// What shows a key: a group for a table and for a secret, else a control.
fn element(key: &str, part: &Value) -> Value {
    let elements = if part.get("properties").is_some() {
        members(part).map(|(name, part)| element(&format!("{key}.{name}"), part)).collect()
    } else if is_secret(part) {
        ways(key, part)
    } else {
        return with_rule(control(key, part), part);
    };
    json!({"type": "Group", "label": part.get("title"), "elements": elements})
}

fn control(key: &str, part: &Value) -> Value {
    let mut control =
        json!({"type": "Control", "scope": format!("#{}", pointer(key)), "label": part.get("title")});
    if let Some(example) = example(part) {
        insert(&mut control, "options", json!({"placeholder": example}));
    }
    control
}

/// A key that counts only while another has a value is shown only then.
fn with_rule(mut control: Value, part: &Value) -> Value {
    if let Some(condition) = part.get(SHOWN_WHEN) {
        let other = condition.get("key").and_then(Value::as_str).unwrap_or_default();
        let value = json!({"const": condition.get("value")});
        insert(&mut control, "rule", rule("SHOW", other, &value));
    }
    control
}

/// A control for each way to give a secret: the text, masked, and each reference; all but one vanish when that one is used.
fn ways(key: &str, part: &Value) -> Vec<Value> {
    let ways = part.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = ways.iter().flat_map(members).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let controls = ways.iter().enumerate().map(|(index, way)| {
        let scope = format!("#{}", pointer(key));
        let Some((name, value)) = members(way).next() else {
            return json!({
                "type": "Control", "scope": scope, "label": way.get("title"), "options": {"format": "password"},
                "rule": rule("HIDE", key, &json!({"type": "object"})),
            });
        };
        let others = names.iter().filter(|other| *other != name).map(|other| json!({"required": [other]}));
        let used = json!({"type": "object", "anyOf": others.collect::<Vec<_>>()});
        let title = |part: &Value| part.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        json!({
            "type": "Control", "scope": format!("{scope}/oneOf/{index}/properties/{name}"),
            "label": format!("{}: {}", title(way), title(value)),
            "rule": rule("HIDE", key, &json!({"anyOf": [{"type": "string"}, used]})),
        })
    });
    controls.collect()
}

/// A rule by another key's value, which does not hold where that key is missing.
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
