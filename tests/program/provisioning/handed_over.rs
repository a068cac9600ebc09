//! Settings that name an environment variable or a command for the secret: only a person can put it there, so it goes into a new file
//! first, and without one nothing begins.

use serde_json::Value;

use super::gate::GateAction;
use super::world::*;
use crate::common::system::{link, shell};

const ENV: &str = "{ env = \"SECRET\" }";
const OUT: &str = "new.secret";

/// A tenant with the application, and its secret as it was handed over.
fn applied() -> (World, String) {
    let world = World::empty().keeping(&[OUT]);
    world.write("a.toml", &world.settings(ENV));
    world.ends(0, &["apply", "--yes", "--secret-out", OUT, "a.toml"]);
    let secret = world.kept_in(OUT);
    std::fs::remove_file(world.path(OUT)).expect("removed");
    (world, secret)
}

#[test]
fn secret_without_a_target_stops_before_any_change() {
    let world = World::empty();
    let command = "{ command = [\"pass\", \"show\", \"teams\"] }";
    for (secret, place) in
        [(ENV, "in the environment variable SECRET"), (command, "where the command pass reads it")]
    {
        let text = world.settings(secret);
        world.write("a.toml", &text);
        let run = world.ends(2, &["apply", "--yes", "--trust", "a.toml"]);
        let words = format!(
            "error: a.toml: swyx-teams cannot put a new secret {place}: use --secret-out FILE to write it to a new file, or run on a terminal to show it\n"
        );
        assert!(run.err.contains(&words), "{}", run.err);
        assert!(world.changes().is_empty() && world.applications().is_empty());
        assert_eq!((world.read("a.toml"), world.files()), (text, vec!["a.toml".to_owned()]));
    }
}

#[test]
fn secret_out_file_contains_only_the_secret() {
    for format in ["human", "json"] {
        let world = World::empty().keeping(&[OUT]);
        world.write("a.toml", &world.settings(ENV));
        let run = world.ends(0, &["apply", "--yes", "--secret-out", OUT, "--format", format, "a.toml"]);
        let to_do = "the new secret is in new.secret: put it in the environment variable SECRET and into Control Center, then delete that file";
        match format {
            "json" => {
                let json: Value = serde_json::from_str(&run.out).expect("JSON");
                assert_eq!(json["to_do"], to_do);
            }
            _ => assert!(run.out.ends_with(&format!("to do: {to_do}\n")), "{}", run.out),
        }
        assert_eq!(world.made(), [world.kept_in(OUT)]);
        assert_eq!(world.files(), ["a.toml", OUT]);
    }
}

#[test]
fn existing_secret_out_file_is_not_overwritten() {
    let world = World::empty().keeping(&[OUT]);
    world.write("a.toml", &world.settings(ENV));
    world.write(OUT, "something\n");
    if cfg!(unix) {
        link("nowhere", world.path("link"));
    } else {
        world.write("link", "something\n");
    }
    for out in [OUT, "link", "."] {
        let run = world.ends(2, &["apply", "--yes", "--secret-out", out, "a.toml"]);
        assert!(
            run.err.contains(&format!("error: a.toml: --secret-out {out}: file exists\n")),
            "{}",
            run.err
        );
        assert!(world.changes().is_empty());
    }
    let run = world.ends(2, &["apply", "--yes", "--secret-out", "none/new.secret", "a.toml"]);
    assert!(
        run.err.contains("error: a.toml: --secret-out none/new.secret: no such file or directory\n"),
        "{}",
        run.err
    );
    assert!(world.changes().is_empty());
    assert_eq!((world.read(OUT).as_str(), world.files().len()), ("something\n", 3));
}

#[test]
fn failed_run_removes_the_secret_out_file() {
    let world = World::empty().keeping(&[OUT]);
    world.write("a.toml", &world.settings(ENV));
    world.at_requests(|asked| {
        if asked.path.ends_with("/addPassword") { GateAction::Forbid } else { GateAction::Pass }
    });
    let run = world.ends(3, &["apply", "--yes", "--secret-out", OUT, "a.toml"]);
    assert!(
        run.err.contains("administrator not permitted (HTTP 403): adding a client secret"),
        "{}",
        run.err
    );
    assert_eq!(world.files(), ["a.toml"]);
    world.at_requests(|_| GateAction::Pass);
    world.ends(0, &["apply", "--yes", "--secret-out", OUT, "a.toml"]);
    world.kept_in(OUT);
}

#[test]
fn secret_out_is_rejected_if_the_settings_name_a_file() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    for command in ["apply", "rotate"] {
        let run = world.ends(2, &[command, "--secret-out", OUT, "a.toml"]);
        assert!(
            run.err.contains(
                "error: --secret-out is only for a secret in an environment variable or from a command"
            ),
            "{}",
            run.err
        );
        assert!(world.requests().is_empty());
    }
}

#[test]
fn second_apply_without_the_variable_changes_nothing() {
    let (world, secret) = applied();
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    let note = "  - the stored secret was not checked: the environment variable SECRET is not set or is empty; --new-secret creates another one\n";
    assert!(run.out.contains(note), "{}", run.out);
    assert!(run.out.ends_with("nothing to do: the tenant matches the settings\n"), "{}", run.out);
    assert!(world.changes().is_empty());
    let run = world.run_with(&["apply", "--yes", "a.toml"], "SECRET", &secret);
    assert_eq!((run.code, run.out.contains("was not checked")), (Some(0), false), "{}", run.out);
    assert!(world.changes().is_empty());
    // The variable has an unknown secret: a new one is created if it can be stored.
    let wrong = "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
    let run = world.run_with(&["apply", "--yes", "a.toml"], "SECRET", wrong);
    assert_eq!((run.code, world.changes().len()), (Some(2), 0), "{}", run.err);
    assert!(run.out.contains("the stored one does not belong to the application"), "{}", run.out);
}

#[test]
fn new_secret_flag_creates_another_secret() {
    let (world, first) = applied();
    world.ends(0, &["apply", "--yes", "--new-secret", "--secret-out", OUT, "a.toml"]);
    let second = world.kept_in(OUT);
    assert!(first != second && world.accepts(&first), "the one before it may be in use");
}

#[test]
fn rotate_needs_the_current_secret_and_a_target() {
    let (world, old) = applied();
    let run = world.ends(2, &["rotate", "--secret-out", OUT, "a.toml"]);
    let words = "error: a.toml: cannot fetch the stored secret, so the one in use is unknown: the environment variable SECRET is not set or is empty; nothing was changed\n";
    assert!(run.err.contains(words), "{}", run.err);
    let run = world.run_with(&["rotate", "a.toml"], "SECRET", &old);
    assert!(
        run.err
            .contains("error: a.toml: swyx-teams cannot put a new secret in the environment variable SECRET"),
        "{}",
        run.err
    );
    assert_eq!((run.code, world.changes().len()), (Some(2), 0));
    let run = world.run_with(&["rotate", "--remove-old", "--secret-out", OUT, "a.toml"], "SECRET", &old);
    assert!(run.err.contains("error: --remove-old needs a secret that swyx-teams can store"), "{}", run.err);
    assert_eq!((run.code, world.changes().len()), (Some(2), 0));
    assert_eq!(world.files(), ["a.toml"]);

    let run = world.run_with(&["rotate", "--secret-out", OUT, "a.toml"], "SECRET", &old);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("to do: the new secret is in new.secret: put it in the environment variable SECRET and into Control Center, then delete that file\n"), "{}", run.out);
    let new = world.kept_in(OUT);
    assert!(new != old && world.accepts(&old));

    // Before it is put there, another run does not make a third.
    let run = world.run_with(&["rotate", "--secret-out", "third", "a.toml"], "SECRET", &old);
    assert!(run.err.contains("its value may be in use"), "{}", run.err);
    assert_eq!((run.code, world.changes().len()), (Some(2), 0));
    let run = world.run_with(&["rotate", "--secret-out", "third", "a.toml"], "SECRET", &new);
    assert_eq!((run.code, world.changes().len()), (Some(0), 0), "{}", run.err);
    assert!(run.out.contains("the new client secret is stored and works"), "{}", run.out);
    let run = world.run_with(&["rotate", "--finish", "a.toml"], "SECRET", &new);
    assert_eq!(
        (run.code, run.out.as_str()),
        (Some(0), "a.toml: removed the old client secret\n"),
        "{}",
        run.err
    );
    assert!(world.accepts(&new) && !world.accepts(&old));
    assert_eq!(world.files(), ["a.toml", OUT]);
}

#[test]
fn secret_command_gets_no_own_variables() {
    let world = World::empty().keeping(&[OUT]);
    let command = shell("env > environment; cat kept", "set > environment & type kept");
    let secret = format!("{{ command = {command} }}");
    world.write("a.toml", &world.settings(&secret));
    world.ends(0, &["apply", "--yes", "--trust", "--secret-out", OUT, "a.toml"]);
    let environment = world.read("environment");
    let environment = environment.to_uppercase();
    assert!(environment.contains("PATH=") && !environment.contains("SWYX_TEAMS_"), "{environment}");
}

#[test]
fn finish_keeps_a_handed_over_secret() {
    let (world, old) = applied();
    let words = ["rotate", "--secret-out", OUT, "a.toml"];
    let run = world.run_with(&words, "SECRET", &old);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let new = world.kept_in(OUT);
    // Control Center has the new one, and the variable the old one.
    let run = world.run_with(&["rotate", "--finish", "a.toml"], "SECRET", &old);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(run.err.contains("which is not in the place named in the settings"), "{}", run.err);
    assert!(world.accepts(&new) && world.accepts(&old), "nobody is locked out");
    // In its place, it is the one that stays.
    let run = world.run_with(&["rotate", "--finish", "a.toml"], "SECRET", &new);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(world.accepts(&new) && !world.accepts(&old));
}
