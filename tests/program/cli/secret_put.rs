//! `secret put` with each place of a secret. The secret store itself is tested in tests/e2e.

use std::fs;
use std::path::Path;

use crate::common::{GOOD, Run, run, run_with_input};

const SECRET: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
const OLD: &str = "Zz98Q~Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w";
const KEY: &str = "control_center.MsTeamsClientSecret";
const IN_FILE: &str = "{ file = \"teams.secret\" }";

/// A folder with a settings file whose client secret is at this place.
fn folder(place: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", place);
    fs::write(folder.path().join("swyx-teams.toml"), text).expect("written");
    folder
}

/// Runs `secret put --stdin`; no output contains the input.
fn put(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let arguments = [&["secret", "put", "--stdin"], arguments].concat();
    let run = run_with_input(folder, &arguments, input.as_bytes());
    let secret = input.trim();
    assert!(secret.is_empty() || !(run.out.contains(secret) || run.err.contains(secret)), "{}", run.err);
    run
}

fn assert_run(run: &Run, code: i32, words: &str) {
    assert_eq!(run.code, Some(code), "{}", run.err);
    assert!(run.err.contains(words) && run.out.is_empty(), "{words}\n{}", run.err);
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a text")
}

#[test]
fn secret_file_gets_the_secret_alone() {
    for input in [SECRET.to_owned(), format!("{SECRET}\r\n"), format!("\u{feff}{SECRET}\n\n")] {
        let folder = folder(IN_FILE);
        let settings = read(folder.path(), "swyx-teams.toml");
        assert_run(&put(folder.path(), &[], &input), 0, &format!("`{KEY}`: stored in the file teams.secret"));
        assert_eq!(read(folder.path(), "teams.secret"), format!("{SECRET}\n"));
        assert_eq!(read(folder.path(), "swyx-teams.toml"), settings);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
        let again = put(folder.path(), &[], &input);
        assert!(!again.err.contains("warning"), "{}", again.err);
    }
}

#[test]
fn input_over_the_limit_is_refused_and_not_cut() {
    let folder = folder(IN_FILE);
    let input = "a".repeat(64 * 1024 + 1);
    for words in [&["secret", "put", "--stdin"][..], &["set", KEY, "--stdin"]] {
        let before = read(folder.path(), "swyx-teams.toml");
        let run = run_with_input(folder.path(), words, input.as_bytes());
        assert_run(&run, 2, "standard input is larger than 64 KiB; nothing was changed");
        assert_eq!(read(folder.path(), "swyx-teams.toml"), before);
        assert!(!folder.path().join("teams.secret").exists());
    }
}

#[test]
fn missing_settings_file_is_named() {
    let folder = folder(IN_FILE);
    for words in [&["north.toml"][..], &[KEY, "north.toml"], &["customers/north.toml"]] {
        let run = put(folder.path(), words, SECRET);
        let file = words.last().expect("a file");
        assert_run(&run, 2, &format!("{file}: the file does not exist; `swyx-teams setup --config {file}`"));
    }
    // A token of a gateway may look like a path.
    let token = "Ab3/dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9";
    let run = put(folder.path(), &[KEY, token], SECRET);
    assert_run(&run, 2, "the last word is not a settings file");
    assert!(!run.err.contains(token), "{}", run.err);
}

#[test]
fn utf16_input_is_read() {
    let folder = folder(IN_FILE);
    let input = std::iter::once('\u{feff}').chain(SECRET.chars()).flat_map(|c| (c as u16).to_le_bytes());
    let input = input.collect::<Vec<_>>();
    assert_run(&run_with_input(folder.path(), &["secret", "put", "--stdin"], &input), 0, "stored");
    assert_eq!(read(folder.path(), "teams.secret"), format!("{SECRET}\n"));
}

#[cfg(unix)]
#[test]
fn secret_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder(IN_FILE);
    let path = folder.path().join("teams.secret");
    let mode = || fs::metadata(&path).expect("there").permissions().mode() & 0o777;
    assert_run(&put(folder.path(), &[], SECRET), 0, "stored");
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("set");
    assert_run(&put(folder.path(), &[], OLD), 0, "stored");
    assert_eq!((mode(), fs::read_to_string(&path).expect("a text")), (0o600, format!("{OLD}\n")));
}

#[test]
fn key_and_settings_file_can_be_named_in_each_way() {
    let folder = folder("{ env = \"X\" }");
    let token =
        "[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = { file = \"north.token\" }\n";
    let north = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", IN_FILE) + token;
    fs::create_dir(folder.path().join("customers")).expect("made");
    fs::write(folder.path().join("customers/north.toml"), north).expect("written");
    let file = "customers/north.toml";
    for arguments in [&[KEY, file] as &[&str], &[file], &["--config", file], &[KEY, "--config", file]] {
        let words = format!("{file}: `{KEY}`: stored");
        assert_run(&put(folder.path(), arguments, SECRET), 0, &words);
        // A relative path starts at the folder of the settings file.
        let path = folder.path().join("customers/teams.secret");
        assert_eq!(fs::read_to_string(&path).expect("a text"), format!("{SECRET}\n"), "{arguments:?}");
        fs::remove_file(path).expect("removed");
    }
    // The ID of a secret is no fault of a token.
    let id = "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
    assert_run(&put(folder.path(), &["swyx.gateway_token", file], id), 0, "stored in the file north.token");
    assert_eq!(read(folder.path(), "customers/north.token"), format!("{id}\n"));
    assert_run(&put(folder.path(), &[KEY, file, "--config", file], SECRET), 2, "use only one of them");
}

#[test]
fn settings_file_gets_the_secret_if_it_contains_it() {
    let folder = folder(&format!("\"{OLD}\" # ours"));
    let before = read(folder.path(), "swyx-teams.toml");
    let run = put(folder.path(), &[], SECRET);
    assert_run(&run, 0, &format!("`{KEY}`: stored in this file, as plain text"));
    assert!(run.err.contains("secret-inline"), "{}", run.err);
    assert_eq!(read(folder.path(), "swyx-teams.toml"), before.replace(OLD, SECRET));
}

#[test]
fn places_that_cannot_be_written_are_named() {
    for (place, words) in [
        (
            "{ env = \"TEAMS\" }",
            "the environment variable TEAMS: no program can set a variable of another one",
        ),
        ("{ command = [\"pass\", \"show\"] }", "the command pass: a command only prints a secret"),
    ] {
        let folder = folder(place);
        let run = put(folder.path(), &["--trust"], SECRET);
        assert_run(&run, 2, words);
        assert!(run.err.contains("keyring:swyx-teams/NAME") && run.err.contains("nothing was stored"));
    }
    let folder = folder(IN_FILE);
    let unset = put(folder.path(), &["swyx.gateway_token"], SECRET);
    assert_run(&unset, 2, "`swyx.gateway_token` is not set: name a place first, for example `swyx-teams set");
    let invalid = self::folder("{ keyring = \"github.com/north\" }");
    assert_run(&put(invalid.path(), &[], SECRET), 1, "invalid-value");
    let broken = self::folder("{ file = ");
    assert_run(&put(broken.path(), &[], SECRET), 1, "syntax");
}

#[test]
fn faulty_secret_is_refused_with_its_rule_and_nothing_is_stored() {
    for (input, words) in [
        ("8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f", "this is the id of a secret, not its value"),
        ("Ab18Q~zY7xW6vU5\u{200b}tS4rQ3pO2nM1lK0jI9hG8fE7d", "U+200B, an invisible character"),
        ("Ab18Q~zY7xW6vU5\u{2013}tS4rQ3pO2nM1lK0jI9hG8fE7d", "a typographic dash"),
        ("env:SWYX_TEAMS_CLIENT_SECRET", "a reference to a secret, written as text"),
        ("keyring:swyx-teams/north", "a reference to a secret, written as text"),
        ("changeme", "this is a placeholder"),
        ("\"Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\"", "the secret has quotation marks around it"),
        ("Ab18Q%7EzY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d", "the secret is URL-encoded"),
        ("one\ntwo", "a control character"),
    ] {
        for place in [IN_FILE, &format!("\"{OLD}\"")] {
            let folder = folder(place);
            let before = read(folder.path(), "swyx-teams.toml");
            let run = run_with_input(folder.path(), &["secret", "put", "--stdin"], input.as_bytes());
            assert_run(&run, 1, words);
            assert!(run.err.contains("nothing was stored") && !run.err.contains("Ab18"), "{}", run.err);
            assert!(!folder.path().join("teams.secret").exists());
            assert_eq!(read(folder.path(), "swyx-teams.toml"), before);
        }
    }
    let folder = folder(IN_FILE);
    assert_run(&put(folder.path(), &[], "\u{feff} \n"), 2, "the secret is empty; nothing was stored");
    // An unusual secret may be an older one.
    let run = put(folder.path(), &[], "[[an-older-secret-of-32-letters]");
    assert_run(&run, 0, "warning: `control_center.MsTeamsClientSecret`: ");
}

#[test]
fn without_a_terminal_the_option_is_named() {
    let folder = folder(IN_FILE);
    assert_run(&run(folder.path(), &["secret", "put"]), 2, "cannot prompt for the secret: use --stdin");
    assert!(!folder.path().join("teams.secret").exists());
    assert_eq!(run(folder.path(), &["secret"]).code, Some(2));
}

#[test]
fn secret_as_an_argument_is_not_repeated() {
    let folder = folder(IN_FILE);
    for word in [SECRET, "sync", "control_center.MsTeamsTenantId"] {
        let run = run(folder.path(), &["secret", "put", word]);
        assert_run(&run, 2, "the secret itself is never an argument");
        assert!(!run.err.contains(SECRET), "{}", run.err);
    }
    // In the place of the settings file.
    for words in [&[KEY, SECRET] as &[&str], &["Ab18/zY7xW6vU5tS4rQ3pO2nM1lK0jI9"]] {
        let run = run(folder.path(), &[&["secret", "put"], words].concat());
        assert_run(&run, 2, "the last word is not a settings file");
        assert!(!run.err.contains("zY7xW6vU5"), "{}", run.err);
    }
}

#[test]
fn file_with_other_content_is_not_replaced() {
    let folder = folder(IN_FILE);
    let path = folder.path().join("teams.secret");
    for content in ["export PATH=/bin\nexport LANG=C\n".to_owned(), "x".repeat(70_000), " \n".to_owned()] {
        fs::write(&path, &content).expect("written");
        assert_run(&put(folder.path(), &[], SECRET), 2, "its content is not a secret and would be lost");
        assert_eq!(fs::read_to_string(&path).expect("a text"), content);
    }
    fs::write(&path, "").expect("written");
    assert_run(&put(folder.path(), &[], SECRET), 0, "stored");
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    assert_run(&put(folder.path(), &[], SECRET), 2, "the file teams.secret: ");
    let missing = self::folder("{ file = \"nowhere/teams.secret\" }");
    assert_run(&put(missing.path(), &[], SECRET), 2, "the file nowhere/teams.secret: ");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn machine_without_secret_store_gets_other_ways() {
    let folder = folder("{ keyring = \"swyx-teams/north\" }");
    let key = ["get", KEY, "--reveal"];
    for arguments in [&["secret", "put", "--stdin"] as &[&str], &key, &["check", "--online"]] {
        let bus = format!("unix:path={}/nowhere", folder.path().display());
        let run = crate::common::program(folder.path())
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .output();
        let run = crate::common::finished(run.expect("the program runs"));
        assert_eq!(run.code, Some(2), "{}", run.err);
        let said = format!("{}{}", run.out, run.err);
        for words in ["no secret store is available", "{ file = \"PATH\" }", "{ command = [\"PROGRAM\"] }"] {
            assert!(said.contains(words), "{arguments:?}\n{said}");
        }
        // The words of the library and of the bus help nobody.
        assert!(
            !said.contains("I/O error") && !said.contains("os error") && !said.contains("ecret service:"),
            "{said}"
        );
        assert!(said.contains("no Secret Service runs for this user"), "{said}");
    }
    // A check without --online does not open the store.
    assert_eq!(run(folder.path(), &["check"]).code, Some(0));
}

#[test]
fn reference_to_the_secret_store_is_set_and_shown() {
    let folder = folder("{ env = \"X\" }");
    let set = run(folder.path(), &["set", KEY, "keyring:swyx-teams/north"]);
    assert_run(&set, 0, "saved");
    let text = read(folder.path(), "swyx-teams.toml");
    assert!(text.contains("MsTeamsClientSecret = { keyring = \"swyx-teams/north\" }\n"), "{text}");
    for arguments in [&["get", KEY] as &[&str], &["list"], &["sheet"]] {
        let run = run(folder.path(), arguments);
        assert!(run.out.contains("the secret store entry swyx-teams/north"), "{arguments:?}\n{}", run.out);
    }
    let other = run(folder.path(), &["set", KEY, "{ keyring = \"swyx-teams/south\" }"]);
    assert_run(&other, 0, "saved");
    for entry in ["keyring:github.com/north", "keyring:north", "keyring:"] {
        let refused = run(folder.path(), &["set", KEY, entry]);
        assert_run(&refused, 1, "`keyring` must be `swyx-teams/` and a name");
    }
    assert!(read(folder.path(), "swyx-teams.toml").contains("swyx-teams/south"));
}
