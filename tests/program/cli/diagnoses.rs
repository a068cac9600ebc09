//! What people paste, type and name wrongly, and what the program says.

use std::fs;

use super::folder_with;
use crate::common::{GOOD, program, run, run_with_input};

const SECRET: &str = "mE48Q~x7Kd.2hVn0sLq9RtYwZa1BcUf3GjPiOe5N";
const KEY: &str = "control_center.MsTeamsClientSecret";

#[test]
fn marks_and_whitespace_around_a_secret_are_removed() {
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"a.secret\" }");
    let folder = folder_with(&[("a.toml", &text), ("b.toml", GOOD)]);
    let reveal = ["get", "--reveal", "--config", "a.toml", KEY];
    for content in [format!("\u{feff}{SECRET}\r\n"), format!("\n {SECRET} \n\n"), SECRET.to_owned()] {
        fs::write(folder.path().join("a.secret"), content).expect("written");
        let run = run(folder.path(), &reveal);
        assert_eq!(run.out.trim_end(), SECRET, "{}", run.err);
        let set = ["set", "--config", "c.toml", KEY, "--stdin"];
        fs::copy(folder.path().join("b.toml"), folder.path().join("c.toml")).expect("copied");
        let input = format!("\u{feff} {SECRET}\r\n");
        let run = run_with_input(folder.path(), &set, input.as_bytes());
        assert_eq!(run.code, Some(0), "{}", run.err);
        let after = fs::read_to_string(folder.path().join("c.toml")).expect("the file");
        assert!(after.contains(&format!("= \"{SECRET}\"")), "the mark was saved");
    }
    let wide = SECRET.encode_utf16().chain([13, 10]).collect::<Vec<_>>();
    let little = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>();
    let big = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>();
    for content in [[b"\xff\xfe", &*little].concat(), [b"\xfe\xff", &*big].concat(), little] {
        fs::write(folder.path().join("a.secret"), &content).expect("written");
        let run = run(folder.path(), &reveal);
        assert_eq!(run.out.trim_end(), SECRET, "{}", run.err);
        let run = run_with_input(folder.path(), &["set", "--config", "c.toml", KEY, "--stdin"], &content);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let after = fs::read_to_string(folder.path().join("c.toml")).expect("the file");
        assert!(after.contains(&format!("= \"{SECRET}\"")));
    }
    let mut command = program(folder.path());
    command.args(["get", "--reveal", "--config", "b.toml", KEY]);
    command.env("SWYX_TEAMS_CLIENT_SECRET", format!("\u{feff}{SECRET}\n"));
    let out = command.output().expect("the program runs").stdout;
    assert_eq!(String::from_utf8_lossy(&out).trim_end(), SECRET);
}

#[test]
fn secret_file_with_an_invisible_character_is_refused_by_its_code_point() {
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"a.secret\" }");
    let folder = folder_with(&[("a.toml", &text), ("a.secret", &SECRET.replace('~', "~\u{200b}"))]);
    let result = run(folder.path(), &["get", "--reveal", "--config", "a.toml", KEY]);
    assert_eq!(result.code, Some(2), "{}", result.err);
    assert!(result.err.contains("the secret contains U+200B, an invisible character"), "{}", result.err);
    let refused = run_with_input(
        folder.path(),
        &["set", "--config", "a.toml", KEY, "--stdin"],
        SECRET.replace('~', "~\u{2013}").as_bytes(),
    );
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("U+2013, a typographic dash"), "{}", refused.err);
}

#[test]
fn missing_default_file_leads_to_setup() {
    let folder = folder_with(&[]);
    let message = "no ./swyx-teams.toml here: name a file, or run `swyx-teams setup`";
    let result = run(folder.path(), &["check"]);
    assert_eq!(result.code, Some(2));
    assert!(result.out.contains(message) && result.out.contains("0 files checked"), "{}", result.out);
    assert!(!result.out.contains("1:1"), "{}", result.out);
    for words in [
        &["list"][..],
        &["get", "swyx.version"],
        &["unset", "swyx.version"],
        &["sheet"],
        &["plan"],
        &["sync"],
    ] {
        let result = run(folder.path(), words);
        assert_eq!(result.code, Some(2), "{words:?}");
        assert!(result.err.contains(message) && !result.err.contains("1:1"), "{words:?} {}", result.err);
    }
    let named = run(folder.path(), &["check", "north.toml"]);
    assert!(named.out.contains("no such file or directory\n  --> north.toml\n"), "{}", named.out);
    assert!(named.out.contains("0 files checked: 1 error"), "{}", named.out);
}

#[test]
fn unreadable_secret_file_is_named() {
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ file = \"no.secret\" }");
    let folder = folder_with(&[("a.toml", &text)]);
    let result = run(folder.path(), &["get", "--reveal", "--config", "a.toml", KEY]);
    assert!(result.err.contains("no.secret cannot be read: no such file or directory"), "{}", result.err);
}

#[test]
fn files_of_one_tenant_and_application_are_reported_at_both_places() {
    let other = GOOD.replace("2f9d8b47", "3f9d8b47");
    let upper = GOOD.replace("7a3c5e10-4b1d", "7A3C5E10-4B1D");
    let files = [("in/a.toml", GOOD), ("in/a - Kopie.toml", &upper), ("in/b.toml", &other)];
    let folder = folder_with(&files);
    let all = run(folder.path(), &["check", "--format", "concise", "in"]);
    assert_eq!(all.code, Some(0), "{}", all.out);
    let lines = all.out.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 2, "{}", all.out);
    assert!(lines[0].starts_with("in/a - Kopie.toml:3:19: warning[tenant-twice] in/a.toml has"), "{lines:?}");
    assert!(lines[1].starts_with("in/a.toml:3:19: warning[tenant-twice] in/a - Kopie.toml has"), "{lines:?}");
    let piped = ["check", "--format", "concise", "in/a.toml", "-"];
    let piped = run_with_input(folder.path(), &piped, GOOD.as_bytes());
    assert_eq!(piped.out.matches("tenant-twice").count(), 2, "{}", piped.out);
    for arguments in
        [&["check", "in/a.toml"][..], &["check", "in/a.toml", "in/a.toml"], &["check", "in/b.toml"]]
    {
        assert!(!run(folder.path(), arguments).out.contains("tenant-twice"));
    }
    let allowed =
        GOOD.replace("MsTeamsTenantId", "# swyx-teams: allow(tenant-twice) a trial\nMsTeamsTenantId");
    std::fs::write(folder.path().join("in/a.toml"), allowed).expect("written");
    let all = run(folder.path(), &["check", "--format", "concise", "in"]);
    assert_eq!(all.out.lines().count(), 1, "{}", all.out);
    let one = run(folder.path(), &["check", "in/a.toml"]);
    assert!(one.out.contains("nothing found"), "{}", one.out);
}

#[test]
fn junit_failures_are_the_findings_that_fail_the_check() {
    let folder = folder_with(&[("a.toml", &GOOD.replace("= 2", "= 0"))]);
    for (arguments, code, failures) in [
        (&["check", "--format", "junit", "a.toml"][..], 0, 0),
        (&["check", "--format", "junit", "--fail-on", "warning", "a.toml"], 1, 1),
    ] {
        let result = run(folder.path(), arguments);
        assert_eq!(result.code, Some(code));
        assert!(result.out.contains(&format!("failures=\"{failures}\"")), "{}", result.out);
        assert!(result.out.contains("mode-undocumented"), "{}", result.out);
    }
}

/// Runs a completion script in bash, as if the words were typed and Tab were pressed.
#[cfg(unix)]
fn completed(folder: &std::path::Path, words: &[&str]) -> Vec<String> {
    let script = run(folder, &["completions", "bash"]).out;
    let quoted = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let last = words.len() - 1;
    // The function that bash calls is the one that the script registers.
    let driver = format!(
        "{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={last}\n\
         entry=$(complete -p swyx-teams) || exit 3\nname=${{entry#*-F }}; name=${{name%% *}}\n\
         \"$name\" swyx-teams '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words[last],
        words[last - 1]
    );
    let output = std::process::Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &driver])
        .current_dir(folder)
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

only_on_unix!(bash_completes_options_rules_and_keys, "Windows has no bash");
#[cfg(unix)]
#[test]
fn bash_completes_options_rules_and_keys() {
    let folder = folder_with(&[]);
    assert_eq!(completed(folder.path(), &["swyx-teams", "check", "--fo"]), ["--format"]);
    assert_eq!(completed(folder.path(), &["swyx-teams", "chec"]), ["check"]);
    assert_eq!(completed(folder.path(), &["swyx-teams", "check", "--format", "jun"]), ["junit"]);
    assert_eq!(completed(folder.path(), &["swyx-teams", "explain", "tenant-tw"]), ["tenant-twice"]);
    for command in ["get", "set", "unset", "explain"] {
        let found = completed(folder.path(), &["swyx-teams", command, "swyx.gateway_"]);
        assert_eq!(found, ["swyx.gateway_token"], "{command}");
    }
    assert_eq!(completed(folder.path(), &["swyx-teams", "secret", "pu"]), ["put"]);
    let found = completed(folder.path(), &["swyx-teams", "secret", "put", "swyx"]);
    assert_eq!(found, ["swyx.gateway_token"]);
    let found = completed(folder.path(), &["swyx-teams", "explain", "AADSTS70002"]);
    assert!(found.len() > 1 && found.contains(&"AADSTS7000215".to_owned()), "{found:?}");
    assert_eq!(completed(folder.path(), &["swyx-teams", "setup", "--cloud", "us_gov_l4"]), ["us_gov_l4"]);
    assert_eq!(
        completed(folder.path(), &["swyx-teams", "emulate", "--fault", "drop-re"]),
        ["drop-request", "drop-reply"]
    );
    // `user.swyx` is explained; only `user[0].swyx` can be read.
    assert_eq!(completed(folder.path(), &["swyx-teams", "explain", "user.sw"]), ["user.swyx"]);
    assert!(completed(folder.path(), &["swyx-teams", "get", "user.sw"]).is_empty());
}

#[test]
fn completions_do_not_offer_hidden_commands() {
    let folder = folder_with(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(folder.path(), &["completions", shell]).out;
        assert!(script.contains("uninstall") && script.contains("unit-folder"), "{shell}");
        let words = script.split(|c: char| !c.is_ascii_alphanumeric()).collect::<Vec<_>>();
        assert!(!words.contains(&"prove") && !words.contains(&"Prove"), "{shell}");
        for hidden in [
            "Add the folder of this program to PATH",
            "Run as a service; only",
            "__path",
            "__service__subcmd__run",
        ] {
            assert!(!script.contains(hidden), "{shell} {hidden}");
        }
    }
}

#[test]
fn options_with_values_are_named_in_usage_errors() {
    let folder = folder_with(&[("a.toml", GOOD)]);
    let secret = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
    for (words, named) in [
        (&["list", "--format", "json", "--format", "human"][..], "--format <FORMAT>"),
        (&["emulate", "--state", secret, "--scenario", "ready"], "--state <FILE>"),
        (&["check", "--trust", secret], secret),
        (&["check", &format!("--{secret}")], secret),
        (&["check", "--color", secret], "--color <WHEN>"),
    ] {
        let run = run(folder.path(), words);
        assert_eq!(run.code, Some(2), "{words:?}");
        assert_eq!(run.err.contains(named), named != secret, "{words:?} {}", run.err);
        assert!(!run.err.contains(secret), "{words:?} {}", run.err);
    }
}

#[test]
fn two_ways_to_name_the_file_are_refused() {
    let folder = folder_with(&[("a.toml", GOOD), ("b.toml", GOOD)]);
    for words in [
        &["check", "--config", "a.toml", "b.toml"][..],
        &["list", "--config", "a.toml", "b.toml"],
        &["get", "--config", "a.toml", "swyx.version", "b.toml"],
        &["sheet", "--config", "a.toml", "b.toml"],
        &["plan", "--config", "a.toml", "b.toml"],
        &["sync", "--config", "a.toml", "b.toml"],
    ] {
        let result = run(folder.path(), words);
        assert_eq!(result.code, Some(2), "{words:?}");
        assert!(
            result.err.contains("--config and a path both name settings files"),
            "{words:?} {}",
            result.err
        );
    }
}

#[test]
fn get_takes_a_file_and_a_file_instead_of_a_key_gets_a_suggestion() {
    let folder = folder_with(&[("a.toml", GOOD)]);
    let mode = "control_center.MsTeamsStatusSyncMode";
    let result = run(folder.path(), &["get", mode, "a.toml"]);
    assert_eq!((result.code, result.out.as_str()), (Some(0), "2\n"), "{}", result.err);
    for words in [
        &["get", "a.toml", mode][..],
        &["set", "a.toml", mode, "1"],
        &["unset", "a.toml", mode],
        &["unset", "customers/a.toml"],
    ] {
        let result = run(folder.path(), words);
        assert_eq!(result.code, Some(2), "{words:?}");
        assert!(
            result.err.contains("looks like a file") && result.err.contains("--config FILE"),
            "{}",
            result.err
        );
    }
    let quiet = run(folder.path(), &["-q", "get", "swyx.version", "a.toml"]);
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (Some(1), "", ""));
    let quiet = run(folder.path(), &["-q", "check", "a.toml"]);
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (Some(0), "", ""));
    let status = run(folder.path(), &["get", "sync.status.\"Busy/InACall\"", "a.toml"]);
    assert_eq!(status.code, Some(1), "{}", status.err);
}
