//! The OpenAPI document: its references lead somewhere, its examples keep to its schemas, and the client reads what it promises.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::{GatewayEvent, contract};

use super::script::{self, *};

/// Every object of a document.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.push(value);
            members.values().for_each(|member| objects(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| objects(element, found)),
        _ => {}
    }
}

/// Whether a value keeps to one of the document's schemas.
fn keeps(contract: &Value, schema: &str, value: &Value) -> bool {
    let mut whole = json!({"$ref": format!("#/components/schemas/{schema}")});
    whole["components"] = contract["components"].clone();
    jsonschema::draft202012::new(&whole).expect("a schema").is_valid(value)
}

#[test]
fn every_reference_resolves_and_everything_is_referenced() {
    let contract = contract();
    let mut all = Vec::new();
    objects(&contract, &mut all);
    let references = all.iter().filter_map(|object| object.get("$ref")?.as_str()).collect::<BTreeSet<_>>();
    for reference in &references {
        let target = contract.pointer(reference.strip_prefix('#').expect("a part of the document"));
        assert!(target.is_some(), "{reference}");
    }
    for kind in ["parameters", "headers", "responses", "schemas"] {
        for name in contract["components"][kind].as_object().expect("members").keys() {
            assert!(references.contains(format!("#/components/{kind}/{name}").as_str()), "{kind} {name}");
        }
    }
}

#[test]
fn everything_has_a_description() {
    let contract = contract();
    for (name, schema) in contract["components"]["schemas"].as_object().expect("schemas") {
        assert!(schema["description"].is_string(), "{name}");
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(schema["description"].is_string(), "{name}.{member}");
        }
    }
    for (path, calls) in contract["paths"].as_object().expect("paths") {
        for call in calls.as_object().expect("calls").values() {
            assert!(call["summary"].is_string() && call["description"].is_string(), "{path}");
            for status in ["200", "401", "429", "503"] {
                assert!(call["responses"][status].is_object(), "{path} {status}");
            }
        }
    }
}

#[test]
fn examples_are_valid_and_violations_are_not() {
    let contract = contract();
    let mut examples = 0;
    for (name, schema) in contract["components"]["schemas"].as_object().expect("schemas") {
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert!(keeps(&contract, name, example), "{name}: {example}");
            examples += 1;
        }
    }
    assert!(examples >= 6);
    let status = |member: &str, value: Value| {
        let mut status = contract["components"]["schemas"]["UserStatus"]["examples"][0].clone();
        status[member] = value;
        status
    };
    assert!(keeps(&contract, "UserStatus", &status("more", json!(1))));
    for (member, value) in [
        ("id", json!("")),
        ("id", json!("x".repeat(201))),
        ("status", json!("Busy")),
        ("status", json!(null)),
        ("inCall", json!("no")),
        ("sequence", json!(-1)),
        ("sequence", json!(9_007_199_254_740_992_u64)),
    ] {
        assert!(!keeps(&contract, "UserStatus", &status(member, value.clone())), "{member} {value}");
    }
    assert!(!keeps(&contract, "StatusList", &json!({"cursor": "a b", "statuses": [], "next": null})));
    assert!(!keeps(&contract, "SetStatus", &json!({"status": "LoggedOff"})));
    assert!(!keeps(&contract, "Capabilities", &json!({"version": 2, "statuses": []})));
}

#[tokio::test]
async fn the_client_reads_the_examples() {
    let contract = contract();
    let example = |name: &str| contract["components"]["schemas"][name]["examples"][0].clone();
    let said = |name: &str| gateway(&Script::new([script::json(&example(name))]));
    assert_eq!(said("Capabilities").capabilities().await.unwrap().len(), 4);
    assert_eq!(said("StatusList").statuses(None).await.unwrap().statuses.len(), 1);
    assert!(said("UserStatus").set_status("1042", SwyxStatus::Away).await.is_ok());
    let pages = [example("UserList"), json!({"users": [], "next": null})];
    let users = gateway(&Script::new(pages.iter().map(script::json))).users().await.unwrap();
    assert_eq!(users.len(), 2);

    let stream = &contract["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"];
    let mut events = events(vec![text(stream["example"].as_str().expect("a text"))]).await;
    let mut seen = Vec::new();
    while let Some(event) = events.next().await.unwrap() {
        seen.push(event);
    }
    assert!(matches!(
        seen[..],
        [GatewayEvent::Alive, GatewayEvent::Status(_), GatewayEvent::Users, GatewayEvent::Alive]
    ));
    assert_eq!(events.cursor().map(|cursor| cursor.as_str()), Some("88125"));
}

#[tokio::test]
async fn sent_requests_match_the_contract() {
    let script = Script::new([problem(404)]);
    for status in [SwyxStatus::Available, SwyxStatus::Away, SwyxStatus::DoNotDisturb, SwyxStatus::Speaking] {
        assert!(gateway(&script).set_status("a", status).await.is_err());
    }
    let contract = contract();
    for sent in script.sent() {
        let body = serde_json::from_str(&sent.body).expect("JSON");
        assert!(keeps(&contract, "SetStatus", &body), "{body}");
    }
    assert_eq!(script.lines().len(), 4);
}
