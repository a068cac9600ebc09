//! Compares the SARIF output with the schema of the standard.

use std::process::Command;

use serde_json::Value;

use super::*;
use crate::entra::snapshot::Cause;

fn render(reports: &[FileReport], prefix: &str) -> Value {
    let mut out = Vec::new();
    write(reports, &Repository { root: None, prefix: prefix.to_owned() }, &mut out).unwrap();
    assert!(out.ends_with(b"}\n"));
    serde_json::from_slice(&out).unwrap()
}

fn report(name: &str, text: &str) -> FileReport {
    FileReport::new(&crate::check::check_bytes(name, text.as_bytes().to_vec(), false), false)
}

/// The result of `rule` in the only file with `text`.
fn result_of(rule: &str, text: &str) -> Value {
    let log = render(&[report("a.toml", text)], "");
    let results = log["runs"][0]["results"].as_array().unwrap();
    results.iter().find(|result| result["ruleId"] == rule).unwrap().clone()
}

/// The schema of the standard, from the source of the crate that was generated from it.
fn schema() -> jsonschema::Validator {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--offline",
            "--format-version",
            "1",
            "--filter-platform",
            "host-tuple",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let folder = std::path::Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
    let schema = std::fs::read_to_string(folder.join("src/schema.json")).unwrap();
    // One pattern has an unescaped bracket, which stricter engines reject. It belongs to a field that is not
    // written here.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", r"{2}\\]?$")).unwrap();
    assert_eq!(schema["title"], "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema");
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

#[test]
fn output_is_valid_against_the_sarif_schema() {
    let blanks = "[control_center]\nMsTeamsTenantId = \" 6a1e0f7c-2d6b-4c2b-9d8e-1f2a3b4c5d6e \"\nfoo = 1\n";
    let files = [
        report("a.toml", blanks),
        report("ä %\n\"b\"\\{0}[x](y):?#.toml", "a = 1\na = 2\n\"[x](http://a)\" = 1\n"),
        report("/tmp/é.toml", "\u{feff}=\n"),
        report("../../b.toml", "MsTeams = 1 # swyx-teams: allow(nothing)\n"),
        report("c:d.toml", ""),
        crate::report::skipped::tests::skipping("ä {0} [x](y).toml"),
        FileReport::new(
            &crate::check::Checked::unreadable("gone", "no such file".to_owned(), "check the path"),
            false,
        ),
    ];
    let log = render(&files, "x/");
    let (schema, results) = (schema(), log["runs"][0]["results"].as_array().unwrap());
    let errors = schema.iter_errors(&log).map(|error| error.to_string()).collect::<Vec<_>>();
    assert_eq!(errors, Vec::<String>::new());
    assert!(results.iter().any(|result| result.get("fixes").is_some()));
    assert!(results.iter().any(|result| result.get("relatedLocations").is_some()));
    assert!(schema.is_valid(&render(&[], "")));

    // The same check must reject invalid output, otherwise it would prove nothing.
    for (pointer, wrong) in [
        ("/version", Value::from("2.1")),
        ("/runs/0/results/0/level", Value::from("info")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", Value::from(0)),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", Value::from("a b\n")),
        ("/runs/0/columnKind", Value::from("bytes")),
        ("/runs/0/invocations/0/toolExecutionNotifications/0/level", Value::from("info")),
    ] {
        let mut broken = log.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!schema.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn result_has_message_and_location() {
    let text = "[control_center]\nMsTeamsStatusSyncMode = 3\n";
    let result = result_of("invalid-value", text);
    let location = &result["locations"][0];
    let region = serde_json::json!({ "startLine": 2, "startColumn": 25, "endLine": 2, "endColumn": 26 });
    assert_eq!(location["physicalLocation"]["region"], region);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "control_center.MsTeamsStatusSyncMode");
    assert_eq!(result["level"], "error");
    assert_eq!(crate::rules::ALL[result["ruleIndex"].as_u64().unwrap() as usize].id, "invalid-value");
    assert!(result["message"]["text"].as_str().unwrap().contains(". Help: "), "{}", result["message"]);

    let below = result_of("invalid-value", &format!("# one more line\n{text}"));
    assert!(result["partialFingerprints"]["ruleAndKey/v1"].is_string());
    assert_eq!(below["partialFingerprints"], result["partialFingerprints"]);
    assert_ne!(below["locations"], result["locations"]);
}

#[test]
fn fix_has_deleted_region_and_inserted_text() {
    let text = "[control_center]\nMsTeamsTenantId = \"6a1e0f7c-2d6b-4c2b-9d8e-1f2a3b4c5d6e \"\nMsTeamsStatusSyncMode = \"1\"\n";
    let only_deletes = &result_of("surrounding-blank", text)["fixes"][0];
    let replacement = &only_deletes["artifactChanges"][0]["replacements"][0];
    let region = serde_json::json!({ "startLine": 2, "startColumn": 56, "endLine": 2, "endColumn": 57 });
    assert_eq!(replacement, &serde_json::json!({ "deletedRegion": region }));
    let inserts = &result_of("mode-as-text", text)["fixes"][0];
    assert_eq!(inserts["description"]["text"], "remove the quotes");
    assert_eq!(inserts["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "1");
}

#[test]
fn related_places_have_ids_and_messages() {
    let related = &result_of("syntax", "a = 1\na = 2\n")["relatedLocations"][0];
    assert_eq!(
        (&related["id"], &related["message"]["text"]),
        (&Value::from(1), &Value::from("first listed here"))
    );
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 1);
}

#[test]
fn uri_is_encoded_and_relative_to_the_root() {
    let artifact = |path: &str, prefix: &str| {
        let log = render(&[report(path, "=\n")], prefix);
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    let relative = |uri: &str| serde_json::json!({ "uri": uri, "uriBaseId": "%SRCROOT%" });
    assert_eq!(artifact("./a b.toml", "customers/"), relative("customers/a%20b.toml"));
    assert_eq!(artifact("../ä%?#\n.toml", "customers/"), relative("%C3%A4%25%3F%23%0A.toml"));
    assert_eq!(artifact("..", "customers/"), relative("."));
    assert_eq!(artifact("http://evil/a.toml", ""), relative("http%3A/evil/a.toml"));
    assert_eq!(artifact("/nowhere/a b.toml", ""), serde_json::json!({ "uri": "file:///nowhere/a%20b.toml" }));
    assert_eq!(artifact("../a.toml", ""), serde_json::json!({ "uri": "../a.toml" }));
}

#[test]
fn unreadable_file_makes_the_run_unsuccessful() {
    let gone = FileReport::new(&crate::check::Checked::unreadable("gone", String::new(), ""), false);
    for (files, successful) in [(vec![report("a.toml", "=\n")], true), (vec![gone], false), (vec![], true)] {
        assert_eq!(render(&files, "")["runs"][0]["invocations"][0]["executionSuccessful"], successful);
    }
}

#[test]
fn skipped_rule_becomes_a_tool_notification() {
    let mut files = [crate::report::skipped::tests::skipping("a b.toml")];
    let invocation = render(&files, "x/")["runs"][0]["invocations"][0].clone();
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 4);
    let first = &notifications[0];
    assert_eq!(
        (&first["level"], &first["associatedRule"]["id"]),
        (&"note".into(), &"permission-missing".into())
    );
    let index = first["associatedRule"]["index"].as_u64().unwrap() as usize;
    assert_eq!(crate::rules::ALL[index].id, "permission-missing");
    assert_eq!(first["message"]["text"], "Could not be checked: the sign-in was refused.");
    let artifact = &first["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "x/a%20b.toml");

    for cause in [Cause::Answer, Cause::Silence, Cause::Use] {
        files[0].skipped[0].why.cause = cause;
        let invocation = render(&files, "")["runs"][0]["invocations"][0].clone();
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
    }
    let without = render(&[report("a.toml", "=\n")], "");
    assert!(without["runs"][0]["invocations"][0].get("toolExecutionNotifications").is_none());
}

#[test]
fn links_and_placeholders_in_messages_are_escaped() {
    assert_eq!(message::literal("[a](http://b) {0}"), "[a] (http://b) {{0}}");
    assert_eq!(message::literal("user[0].teams"), "user[0].teams");
}

#[test]
fn every_rule_is_described() {
    let log = render(&[], "");
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!((&driver["name"], driver.get("informationUri")), (&Value::from("swyx-teams"), None));
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), crate::rules::ALL.len());
    for (described, rule) in rules.iter().zip(crate::rules::ALL) {
        assert_eq!(described["id"], rule.id);
        assert_eq!(described["help"]["markdown"].as_str().unwrap().matches("## ").count(), 4, "{}", rule.id);
        let full = described["fullDescription"]["text"].as_str().unwrap();
        assert!(!full.contains("Why\n") && full.len() > 20, "{}: {full}", rule.id);
    }
    let names = rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(names.contains(&"SecretShape"));
}

#[test]
fn output_contains_no_secret_and_no_source_line() {
    let text = "[control_center]\nMsTeamsClientSecret = \" abc8Q~swordfish_swordfish_swordfish_1234 \"\n";
    let log = render(&[report("a.toml", text)], "").to_string();
    assert!(log.contains("MsTeamsClientSecret") && !log.contains("swordfish") && !log.contains("snippet"));
}
