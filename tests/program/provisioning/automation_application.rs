//! `plan --automation`, `apply --automation` and `destroy --automation`: the application that signs in instead of an administrator.

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use super::world::*;
use crate::common::system::make_private;

const APPLICATION: &str = "00000000-0000-4000-8000-000000000001";
const SECRET: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
const KEY_FILE: &str = "a.automation.pem";
const NAME_OF_IT: &str = "swyx-teams automation for 00000000-0000-4000-8000-000000000001";

/// A tenant with the application of the telephone system, whose secret ends in that many days.
fn world(ends_in_days: i32) -> World {
    let permissions = json!({"application": ["Presence.ReadWrite.All", "User.ReadBasic.All"]});
    let state = json!({"applications": [{"appId": APPLICATION, "displayName": NAME,
        "secrets": [{"value": SECRET, "endsInDays": ends_in_days}], "declared": permissions, "granted": permissions}]});
    let world = World::with(Options::default().state(state.to_string())).keeping(&[SECRET_FILE, KEY_FILE]);
    world.write(SECRET_FILE, &format!("{SECRET}\n"));
    make_private(&world.path(SECRET_FILE));
    world.write("a.toml", &with_client_id(&world.settings(IN_FILE), APPLICATION));
    world
}

/// Runs the program without an administrator.
fn unattended(world: &World, words: &[&str]) -> crate::common::Run {
    let mut command = world.program();
    world.go(command.args(words).arg("-vvv"))
}

/// No output contains a line of the private key.
fn assert_hidden(world: &World, run: &crate::common::Run) {
    let pem = world.read(KEY_FILE);
    let (_, key) = pem.split_once("PRIVATE KEY-----").expect("a private key");
    let lines = key.lines().filter(|line| line.len() == 64).collect::<Vec<_>>();
    assert!(lines.len() > 10);
    assert!(
        lines.iter().all(|line| !run.out.contains(line) && !run.err.contains(line)),
        "{}{}",
        run.out,
        run.err
    );
}

#[test]
fn it_is_created_on_request_and_renews_the_secret_without_a_person() {
    let world = world(10);
    let usual = world.run(&["plan", "a.toml"]);
    assert!(!usual.out.contains("automation"), "{}", usual.out);

    let plan = world.run(&["plan", "--automation", "--exit-code", "a.toml"]);
    assert_eq!(plan.code, Some(1), "{}{}", plan.out, plan.err);
    for part in [
        NAME_OF_IT,
        "made on this machine, valid for 180 days, in the file a.automation.pem",
        "Application.ReadWrite.OwnedBy",
        "needs at least: Privileged Role Administrator",
        "it also allows the automation application to create other applications",
        "`destroy --automation` deletes it",
    ] {
        let flat = plan.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(part), "{part}: {}", plan.out);
    }
    assert!(world.changes().is_empty() && !world.path(KEY_FILE).exists());

    let applied = world.run(&["apply", "--automation", "--yes", "a.toml", "-vvv"]);
    assert_eq!(applied.code, Some(0), "{}{}", applied.out, applied.err);
    assert_hidden(&world, &applied);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(world.path(KEY_FILE)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(
        world.read("a.toml").contains("key = { file = \"a.automation.pem\" }"),
        "{}",
        world.read("a.toml")
    );

    let again = world.run(&["plan", "--automation", "--exit-code", "a.toml"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);

    let rotated = unattended(&world, &["rotate", "--if-due", "a.toml"]);
    assert_eq!(rotated.code, Some(0), "{}{}", rotated.out, rotated.err);
    assert_hidden(&world, &rotated);
    assert_ne!(world.read(SECRET_FILE).trim(), SECRET);
    // Its permission ends at the application that it owns: it grants nothing.
    let grants = unattended(&world, &["apply", "--automation", "--yes", "a.toml"]);
    assert_eq!(grants.code, Some(2), "{}{}", grants.out, grants.err);
}

#[test]
fn it_may_only_read_if_that_is_wanted() {
    let world = world(100);
    let applied = world.run(&["apply", "--automation=audit", "--yes", "--format", "json", "a.toml"]);
    let shape = serde_json::from_str::<Value>(&applied.out).unwrap_or_else(|_| panic!("{}", applied.err));
    let granted = |shape: &Value| {
        let steps = shape["steps"].as_array().expect("steps").iter().filter(|step| step["object"] == "grant");
        steps.map(|step| step["what"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(granted(&shape), ["Application.Read.All", "Directory.Read.All"]);
    let check = unattended(&world, &["check", "--online", "--as-admin", "a.toml"]);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.err);
    let rotated = unattended(&world, &["rotate", "a.toml"]);
    assert_eq!(rotated.code, Some(3), "{}{}", rotated.out, rotated.err);
    // The other permission is added later, with the same key.
    let key = world.read(KEY_FILE);
    let both = world.run(&["apply", "--automation=rotate,audit", "--yes", "--format", "json", "a.toml"]);
    let shape = serde_json::from_str::<Value>(&both.out).unwrap_or_else(|_| panic!("{}", both.err));
    assert_eq!(granted(&shape), ["Application.ReadWrite.OwnedBy"]);
    assert_eq!(world.read(KEY_FILE), key);
    let rotated = unattended(&world, &["rotate", "a.toml"]);
    assert_eq!(rotated.code, Some(0), "{}{}", rotated.out, rotated.err);
}

#[test]
fn a_key_that_ends_soon_is_replaced() {
    let world = world(100);
    let set = |days: &str, renewal: &str| {
        let pairs = ["entra.secret_lifetime_days", days, "entra.renew_before_days", renewal];
        let run = world.run(&[&["set", "--config", "a.toml"], &pairs[..]].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
    };
    set("100", "30");
    let apply = || world.run(&["apply", "--automation", "--yes", "a.toml"]);
    assert_eq!(apply().code, Some(0));
    let old = world.read(KEY_FILE);
    assert_eq!(apply().code, Some(0));
    assert_eq!(world.read(KEY_FILE), old, "it is valid for long enough");
    set("200", "150");
    let renewed = apply();
    assert_eq!(renewed.code, Some(0), "{}", renewed.err);
    assert!(renewed.out.contains("the certificate ends on"), "{}", renewed.out);
    assert_ne!(world.read(KEY_FILE), old);
    assert_eq!(unattended(&world, &["rotate", "a.toml"]).code, Some(0));
    // The old certificate stays until it expires.
    std::fs::write(world.path(KEY_FILE), old).expect("written");
    assert_eq!(unattended(&world, &["plan", "a.toml"]).code, Some(0));
}

#[test]
fn it_is_deleted_separately() {
    let world = world(100);
    assert_eq!(world.run(&["apply", "--automation", "--yes", "a.toml"]).code, Some(0));
    let main = world.run(&["destroy", "--yes", NAME, "a.toml"]);
    assert_eq!(main.code, Some(0), "{}{}", main.out, main.err);
    let there = |world: &World| {
        world.applications().iter().any(|one| one.display_name == NAME_OF_IT && one.deleted.is_none())
    };
    assert!(there(&world), "destroy alone leaves it");
    let wrong = world.run(&["destroy", "--automation", "--yes", NAME, "a.toml"]);
    assert_eq!((wrong.code, there(&world)), (Some(2), true), "{}", wrong.err);
    let right = world.run(&["destroy", "--automation", "--yes", NAME_OF_IT, "a.toml"]);
    assert_eq!((right.code, there(&world)), (Some(0), false), "{}{}", right.out, right.err);
    assert!(unattended(&world, &["plan", "a.toml"]).err.contains("AADSTS700016"));
}

#[test]
fn nothing_is_changed_if_it_cannot_be_completed() {
    let world = world(100);
    world.write(KEY_FILE, "something else");
    let run = world.run(&["apply", "--automation", "--yes", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(run.err.contains("neither a PEM nor a PFX file"), "{}", run.err);
    assert!(world.changes().is_empty() && world.read(KEY_FILE) == "something else");
    for place in ["env:NAME", "nothing"] {
        let run = world.run(&["plan", "--automation", "--automation-key", place, "a.toml"]);
        assert!(run.code == Some(2) && run.err.contains("expected file:PATH"), "{}", run.err);
    }
    let empty = World::empty();
    empty.write("a.toml", &empty.settings(IN_FILE));
    let run = empty.run(&["plan", "--automation", "a.toml"]);
    assert!(run.code == Some(2) && run.err.contains("does not exist yet"), "{}", run.err);
}
