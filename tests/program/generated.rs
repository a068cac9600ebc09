//! The generated files are current; `UPDATE=1 cargo test --test program generated` updates them.

use std::collections::BTreeSet;

use crate::common::{assert_file, root, run};
use serde_json::Value;
use swyx_teams::settings::entries::list_known_keys;
use swyx_teams::settings::schema::{Dialect, describe, generate};

fn printed(arguments: &[&str]) -> String {
    let run = run(&root(), arguments);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    run.out
}

#[test]
fn the_schemas_are_current() {
    let folder = root().join("schema");
    assert_file(&folder.join("swyx-teams.schema.json"), &printed(&["schema"]));
    assert_file(&folder.join("swyx-teams.draft-07.schema.json"), &printed(&["schema", "--for", "draft-07"]));
    for (tool, file) in [
        ("taplo", "taplo.schema.json"),
        ("rjsf", "rjsf.form.json"),
        ("jsonforms", "jsonforms.form.json"),
        ("jedison", "jedison.schema.json"),
    ] {
        assert_file(&folder.join(format!("swyx-teams.{file}")), &printed(&["schema", "--for", tool]));
    }
    assert_file(&folder.join("swyx-teams.answers.schema.json"), &printed(&["schema", "--for", "answers"]));
    assert_file(&folder.join("swyx-gateway.openapi.json"), &printed(&["schema", "--for", "gateway"]));
}

#[test]
fn the_reference_of_rules_is_current() {
    assert_file(&root().join("schema/rules.md"), &printed(&["rules", "--format", "markdown"]));
}

#[test]
fn example_is_valid_and_shows_every_key() {
    let run = run(&root().join("schema"), &["check", "--fail-on", "info", "swyx-teams.example.toml"]);
    assert_eq!(run.code, Some(0), "{}", run.out);
    let text = std::fs::read_to_string(root().join("schema/swyx-teams.example.toml")).expect("the example");
    let unusual = ["authority", "graph", "admin_client_id"];
    for key in list_known_keys() {
        let name = key.as_str().rsplit('.').next().expect("a name").to_owned();
        assert!(text.contains(&name) || unusual.contains(&name.as_str()), "{key} is not in the example");
    }
}

/// The names that the reader asks for, the names that are suggested, and the members of the schema are the same.
#[test]
fn schema_and_program_have_the_same_keys() {
    let schema = generate(Dialect::Draft2020_12);
    let mut members = BTreeSet::new();
    let tables = [
        ("", &schema),
        ("swyx", &schema["$defs"]["Swyx"]),
        ("control_center", &schema["$defs"]["ControlCenter"]),
        ("federated_services", &schema["$defs"]["FederatedServices"]),
    ];
    let tables = tables.into_iter().chain([
        ("entra", &schema["$defs"]["Entra"]),
        ("entra.automation", &schema["$defs"]["Automation"]),
        ("sync", &schema["$defs"]["Sync"]),
        ("user", &schema["$defs"]["User"]),
    ]);
    for (table, part) in tables {
        for name in part["properties"].as_object().expect("members").keys() {
            members.insert(if table.is_empty() { name.clone() } else { format!("{table}.{name}") });
        }
    }
    let known = list_known_keys().map(|key| key.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(known, members);
    for key in &known {
        // A key that the reader does not ask for would be reported as unknown.
        let text = match key.split_once('.') {
            Some(("user", name)) => format!("[[user]]\n{name} = true\n"),
            Some((table, name)) => format!("[{table}]\n{name} = true\n"),
            None => continue,
        };
        let checked = swyx_teams::check::check_bytes("a.toml", text.into_bytes(), false);
        assert!(checked.diagnostics().iter().all(|found| found.rule != "unknown-key"), "{key} is not read");
    }
}

#[test]
fn every_schema_member_is_documented() {
    let schema = generate(Dialect::Draft2020_12);
    for key in list_known_keys() {
        let key = if key.as_str().starts_with("user.") {
            format!("user[0].{}", &key.as_str()[5..]).parse().expect("a key")
        } else {
            key
        };
        let part = describe(&schema, &key).unwrap_or_else(|| panic!("{key}"));
        assert!(part["title"].is_string() && part["description"].is_string(), "{key}");
        let is_simple =
            part.get("$ref").is_none() && part.get("items").is_none() && part["writeOnly"] != true;
        assert!(!is_simple || part.get("default").or(part.get("examples")).is_some(), "{key}");
    }
    let secret = &schema["$defs"]["ControlCenter"]["properties"]["MsTeamsClientSecret"];
    assert_eq!((&secret["writeOnly"], &secret["format"]), (&Value::Bool(true), &Value::from("password")));
}

#[test]
fn every_command_has_help_manual_page_and_completions() {
    let help = printed(&["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let names = names.filter(|name| *name != "help").collect::<Vec<_>>();
    assert!(names.len() >= 12);
    for name in &names {
        assert!(printed(&[name, "--help"]).contains("Usage: swyx-teams"), "{name}");
        assert!(printed(&["man", name]).contains(".TH"), "{name}");
    }
    let page = printed(&["man", "secret", "put"]);
    assert!(page.contains("swyx\\-teams\\-secret\\-put") && page.contains("\\-\\-stdin"), "{page}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = printed(&["completions", shell]);
        assert!(names.iter().all(|name| script.contains(*name)), "{shell}");
    }
    assert!(printed(&["man"]).contains("EXIT CODES") || printed(&["man"]).contains("Exit codes"));
}

/// Ajv refuses a schema with keywords that it does not know.
#[test]
fn schemas_for_validators_have_standard_keywords_only() {
    /// The names of keywords; the members of these are names of keys.
    const NAMED: [&str; 3] = ["properties", "$defs", "definitions"];
    const DATA: [&str; 5] = ["enum", "const", "examples", "default", "required"];
    const KNOWN: [&str; 31] = [
        "allOf",
        "$schema",
        "$ref",
        "$defs",
        "definitions",
        "title",
        "description",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minItems",
        "oneOf",
        "not",
        "if",
        "then",
        "enum",
        "const",
        "pattern",
        "propertyNames",
        "anyOf",
        "else",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "format",
        "default",
        "examples",
        "writeOnly",
    ];
    fn keywords(schema: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
        match schema {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    found.insert(name.clone());
                    match value {
                        serde_json::Value::Object(named) if NAMED.contains(&name.as_str()) => {
                            named.values().for_each(|part| keywords(part, found));
                        }
                        _ if DATA.contains(&name.as_str()) || name.starts_with("depend") => {}
                        value => keywords(value, found),
                    }
                }
            }
            serde_json::Value::Array(parts) => parts.iter().for_each(|part| keywords(part, found)),
            _ => {}
        }
    }
    for (tool, more) in [("json-schema", "dependentRequired"), ("draft-07", "dependencies")] {
        let schema = serde_json::from_str(&printed(&["schema", "--for", tool])).expect("JSON");
        let mut found = std::collections::BTreeSet::new();
        keywords(&schema, &mut found);
        let unknown = found.iter().filter(|name| !KNOWN.contains(&name.as_str()) && name.as_str() != more);
        assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&String>::new(), "{tool}");
        assert!(found.contains(more) && found.len() > 20, "{tool}: {found:?}");
    }
}
