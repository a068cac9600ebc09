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
