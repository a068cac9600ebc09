//! `--format json` without a tenant: missing and invalid answers, and the schema of the answers file.

use serde_json::{Value, json};

use super::*;

/// Runs `setup --format json`, and returns its lines.
fn lines(folder: &Path, arguments: &[&str]) -> (Run, Vec<Value>) {
    let run = setup(folder, &[&["--format", "json"], arguments].concat());
    assert_eq!(run.err, "");
    let lines = run.out.lines().map(|line| serde_json::from_str(line).expect("a JSON object"));
    let lines = lines.collect::<Vec<Value>>();
    assert!(lines.iter().all(|line| line["version"] == 1), "{lines:?}");
    let last = lines.last().expect("a last line");
    assert_eq!((&last["event"], &last["exit"]), (&json!("result"), &json!(run.code)));
    (run, lines)
}

#[test]
fn missing_answers_are_events_with_their_schema() {
    let folder = folder();
    let (run, lines) = lines(folder.path(), &["--mode", "2", "--tenant", "no id"]);
    assert_eq!(run.code, Some(2));
    let of_kind = |kind: &str| lines.iter().filter(|line| line["event"] == kind).collect::<Vec<_>>();
    let missing = of_kind("missing");
    let names = missing.iter().map(|line| line["answer"].as_str().expect("a name")).collect::<Vec<_>>();
    assert_eq!(names, ["sign-in", "secret", "yes"]);
    for line in &missing {
        assert!(
            line["what"].is_string() && line["help"].as_str().is_some_and(|help| help.contains("--")),
            "{line}"
        );
    }
    assert_eq!(missing[2]["schema"]["type"], "boolean");
    assert_eq!(missing[0]["schema"]["oneOf"][1]["const"], "az");
    let invalid = of_kind("invalid");
    assert_eq!((invalid.len(), &invalid[0]["answer"]), (1, &json!("tenant")), "{invalid:?}");
    assert_eq!(invalid[0]["at"], "--tenant");
    assert_eq!(written(folder.path()), None);
}

#[test]
fn failure_is_in_the_last_line() {
    let folder = folder();
    let (_, lines) = lines(folder.path(), &required_with("--yes", "--prune"));
    assert_eq!(
        lines[0],
        json!({"version": 1, "event": "step", "step": "apply", "state": "begin", "exit": null, "result": null})
    );
    assert_eq!(
        lines[1],
        json!({"version": 1, "event": "step", "step": "apply", "state": "end", "exit": 2, "result": null})
    );
    let messages = lines[2]["messages"].as_str().expect("a text");
    assert!(messages.contains("az") && messages.contains("cannot be started"), "{messages}");
    // The answers are saved, as without JSON.
    assert_eq!(written(folder.path()).as_deref(), Some(WRITTEN));
}

#[test]
fn answers_of_an_unreadable_file_are_not_missing() {
    let folder = folder();
    write(folder.path(), "broken.toml", "mode = [");
    for file in ["broken.toml", "nowhere.toml", "."] {
        let (run, lines) = lines(folder.path(), &["--answers", file]);
        assert_eq!(run.code, Some(2));
        let kinds = lines.iter().map(|line| line["event"].as_str().expect("a kind")).collect::<Vec<_>>();
        assert_eq!(kinds, ["invalid", "result"], "{file}");
    }
}

/// The schema and the program accept the same answers.
#[test]
fn schema_of_answers_agrees_with_the_program() {
    let folder = folder();
    let schema =
        serde_json::from_str(&common::run(folder.path(), &["schema", "--for", "answers"]).out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (line, is_valid) in [
        ("", true),
        ("swyx-version = \"14.10\"", true),
        ("swyx-version = 14.10", false),
        ("mode = 2", true),
        ("mode = 0", false),
        ("mode = 3", false),
        ("mode = \"2\"", false),
        ("tenant = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"", true),
        ("tenant = \"x\"", false),
        ("cloud = \"us_gov_l4\"", true),
        ("cloud = \"mars\"", false),
        ("cloud = \"china\"", false),
        ("secret = \"env:SWYX_TEAMS_ADMIN_TOKEN\"", false),
        ("application-name = \"Swyx\"", true),
        ("sign-in = \"device-code\"", true),
        ("sign-in = \"password\"", false),
        ("secret = \"file:a.secret\"", true),
        ("secret = \"keyring:swyx-teams/north\"", true),
        ("secret = \"keyring:other/north\"", false),
        ("secret = { keyring = \"swyx-teams/north\" }", true),
        ("secret = { keyring = \"other/north\" }", false),
        ("secret = { env = \"NAME\" }", true),
        ("secret = { command = [\"pass\"] }", true),
        ("secret = \"aBc8Q~0123456789012345678901234567890\"", false),
        ("secret = { vault = \"x\" }", false),
        ("user = [\"Jane Roe=jane.roe@example.com\"]", true),
        ("user = [{ swyx = \"Jane Roe\", teams = \"jane.roe@example.com\" }]", true),
        ("user = []", true),
        ("user = \"Jane Roe\"", false),
        ("user = [\"Jane Roe\"]", false),
        ("prune = true", true),
        ("prune = \"true\"", false),
        ("client-secret = \"x\"", false),
    ] {
        write(folder.path(), "answers.toml", line);
        let answers: Value = toml_edit::de::from_str(line).expect("TOML");
        assert_eq!(validator.is_valid(&answers), is_valid, "{line}");
        let (_, lines) = lines(folder.path(), &["--answers", "answers.toml"]);
        assert_eq!(lines.iter().all(|line| line["event"] != "invalid"), is_valid, "{line}: {lines:?}");
    }
}
