//! The program as its users meet it: exit codes, what it reads and passes over, formats, changes.

mod diagnoses;
mod output_files;
mod secret_commands;
mod secret_put;

use std::fs;
use std::path::Path;

use crate::common::system::{assert_private, link, make_private, shell};
use crate::common::{GOOD, root, run, run_with_input};
use serde_json::Value;

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

fn bad() -> String {
    GOOD.replace("= 2", "= 3")
}

#[test]
fn exit_codes_match_the_result() {
    let warned = GOOD.replace("= 2", "= 0");
    let folder = folder_with(&[
        ("good.toml", GOOD),
        ("bad.toml", &bad()),
        ("warned.toml", &warned),
        ("empty.toml", ""),
        ("empty/x.txt", ""),
    ]);
    for (arguments, code) in [
        (&["check", "good.toml"][..], 0),
        (&["check", "bad.toml"], 1),
        (&["check", "empty.toml"], 1),
        (&["check", "warned.toml"], 0),
        (&["check", "--fail-on", "warning", "warned.toml"], 1),
        (&["check", "--fail-on", "info", "good.toml"], 0),
        (&["check", "no-such-file.toml"], 2),
        (&["check", "bad.toml", "no-such-file.toml"], 2),
        (&["check", "empty"], 2),
        (&["check"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["check", "--diff", "bad.toml"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
        (&[], 2),
        (&["explain", "mode-needs-secret"], 0),
        (&["explain", "MsTeamsStatusSyncMode"], 0),
        (&["explain", "AADSTS7000215"], 0),
        (&["explain", "no-such-rule"], 2),
        (&["explain", "AADSTS1"], 2),
        (&["rules"], 0),
        (&["diff", "good.toml", "warned.toml"], 0),
        (&["diff", "--exit-code", "good.toml", "warned.toml"], 1),
        (&["diff", "--exit-code", "good.toml", "good.toml"], 0),
        (&["diff", "good.toml", "no-such-file.toml"], 2),
        (&["sheet", "good.toml"], 0),
        (&["sheet", "bad.toml"], 1),
        (&["sheet", "warned.toml"], 2),
        (&["get", "--config", "good.toml", "control_center.MsTeamsStatusSyncMode"], 0),
        (&["get", "--config", "good.toml", "entra.cloud"], 0),
        (&["get", "--config", "good.toml", "swyx.version"], 1),
        (&["get", "--config", "good.toml", "swyx.versoin"], 2),
        (&["get", "--config", "good.toml", "control_center"], 2),
        (&["set", "--config", "good.toml", "control_center.MsTeamsStatusSyncMode", "3"], 1),
        (&["set", "--config", "good.toml", "control_center.MsTeamsStatusSyncMode", "two"], 2),
        (&["set", "--config", "good.toml", "control_center.MsTeamsStatusSyncMode"], 2),
        (&["set", "--config", "good.toml", "control_center.MsTeamsClientSecret", "in-the-arguments"], 2),
        (&["set", "--config", "no-such-folder/a.toml", "sync.session_minutes", "20"], 2),
        (&["unset", "--config", "good.toml", "control_center.MsTeamsClientSecret"], 1),
        (&["unset", "--config", "good.toml", "entra.cloud"], 0),
    ] {
        let run = run(folder.path(), arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}\n{}{}", run.out, run.err);
    }
    assert_eq!(
        fs::read_to_string(folder.path().join("good.toml")).expect("read"),
        GOOD,
        "nothing was changed"
    );
}

#[test]
fn settings_file_comes_from_argument_option_variable_or_default() {
    let file = |minutes| format!("{GOOD}\n[sync]\nsession_minutes = {minutes}\n");
    let folder = folder_with(&[
        ("swyx-teams.toml", &file(11)),
        ("variable.toml", &file(12)),
        ("option.toml", &file(13)),
        ("argument.toml", &file(14)),
    ]);
    let minutes = |arguments: &[&str], variable: bool| {
        let mut program = crate::common::program(folder.path());
        if variable {
            program.env("SWYX_TEAMS_CONFIG", "variable.toml");
        }
        let output = program.args(arguments).output().expect("runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let line = text.lines().find(|line| line.contains("session_minutes")).expect("a line").to_owned();
        line.rsplit(' ').next().expect("a number").to_owned()
    };
    assert_eq!(minutes(&["list"], false), "11");
    assert_eq!(minutes(&["list"], true), "12");
    assert_eq!(minutes(&["list", "--config", "option.toml"], true), "13");
    assert_eq!(minutes(&["list", "argument.toml"], true), "14");
}

#[test]
fn folders_are_searched_and_skipped_paths_are_listed() {
    let folder = folder_with(&[
        ("a/north.toml", GOOD),
        ("a/b/SOUTH.TOML", &GOOD.replace("2f9d8b47", "00000001")),
        ("a/archive/old.toml", &bad()),
        ("a/misspelt.toml", "[controlcenter]\n"),
        ("a/.hidden/x.toml", &bad()),
        ("a/.x.toml", &bad()),
        ("a/notes.txt", "no settings"),
    ]);
    if cfg!(unix) {
        link("../a", folder.path().join("a/loop"));
    }
    let all = run(folder.path(), &["check", "-v", "--format", "concise", "a"]);
    assert_eq!(all.code, Some(1));
    assert!(
        all.out.contains("a/archive/old.toml:2:25") && all.out.contains("a/misspelt.toml:1:"),
        "{}",
        all.out
    );
    let passed = ["a/.hidden: hidden name", "a/.x.toml: hidden name", "a/loop: symbolic link to a folder"];
    // Wine makes no symbolic links.
    for passed in passed.into_iter().take(if cfg!(windows) { 2 } else { 3 }) {
        assert!(all.err.contains(passed), "{}", all.err);
    }
    let some = run(folder.path(), &["check", "--exclude", "archive/", "--exclude", "mis*", "a"]);
    assert_eq!((some.code, some.out.as_str()), (Some(0), "2 files checked: nothing found\n"), "{}", some.err);
    let named = run(folder.path(), &["check", "--exclude", "old.toml", "a/archive/old.toml", "a/.x.toml"]);
    assert_eq!(named.code, Some(1));
    assert!(named.out.contains("2 files checked: 2 errors"), "{}", named.out);
}

#[cfg_attr(windows, ignore = "Wine makes no symbolic links")]
#[test]
fn links_to_files_are_followed_and_links_to_folders_are_named() {
    let folder = folder_with(&[("cm/..1/a.toml", &bad()), ("b/north.toml", GOOD), ("b/notes.txt", "x")]);
    let link = |to: &str, from: &str| link(to, folder.path().join(from));
    // A ConfigMap contains nothing but links.
    link("..1", "cm/..data");
    link("..data/a.toml", "cm/a.toml");
    let run_in = |arguments: &[&str]| run(folder.path(), arguments);
    let map = run_in(&["check", "--format", "concise", "cm"]);
    assert!(map.code == Some(1) && map.out.starts_with("cm/a.toml:2:"), "{}{}", map.out, map.err);
    // The same file is checked once, and a link to another kind of file does not count.
    link("north.toml", "b/again.toml");
    link("notes.txt", "b/more.txt");
    let plain = run_in(&["check", "b"]);
    assert_eq!((&*plain.out, &*plain.err), ("1 file checked: nothing found\n", ""));
    link("../b", "b/loop");
    link("../cm", "b/cm");
    let human = run_in(&["check", "b"]);
    assert_eq!(human.out, "1 file checked: nothing found\n");
    assert_eq!(human.err, "2 symbolic links to folders were skipped: b/cm, b/loop\n");
    let json = run_in(&["check", "--format", "json", "b"]);
    let report: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((report["skipped"][1]["path"].as_str(), &*json.err), (Some("b/loop"), ""));
    // A circle of links ends.
    link("circle.toml", "b/circle.toml");
    let circle = run_in(&["check", "--format", "concise", "b"]);
    assert!(circle.code == Some(2) && circle.out.contains("b/circle.toml"), "{}{}", circle.out, circle.err);
}

#[test]
fn get_and_list_print_joiners_in_names() {
    for name in ["می\u{200c}خواهم", "👩\u{200d}💻"] {
        let text = format!("{GOOD}\n[[user]]\nswyx = \"{name}\"\nteams = \"a@example.com\"\n");
        let folder = folder_with(&[("a.toml", &text)]);
        let get = run(folder.path(), &["get", "user[0].swyx", "a.toml"]);
        assert_eq!(get.out, format!("{name}\n"));
        let list = run(folder.path(), &["list", "a.toml"]);
        assert!(list.out.contains(&format!("  {name}\n")), "{}", list.out);
        let json = run(folder.path(), &["get", "--format", "json", "user[0].swyx", "a.toml"]);
        let value: Value = serde_json::from_str(&json.out).expect("JSON");
        assert_eq!(value["value"], name);
    }
}

#[test]
fn several_allow_lists_in_one_comment_work() {
    let text = GOOD.replace(
        "MsTeamsStatusSyncMode = 2",
        "MsTeamsStatusSyncMode = 2 # swyx-teams: allow(secret-inline) allow(secret-shape) both",
    );
    let folder = folder_with(&[("a.toml", &text)]);
    let run = run(folder.path(), &["check", "a.toml"]);
    for rule in ["secret-inline", "secret-shape"] {
        assert!(run.out.contains(&format!("`{rule}` has no finding to silence here")), "{}", run.out);
    }
}

#[test]
fn unknown_number_is_shown() {
    let folder = folder_with(&[]);
    let shown = run(folder.path(), &["explain", "99999999999"]);
    assert!(shown.err.contains("unknown rule, key or code `99999999999`"), "{}", shown.err);
    let hidden = run(folder.path(), &["explain", "hunter2hunter2"]);
    assert!(hidden.err.contains("`…`"), "{}", hidden.err);
}

#[test]
fn output_order_is_stable_for_many_files() {
    let files = (0..300)
        .map(|at| (format!("c/{at:03}.toml"), bad().replace("2f9d8b47", &format!("2f9d8{at:03}"))))
        .collect::<Vec<_>>();
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>();
    let folder = folder_with(&files);
    let out = run(folder.path(), &["check", "--format", "concise", "c"]).out;
    let names = out.lines().map(|line| line.split(':').next().expect("a path")).collect::<Vec<_>>();
    assert_eq!(names, files.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn standard_input_uses_the_given_name() {
    let folder = folder_with(&[]);
    let run = run_with_input(
        folder.path(),
        &["check", "--format", "concise", "--stdin-filename", "north.toml", "-"],
        bad().as_bytes(),
    );
    assert_eq!(run.code, Some(1));
    assert!(run.out.starts_with("north.toml:2:25: error[invalid-value]"), "{}", run.out);
    let unnamed = run_with_input(folder.path(), &["check", "-"], GOOD.as_bytes());
    assert_eq!((unnamed.code, unnamed.out.as_str()), (Some(0), "1 file checked: nothing found\n"));
}

#[test]
fn the_json_has_the_promised_shape() {
    let folder = folder_with(&[("a.toml", &GOOD.replace("= 2", "= \"2\""))]);
    let run = run(folder.path(), &["check", "--format", "json", "a.toml"]);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&json), ["version", "files", "skipped", "summary"]);
    assert_eq!((&json["version"], &json["skipped"]), (&Value::from(1), &Value::from(Vec::<Value>::new())));
    assert_eq!(names(&json["files"][0]), ["path", "diagnostics"]);
    let found = &json["files"][0]["diagnostics"][0];
    assert_eq!(names(found), ["rule", "severity", "key", "message", "help", "related", "span", "fix"]);
    assert_eq!(found["key"], "control_center.MsTeamsStatusSyncMode");
    assert_eq!(
        found["span"],
        serde_json::json!({
            "start": {"offset": 41, "line": 2, "column": 25}, "end": {"offset": 44, "line": 2, "column": 28},
        })
    );
    assert_eq!(found["fix"], serde_json::json!({"title": "remove the quotes", "safe": true}));
    assert_eq!(json["summary"], serde_json::json!({"files": 1, "errors": 1, "warnings": 0, "infos": 0}));
}

#[test]
fn fix_can_be_previewed() {
    let text = GOOD.replace("= 2", "= \"2\"").replace('\n', "\r\n");
    let folder = folder_with(&[("a.toml", &text)]);
    let shown = run(folder.path(), &["check", "--fix", "--diff", "a.toml"]);
    assert_eq!(shown.code, Some(1));
    assert_eq!(
        shown.out,
        "--- a.toml\n+++ a.toml\n@@ -2,1 +2,1 @@\n-MsTeamsStatusSyncMode = \"2\"\n+MsTeamsStatusSyncMode = 2\n"
    );
    assert_eq!(fs::read_to_string(folder.path().join("a.toml")).expect("read"), text);
    let made = run(folder.path(), &["check", "--fix", "a.toml"]);
    assert_eq!((made.code, made.out.as_str()), (Some(0), "1 file checked: nothing found\n"));
    assert_eq!(fs::read_to_string(folder.path().join("a.toml")).expect("read"), text.replace("\"2\"", "2"));
}

#[test]
fn rejected_change_shows_why_and_changes_nothing() {
    let folder = folder_with(&[("swyx-teams.toml", GOOD)]);
    let refused = run(folder.path(), &["set", "entra.secret_lifetime_days", "20"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("renewal-too-late") && refused.err.contains("nothing was changed"),
        "{}",
        refused.err
    );
    assert_eq!(fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("read"), GOOD);
    // Errors that were there before are no obstacle; a syntax error is.
    let folder = folder_with(&[("swyx-teams.toml", &bad()), ("broken.toml", "a = \n")]);
    assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "20"]).code, Some(0));
    let broken = run(folder.path(), &["set", "--config", "broken.toml", "sync.session_minutes", "20"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.err.contains("error[syntax]"), "{}", broken.err);
}

#[test]
fn new_file_is_complete_and_private() {
    let folder = folder_with(&[]);
    let set = [
        "set",
        "control_center.MsTeamsStatusSyncMode",
        "1",
        "control_center.MsTeamsTenantId",
        "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34",
        "control_center.MsTeamsClientId",
        "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16",
        "control_center.MsTeamsClientSecret",
        "--stdin",
    ];
    let made = run_with_input(folder.path(), &set, b"mE48Q~x7Kd.2hVn0sLq9RtYwZa1BcUf3GjPiOe5N\r\n");
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert!(made.err.contains("warning[secret-inline]"), "{}", made.err);
    let path = folder.path().join("swyx-teams.toml");
    let text = fs::read_to_string(&path).expect("read");
    assert!(
        text.starts_with("[control_center]\nMsTeamsStatusSyncMode = 1\n") && text.ends_with("5N\"\n"),
        "{text}"
    );
    assert_private(&path);
    let revealed = run(folder.path(), &["get", "--reveal", "control_center.MsTeamsClientSecret"]);
    assert_eq!(revealed.out, "mE48Q~x7Kd.2hVn0sLq9RtYwZa1BcUf3GjPiOe5N\n");
    let hidden = run(folder.path(), &["get", "control_center.MsTeamsClientSecret"]);
    assert_eq!(hidden.out, "(in this file, as plain text)\n");
}

#[test]
fn secrets_are_fetched_only_with_trust() {
    let reference = |reference: &str| GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", reference);
    let words = shell("echo got; env | grep -c SWYX_TEAMS", "echo got& set SWYX_TEAMS");
    let command = reference(&format!("{{ command = {words} }}"));
    let echo = shell("echo from-command", "echo from-command");
    let name = if cfg!(windows) { "cmd" } else { "sh" };
    let folder = folder_with(&[
        ("env.toml", &reference("{ env = \"THE_SECRET\" }")),
        ("file.toml", &reference("{ file = \"secret.txt\" }")),
        ("none.toml", &reference("{ file = \"none.txt\" }")),
        ("folder.toml", &reference("{ file = \".\" }")),
        ("command.toml", &command),
        ("echo.toml", &reference(&format!("{{ command = {echo} }}"))),
        ("secret.txt", "from-file\n"),
    ]);
    let get = |config: &str, more: &[&str]| {
        let arguments =
            [&["get", "--reveal", "control_center.MsTeamsClientSecret", "--config", config], more].concat();
        let output = crate::common::program(folder.path())
            .env("THE_SECRET", "from-env")
            .env("SWYX_TEAMS_X", "1")
            .args(arguments)
            .output();
        let output = output.expect("runs");
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("UTF-8"),
            String::from_utf8(output.stderr).expect("UTF-8"),
        )
    };
    assert_eq!(get("env.toml", &[]).1, "from-env\n");
    assert_eq!(get("file.toml", &[]).1, "from-file\n");
    for config in ["none.toml", "folder.toml", "echo.toml"] {
        let (code, out, err) = get(config, &[]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("control_center.MsTeamsClientSecret"), "{err}");
    }
    assert_eq!(get("echo.toml", &["--trust"]).1, "from-command\n");
    assert_eq!(get("echo.toml", &["--trust=command"]).1, "from-command\n");
    let (code, out, err) = get("echo.toml", &[&format!("--trust={name},localhost")]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(
        err.contains(
            "`control_center.MsTeamsClientSecret` runs a command; if this is intended, add --trust=command"
        ),
        "{err}"
    );
    // The environment of the command lacks our variables, so grep finds nothing and fails.
    assert_eq!(get("command.toml", &["--trust"]).0, Some(2));
}

#[test]
fn secret_references_cannot_name_own_variables() {
    let token = "the-token-of-an-administrator";
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = crate::common::program(folder);
        command.args(arguments).env("SWYX_TEAMS_ADMIN_TOKEN", token).env("swyx_teams_admin_token", token);
        crate::common::finished(command.output().expect("the program runs"))
    };
    for name in
        ["SWYX_TEAMS_ADMIN_TOKEN", "swyx_teams_admin_token", "Swyx_Teams_", "swyx_teams_client_secret"]
    {
        let bad = GOOD.replace("SWYX_TEAMS_CLIENT_SECRET", name);
        let gateway = format!(
            "{GOOD}\n[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = {{ env = \"{name}\" }}\n"
        );
        let folder =
            folder_with(&[("swyx-teams.toml", GOOD), ("bad.toml", &bad), ("gateway.toml", &gateway)]);
        let message = format!("the variable `{name}` is reserved for this program");
        for file in ["bad.toml", "gateway.toml"] {
            let checked = run(folder.path(), &["check", file]);
            assert_eq!(checked.code, Some(1), "{}", checked.err);
            assert!(checked.out.contains(&format!("error[invalid-value]: {message}\n")), "{}", checked.out);
            assert!(checked.out.contains("SWYX_TEAMS_CLIENT_SECRET"), "{}", checked.out);
        }
        for (config, key) in
            [("bad.toml", "control_center.MsTeamsClientSecret"), ("gateway.toml", "swyx.gateway_token")]
        {
            let shown = run(folder.path(), &["get", "--trust", "--reveal", key, "--config", config]);
            assert!(shown.code != Some(0) && !shown.out.contains(token), "{}{}", shown.out, shown.err);
            let signed_in = run(folder.path(), &["check", "--trust", "--online", config]);
            assert_eq!(signed_in.code, Some(1), "{}", signed_in.err);
        }
        for value in [format!("env:{name}"), format!("{{ env = \"{name}\" }}")] {
            let set = run(folder.path(), &["set", "control_center.MsTeamsClientSecret", &value]);
            assert_eq!(set.code, Some(1), "{}", set.err);
            assert!(set.err.contains(&message), "{}", set.err);
        }
        assert_eq!(fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("there"), GOOD);
    }
}

#[test]
fn trust_is_an_option_with_or_without_a_list() {
    let words = shell("echo from-command", "echo from-command");
    let command = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", &format!("{{ command = {words} }}"));
    let text = format!("{command}\n[entra]\nauthority = \"https://localhost:8443\"\n");
    let folder = folder_with(&[("north.toml", &text)]);
    let run = |arguments: &[&str], variable: Option<&str>| {
        let mut program = crate::common::program(folder.path());
        program.args(arguments).envs(variable.map(|value| ("SWYX_TEAMS_TRUST", value)));
        crate::common::finished(program.output().expect("the program runs"))
    };
    // Bare, before and after the command, and before the file, which is not its value.
    for arguments in [
        &["--trust", "list", "--reveal", "north.toml"][..],
        &["list", "--trust", "north.toml", "--reveal"],
        &["list", "--reveal", "north.toml", "--trust"],
        &["list", "--reveal", "--trust=localhost:8443,command", "north.toml"],
        &["--trust=LOCALHOST,Command", "list", "--reveal", "north.toml"],
        &["list", "--reveal", "--trust=command", "--trust=localhost", "north.toml"],
    ] {
        let done = run(arguments, None);
        assert_eq!(done.code, Some(0), "{arguments:?} {}", done.err);
        assert!(done.out.contains("from-command"), "{arguments:?} {}", done.out);
    }
    let plain = ["list", "--reveal", "north.toml"];
    for (arguments, variable, code, said) in [
        (&plain[..], None, 2, "add --trust=command,localhost:8443\n"),
        (&plain, Some(""), 2, "add --trust=command,localhost:8443\n"),
        (&plain, Some("1"), 0, ""),
        (&plain, Some("localhost:8443, command"), 0, ""),
        (&plain, Some("command"), 2, "; if this is intended, add --trust=localhost:8443\n"),
        (&plain, Some("localhost:8444,command"), 2, "add --trust=localhost:8443\n"),
        (&["list", "--reveal", "--trust=localhost", "north.toml"], Some("command"), 0, ""),
        (
            &plain,
            Some("https://localhost:8443"),
            2,
            "error: SWYX_TEAMS_TRUST: `https://localhost:8443` is not a valid item; expected HOST, HOST:PORT, [::1]:PORT or command",
        ),
        (&plain, Some("1,"), 2, "error: SWYX_TEAMS_TRUST: an item is empty; expected HOST"),
        (
            &["list", "--trust=localhost:x", "north.toml"],
            None,
            2,
            "`localhost:x` is not a valid item; expected HOST, HOST:PORT, [::1]:PORT or command",
        ),
        (&["list", "--trust=", "north.toml"], None, 2, "expected HOST"),
    ] {
        let done = run(arguments, variable);
        assert_eq!(done.code, Some(code), "{arguments:?} {variable:?} {}", done.err);
        assert!(done.err.contains(said), "{arguments:?} {variable:?} {}", done.err);
    }
    // What looks like a password or a secret is not repeated.
    for value in ["user:hunter2@localhost", "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d"] {
        for done in [run(&["list", &format!("--trust={value}")], None), run(&["list"], Some(value))] {
            assert_eq!(done.code, Some(2), "{}", done.err);
            assert!(!done.err.contains("hunter2") && !done.err.contains("zY7xW6"), "{}", done.err);
            assert!(done.err.contains("expected HOST"), "{}", done.err);
        }
    }
}

#[test]
fn diff_describes_the_differences() {
    let after = GOOD.replace("= 2", "= 1").replace("env = \"SWYX_TEAMS_CLIENT_SECRET\"", "file = \"s.txt\"");
    let users = "\n[[user]]\nswyx = \"Jane Roe\"\nteams = \"jane@example.com\"\n";
    let folder = folder_with(&[
        ("a.toml", GOOD),
        ("b.toml", &format!("{after}\n[entra]\nrenew_before_days = 30\n{users}")),
    ]);
    let said = run(folder.path(), &["diff", "a.toml", "b.toml"]).out;
    for line in [
        "\"Speaking\" in Swyx is no longer forwarded to Teams\n    control_center.MsTeamsStatusSyncMode: 2 -> 1\n",
        "The client secret is now read from the file s.txt\n",
        "Jane Roe is matched with jane@example.com\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(!said.contains("renew_before_days"), "an explicit default is no difference: {said}");
}

#[test]
fn get_list_and_diff_read_standard_input() {
    let folder = folder_with(&[("b.toml", &GOOD.replace("= 2", "= 1"))]);
    let given = |arguments: &[&str]| run_with_input(folder.path(), arguments, GOOD.as_bytes());
    let diff = given(&["diff", "-", "b.toml"]);
    assert!(diff.out.contains("MsTeamsStatusSyncMode: 2 -> 1\n"), "{}{}", diff.out, diff.err);
    assert!(given(&["diff", "b.toml", "-"]).out.contains("MsTeamsStatusSyncMode: 1 -> 2\n"));
    assert_eq!(given(&["get", "control_center.MsTeamsStatusSyncMode", "-"]).out, "2\n");
    assert!(given(&["list", "-"]).out.contains("control_center.MsTeamsStatusSyncMode  2\n"));
    let both = given(&["diff", "-", "-"]);
    assert_eq!(both.code, Some(2));
    assert!(both.err.contains("only one of the two files"), "{}", both.err);
    let broken = run_with_input(folder.path(), &["diff", "-", "b.toml"], b"a = ");
    assert_eq!(broken.code, Some(1));
    assert!(broken.err.contains("<stdin>:1:"), "{}", broken.err);
}

#[test]
fn json_has_a_version_and_numbers() {
    let other = GOOD.replace("= 2", "= 1");
    let folder = folder_with(&[("a.toml", GOOD), ("b.toml", &other)]);
    let json = |arguments: &[&str]| -> Value {
        let done = run(folder.path(), &[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", done.err))
    };
    for (arguments, version) in [
        (&["check", "a.toml"][..], 1),
        (&["sheet", "a.toml"], 1),
        (&["get", "control_center.MsTeamsStatusSyncMode", "a.toml"], 2),
        (&["list", "a.toml"], 2),
        (&["diff", "a.toml", "b.toml"], 2),
        (&["explain", "mode-needs-secret"], 2),
        (&["explain", "swyx.version"], 2),
        (&["explain", "AADSTS7000215"], 2),
        (&["rules"], 2),
    ] {
        assert_eq!(json(arguments)["version"], version, "{arguments:?}");
    }
    assert_eq!(json(&["get", "control_center.MsTeamsStatusSyncMode", "a.toml"])["value"], 2);
    assert_eq!(json(&["get", "entra.renew_before_days", "a.toml"])["value"], 30);
    let change = &json(&["diff", "a.toml", "b.toml"])["changes"][0];
    assert_eq!(
        (&change["before"], &change["after"], &change["after_origin"]),
        (&2.into(), &1.into(), &"file".into())
    );
    assert!(json(&["rules"])["rules"].as_array().is_some_and(|rules| rules.len() > 20));
}

#[test]
fn diff_says_nothing_about_the_effect_of_an_invalid_value() {
    let before = format!(
        "{GOOD}\n[sync.status]\nBusy = \"Away\"\n[[user]]\nswyx = \"Jane Roe\"\nteams = \"jane@example.com\"\n"
    );
    let after = before
        .replace("= 2", "= 5")
        .replace("env = \"SWYX_TEAMS_CLIENT_SECRET\"", "env = 7")
        .replace("\"Away\"", "\"Foo\"")
        .replace("\"jane@example.com\"", "7");
    let folder = folder_with(&[("a.toml", &before), ("b.toml", &after)]);
    let said = run(folder.path(), &["diff", "a.toml", "b.toml"]).out;
    for key in
        ["control_center.MsTeamsStatusSyncMode", "control_center.MsTeamsClientSecret", "sync.status.Busy"]
    {
        assert!(said.contains(&format!("`{key}` has an invalid value; see `swyx-teams check`\n")), "{said}");
    }
    assert!(said.contains("Jane Roe is now matched with no valid account\n"), "{said}");
    for claim in ["forwarded", "becomes", "is now read"] {
        assert!(!said.contains(claim), "{claim}: {said}");
    }
}

#[test]
fn help_of_help_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let expected = run(folder.path(), &["help", "help"]);
    for option in ["--help", "-h"] {
        let shown = run(folder.path(), &["help", option]);
        assert_eq!((shown.code, shown.out), (Some(0), expected.out.clone()), "{}", shown.err);
    }
}

#[test]
fn sheet_has_the_values_for_control_center() {
    let folder = folder_with(&[
        ("swyx-teams.toml", GOOD),
        ("new.toml", &format!("[swyx]\nversion = \"14.20\"\n{GOOD}")),
    ]);
    let sheet = run(folder.path(), &["sheet"]).out;
    for text in [
        "MsTeamsStatusSyncMode",
        "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34",
        "Presence.ReadWrite.All",
        "Value (not Secret ID)",
    ] {
        assert!(sheet.contains(text), "{sheet}");
    }
    assert!(run(folder.path(), &["sheet", "new.toml"]).out.contains("Federated Services"));
}

#[test]
fn unset_removes_several_keys_and_ignores_missing_ones() {
    let text = format!("{GOOD}\n[entra]\nproxy = \"http://proxy.example.com:3128\"\n");
    let folder = folder_with(&[("swyx-teams.toml", &text)]);
    assert_eq!(run(folder.path(), &["unset", "sync.session_minutes", "entra.proxy"]).code, Some(0));
    assert_eq!(
        fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("read"),
        format!("{GOOD}\n[entra]\n")
    );
    for arguments in [&["unset", "entra.prxy"][..], &["unset", "--config", "none.toml", "entra.proxy"]] {
        assert_eq!(run(folder.path(), arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn repeated_file_is_checked_once() {
    let folder = folder_with(&[("a/b.toml", &bad())]);
    let run = run(folder.path(), &["check", "a/b.toml", "a", "./a/b.toml"]);
    assert!(run.out.ends_with("1 file checked: 1 error\n"), "{}", run.out);
}

#[test]
fn closed_pipe_does_not_change_the_exit_code() {
    use std::process::Stdio;
    let text = (0..9_000).map(|at| format!("k{at} = 1\n")).collect::<String>();
    let folder = folder_with(&[("a.toml", &text)]);
    let mut child = crate::common::program(folder.path())
        .args(["check", "a.toml"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ends").code(), Some(1));
}

#[test]
fn closed_streams_do_not_change_the_exit_code() {
    use std::process::Stdio;
    let folder = folder_with(&[("a.toml", GOOD), ("b.toml", &bad())]);
    let code = |arguments: &[&str]| {
        let mut command = crate::common::program(folder.path());
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        drop((child.stdout.take(), child.stderr.take()));
        child.wait().expect("ends").code()
    };
    assert_eq!(code(&["diff", "--exit-code", "a.toml", "b.toml"]), Some(1));
    assert_eq!(code(&["get", "--config", "a.toml", "no.such_key"]), Some(2));
    assert_eq!(code(&["list", "a.toml"]), Some(0));
}

#[test]
fn secret_pasted_twice_is_masked_twice() {
    let secret = "OldStyleSecretWithoutTilde123456";
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", &format!("\"{secret}\""));
    let text = format!(
        "{text}\n[entra]\napplication_name = \"{secret}\"\n[[user]]\nswyx = \"A\"\nteams = \"{secret}\"\n"
    );
    let folder = folder_with(&[("swyx-teams.toml", &text)]);
    for arguments in [&["check", "swyx-teams.toml"][..], &["list"], &["get", "entra.application_name"]] {
        let run = run(folder.path(), arguments);
        assert!(!run.out.contains(secret) && !run.err.contains(secret), "{arguments:?}");
    }
}

#[test]
fn diff_compares_users_with_the_same_name() {
    let users = |first: &str| {
        format!(
            "{GOOD}\n[[user]]\nswyx = \"J\"\nteams = \"{first}\"\n[[user]]\nswyx = \"J\"\nteams = \"c@d.de\"\n"
        )
    };
    let folder = folder_with(&[("a.toml", &users("a@b.de")), ("b.toml", &users("zz@b.de"))]);
    let run = run(folder.path(), &["diff", "a.toml", "b.toml"]);
    assert!(run.out.contains("a@b.de, c@d.de -> zz@b.de, c@d.de"), "{}", run.out);
    assert!(run.err.contains("a.toml has errors"), "{}", run.err);
}

#[test]
fn entra_codes_are_explained_in_any_spelling() {
    let explained = |arguments: &[&str]| {
        let run = run(&root(), &[&["explain"], arguments].concat());
        (run.code, run.out, run.err)
    };
    let (code, page, _) = explained(&["AADSTS7000215"]);
    assert_eq!(code, Some(0));
    assert!(
        page.starts_with("# AADSTS7000215 (invalid_client): the secret does not match any active secret"),
        "{page}"
    );
    for section in ["## What\n", "## Why\n", "## Fix\nCopy the Value", "## Source\n<https://"] {
        assert!(page.contains(section), "{section} in {page}");
    }
    assert!(page.contains("`secret-rejected`"), "{page}");
    for text in ["7000215", "aadsts7000215"] {
        assert_eq!(explained(&[text]).1, page);
    }
    let json = explained(&["--format", "json", "50126"]).1;
    let json = serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
    let keys = json.as_object().expect("an object").keys().collect::<Vec<_>>();
    assert_eq!(
        keys,
        ["version", "code", "error", "error_inferred", "meaning", "why", "cure", "rule", "source"]
    );
    assert_eq!((&json["code"], &json["rule"]), (&50126.into(), &serde_json::Value::Null));

    let (code, out, err) = explained(&["AADSTS123456"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("AADSTS123456 is not in the table"), "{err}");
    assert!(err.contains("https://login.microsoftonline.com/error?code=123456"), "{err}");
}

#[test]
fn explain_knows_every_code_of_the_reference() {
    let reference = std::fs::read_to_string(root().join("fixtures/aadsts.json")).expect("the reference");
    let rows = serde_json::from_str::<Vec<serde_json::Value>>(&reference).expect("rows");
    assert!(rows.len() > 100);
    for row in &rows {
        let run = run(&root(), &["explain", "--format", "json", &row["code"].to_string()]);
        assert_eq!(run.code, Some(0), "{row}: {}", run.err);
        let shown = serde_json::from_str::<serde_json::Value>(&run.out).expect("JSON");
        for member in ["code", "error", "meaning"] {
            assert_eq!(shown[member], row[member], "{row}");
        }
        assert_eq!(shown["error_inferred"], row["evidence"] == "inferred", "{row}");
    }
    let page = run(&root(), &["explain", "AADSTS700027"]).out;
    assert!(page.starts_with("# AADSTS700027 (invalid_client, inferred): "), "{page}");
}

#[test]
fn diff_and_online_are_mutually_exclusive() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), GOOD).expect("written");
    let run = run(folder.path(), &["check", "--online", "--fix", "--diff", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("--online") && run.err.contains("--diff"), "{}", run.err);
}

#[test]
fn untrusted_file_gets_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = "mE48Q~x7Kd.2hVn0sLq9RtYwZa1BcUf3GjPiOe5N";
    std::fs::write(folder.path().join("secret"), secret).expect("written");
    let kept = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"secret\" }");
    let elsewhere = format!("{kept}\n[entra]\nauthority = \"https://login.example.com\"\n");
    for (text, is_trusted) in [(&kept, true), (&elsewhere, false)] {
        std::fs::write(folder.path().join("swyx-teams.toml"), text).expect("written");
        for command in [&["get", "control_center.MsTeamsClientSecret"][..], &["list"], &["sheet"]] {
            let refused = run(folder.path(), &[command, &["--reveal"]].concat());
            assert_eq!(refused.code, Some(if is_trusted { 0 } else { 2 }), "{command:?} {}", refused.err);
            assert_eq!(refused.out.contains(secret), is_trusted, "{command:?}");
            let trusted = run(folder.path(), &[command, &["--reveal", "--trust"]].concat());
            assert!(trusted.code == Some(0) && trusted.out.contains(secret), "{command:?} {}", trusted.err);
        }
    }
}

#[test]
fn secret_with_a_control_character_is_not_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = "mE48Q~x7Kd.2hVn0sLq9\u{1b}[2JYwZa1BcUf3GjPiOe5N";
    fs::write(folder.path().join("teams.secret"), secret).expect("written");
    make_private(&folder.path().join("teams.secret"));
    let settings = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"teams.secret\" }");
    fs::write(folder.path().join("swyx-teams.toml"), settings).expect("written");
    for words in [
        &["get", "--reveal", "control_center.MsTeamsClientSecret"][..],
        &["get", "--reveal", "--format", "json", "control_center.MsTeamsClientSecret"],
        &["list", "--reveal"],
        &["sheet", "--reveal"],
    ] {
        let run = run(folder.path(), words);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{words:?}");
        assert!(run.err.contains("contains U+001B, a control character"), "{words:?}: {}", run.err);
    }
}
