//! A closed standard output or standard error changes neither the exit code nor the effect of a command.

use std::process::{Command, Stdio};

use super::world::*;
use crate::common::{GOOD, closed_pipe};

/// Which outputs have no reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closed {
    None,
    Out,
    Err,
    Both,
}

const ALL: [Closed; 4] = [Closed::None, Closed::Out, Closed::Err, Closed::Both];

/// A pipe whose reader is gone, or one that takes everything.
fn output(is_closed: bool) -> Stdio {
    if is_closed { closed_pipe() } else { Stdio::null() }
}

fn code(command: &mut Command, closed: Closed) -> Option<i32> {
    command.stdout(output(matches!(closed, Closed::Out | Closed::Both)));
    command.stderr(output(matches!(closed, Closed::Err | Closed::Both)));
    command.status().expect("it runs").code()
}

/// What a run leaves behind: the settings, the number of applications, and that of the valid secrets.
type Effect = (String, usize, usize);

fn effect(world: &World) -> Effect {
    let applications =
        world.applications().into_iter().filter(|one| one.deleted.is_none()).collect::<Vec<_>>();
    let secrets = applications.iter().map(|one| one.secrets.len()).sum();
    // The application's id and the tenant's port differ from run to run.
    let is_constant = |line: &&str| !line.contains("ClientId") && !line.contains("127.0.0.1");
    let settings = world.read("a.toml").lines().filter(is_constant).collect();
    (settings, applications.len(), secrets)
}

/// Runs `words` in a new tenant, after `before`, once for each kind of closed output.
fn assert_same(before: &[&[&str]], words: &[&str], expected: i32) {
    let mut with_reader = None::<Effect>;
    for closed in ALL {
        for verbose in [false, true] {
            let world = World::empty();
            world.write("a.toml", &world.settings(IN_FILE));
            world.write("users.csv", "id;name;email\n1;Jane Roe;jane.roe@example.com\n");
            for words in before {
                world.ends(0, words);
            }
            let mut command = world.program();
            command.args(words).env("SWYX_TEAMS_ADMIN_TOKEN", &world.facts().admin_token);
            if verbose {
                command.arg("-vvv");
            }
            assert_eq!(
                code(&mut command, closed),
                Some(expected),
                "{words:?}, closed: {closed:?}, -vvv: {verbose}"
            );
            let found = effect(&world);
            let with_reader = with_reader.get_or_insert_with(|| found.clone());
            assert_eq!(*with_reader, found, "{words:?}, closed: {closed:?}, -vvv: {verbose}");
        }
    }
}

const APPLY: &[&str] = &["apply", "--yes", "a.toml"];

#[test]
fn plan_and_apply_ignore_closed_outputs() {
    assert_same(&[], &["plan", "--exit-code", "a.toml"], 1);
    assert_same(&[], APPLY, 0);
    assert_same(&[], &["apply", "--yes", "--format", "json", "a.toml"], 0);
    assert_same(&[], &["apply", "a.toml"], 2);
    assert_same(&[APPLY], &["plan", "--exit-code", "a.toml"], 0);
}

#[test]
fn rotate_and_destroy_ignore_closed_outputs() {
    assert_same(&[APPLY], &["rotate", "a.toml"], 0);
    assert_same(&[APPLY], &["rotate", "--remove-old", "a.toml"], 0);
    assert_same(&[APPLY, &["rotate", "a.toml"]], &["rotate", "--finish", "a.toml"], 0);
    assert_same(&[], &["rotate", "a.toml"], 2);
    assert_same(&[APPLY], &["destroy", "--yes", NAME, "a.toml"], 0);
    assert_same(&[APPLY], &["destroy", "a.toml"], 2);
}

#[test]
fn users_ignores_closed_outputs() {
    assert_same(&[APPLY], &["users", "a.toml", "--swyx", "users.csv"], 1);
    assert_same(&[APPLY], &["users", "a.toml", "--swyx", "missing.csv"], 2);
}

#[test]
fn commands_without_connections_ignore_closed_outputs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swyx-teams.toml");
    std::fs::write(folder.path().join("other.toml"), GOOD.replace("Mode = 2", "Mode = 1")).expect("written");
    std::fs::write(folder.path().join("wrong.toml"), "[control_center]\nMsTeamsStatusSyncMode = 9\n")
        .expect("written");
    std::fs::write(folder.path().join("broken.toml"), "[\n").expect("written");
    for (expected, line) in [
        (0, "set sync.session_minutes 20"),
        (1, "set control_center.MsTeamsStatusSyncMode 9"),
        (2, "set control_center.MsTeamsStatusSyncMode"),
        (1, "set --config broken.toml sync.session_minutes 20"),
        (0, "unset sync.session_minutes"),
        (1, "unset control_center.MsTeamsClientId"),
        (2, "unset nothing"),
        (0, "get control_center.MsTeamsStatusSyncMode"),
        (1, "get control_center.Missing"),
        (2, "get nothing"),
        (2, "get --reveal control_center.MsTeamsClientSecret"),
        (0, "list"),
        (1, "list broken.toml"),
        (2, "list missing.toml"),
        (0, "sheet"),
        (1, "sheet wrong.toml"),
        (0, "diff swyx-teams.toml other.toml"),
        (1, "diff --exit-code swyx-teams.toml other.toml"),
        (2, "diff swyx-teams.toml missing.toml"),
        (1, "check wrong.toml"),
        (2, "plan missing.toml"),
        (2, "sync missing.toml"),
        (1, "sync wrong.toml"),
        (2, "status missing"),
        (2, "setup --no-input"),
        (2, "unknown"),
    ] {
        for format in ["", "--format json"] {
            let has_format =
                ["get", "list", "sheet", "diff", "check"].iter().any(|name| line.starts_with(name));
            let words =
                line.split(' ').chain(format.split(' ').filter(|word| has_format && !word.is_empty()));
            let words = words.collect::<Vec<_>>();
            let mut with_reader = None::<String>;
            for closed in ALL {
                std::fs::write(&path, GOOD).expect("written");
                let mut command = crate::common::program(folder.path());
                assert_eq!(
                    code(command.args(&words), closed),
                    Some(expected),
                    "{words:?}, closed: {closed:?}"
                );
                let found = std::fs::read_to_string(&path).expect("there");
                assert_eq!(*with_reader.get_or_insert_with(|| found.clone()), found, "{words:?}, {closed:?}");
            }
        }
    }
}
