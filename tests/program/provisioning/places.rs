//! The targets of a secret and an id: files and links of every kind.

use std::fs;
#[cfg(unix)]
use std::path::Path;

use super::world::*;
#[cfg(unix)]
use crate::common::system::unprivileged::{copy_program, give_away, lower};
use crate::common::system::{
    MODES, assert_private, is_public, link, make_private, make_public, mode_of, set_mode, set_read_only,
};

/// A secret of the right form that opens nothing.
const STALE: &str = "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";

#[test]
fn inline_secret_is_replaced_without_other_changes() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready).keeping(&["a.toml"]);
    let before = world.settings_of_ready(&format!("\"{STALE}\" # the one in Control Center"));
    world.write("a.toml", &before);
    make_private(&world.path("a.toml"));
    let run = world.ends(0, &["apply", "--yes", "--timeout", SOON, "a.toml"]);
    assert!(run.out.contains("the stored one does not belong to the application"), "{}", run.out);
    let secret = world.made().remove(0);
    assert!(world.accepts(&secret) && secret != STALE);
    assert_eq!(without_end(&world, &world.read("a.toml")), before.replace(STALE, &secret));
    assert_private(&world.path("a.toml"));
    assert_eq!(world.files(), ["a.toml"]);

    world.ends(0, &["rotate", "a.toml"]);
    let new = world.made().remove(1);
    assert_eq!(without_end(&world, &world.read("a.toml")), before.replace(STALE, &new));
    assert!(world.accepts(&secret) && world.accepts(&new));
    world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert!(!world.accepts(&secret) && world.accepts(&new));
}

#[test]
fn missing_secret_target_stops_before_any_change() {
    let world = World::empty();
    let text = world.settings("");
    world.write("a.toml", &text);
    let plan = world.ends(0, &["plan", "a.toml"]);
    assert!(
        plan.out.contains("valid for 180 days, stored in a place that the settings do not name yet\n"),
        "{}",
        plan.out
    );
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    let words = "error: a.toml: `control_center.MsTeamsClientSecret` is not set: name a place for the new secret, for example `swyx-teams set --config a.toml \
                 control_center.MsTeamsClientSecret file:teams.secret`\n";
    assert!(run.err.contains(words), "{}", run.err);
    assert!(world.changes().is_empty());
    assert_eq!(world.read("a.toml"), text);
    // The suggested fix works.
    world.ends(0, &["set", "control_center.MsTeamsClientSecret", "file:teams.secret", "--config", "a.toml"]);
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world.kept_in(SECRET_FILE);
}

#[test]
fn missing_secret_folder_stops_before_any_change() {
    let world = World::empty().keeping(&["secrets/north"]);
    world.write("a.toml", &world.settings("{ file = \"secrets/north\" }"));
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    assert!(run.err.contains("error: a.toml: secrets/north: no such file or directory"), "{}", run.err);
    assert!(world.changes().is_empty());
    fs::create_dir(world.path("secrets")).expect("made");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world.kept_in("secrets/north");
}

#[test]
fn file_without_a_secret_is_not_overwritten() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    for text in ["a list of things\nto buy\n", "\n", &"x".repeat(70_000)] {
        world.write(SECRET_FILE, text);
        let run = world.ends(2, &["apply", "--yes", "a.toml"]);
        assert!(run.err.contains("teams.secret: "), "{}", run.err);
        assert!(world.changes().is_empty());
        assert_eq!(world.read(SECRET_FILE), text);
    }
    // An empty file, as one makes it to have it for oneself before anything is in it.
    world.write(SECRET_FILE, "");
    make_private(&world.path(SECRET_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world.kept_in(SECRET_FILE);
}

#[cfg_attr(windows, ignore = "Wine makes no symbolic links")]
#[test]
fn links_stay_and_their_targets_are_written() {
    let world = World::empty().keeping(&["real/secret", SECRET_FILE]);
    world.write("real/settings.toml", &world.settings(IN_FILE));
    link("real/settings.toml", world.path("a.toml"));
    world.write("real/secret", "");
    make_private(&world.path("real/secret"));
    link("real/secret", world.path(SECRET_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(world.path("a.toml").is_symlink() && world.path(SECRET_FILE).is_symlink());
    assert!(world.read("real/settings.toml").contains("MsTeamsClientId"));
    world.kept_in("real/secret");
    let again = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(again.out.contains("nothing to do"), "{}", again.out);
}

#[test]
fn a_settings_file_keeps_its_mode_or_attributes() {
    for mode in MODES {
        let world = World::empty();
        let path = world.write("a.toml", &world.settings(IN_FILE));
        set_mode(&path, *mode);
        world.ends(0, &["apply", "--yes", "a.toml"]);
        assert_eq!(mode_of(&path), *mode);
        assert!(world.read("a.toml").contains("MsTeamsClientId"));
    }
}

#[test]
fn read_only_settings_file_stops_before_any_change() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    set_read_only(&world.path("a.toml"), true);
    let before = world.read("a.toml");
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    assert!(run.err.contains("the settings file: the file is read-only; to allow changes"), "{}", run.err);
    assert!(world.changes().is_empty() && world.applications().is_empty());
    assert_eq!((world.read("a.toml"), world.files().len()), (before, 1));
}

/// The program as an unprivileged user.
#[cfg(unix)]
fn ordinary(world: &World, copy: &Path, words: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(copy);
    command.args(words).current_dir(world.folder()).env_clear();
    command
        .env("SWYX_TEAMS_ADMIN_TOKEN", &world.facts().admin_token)
        .env("SWYX_TEAMS_TRUST", world.address())
        .stdin(std::process::Stdio::null());
    lower(&mut command);
    command
}

only_on_unix!(read_only_folder_is_reported_and_later_continued, "needs another user");
#[cfg(unix)]
#[test]
fn read_only_folder_is_reported_and_later_continued() {
    let tools = tempfile::tempdir().expect("a folder");
    let copy = copy_program(tools.path());
    for closed in ["secrets", "settings"] {
        let world = World::empty().keeping(&["secrets/north"]);
        for folder in ["secrets", "settings"] {
            fs::create_dir(world.path(folder)).expect("made");
            set_mode(&world.path(folder), 0o777);
        }
        world.write("settings/a.toml", &world.settings("{ file = \"../secrets/north\" }"));
        give_away(&world.path("settings/a.toml"));
        set_mode(world.folder(), 0o755);
        set_mode(&world.path(closed), 0o555);
        let words = ["apply", "--yes", "settings/a.toml"];
        let run = world.go(&mut ordinary(&world, &copy, &words));
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("permission denied"), "{}", run.err);
        set_mode(&world.path(closed), 0o777);
        let run = world.go(&mut ordinary(&world, &copy, &words));
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!(world.application().secrets.len(), 1);
        world.kept_in("secrets/north");
        assert_eq!(world.files(), ["secrets/north", "settings/a.toml"]);
    }
}

#[test]
fn readable_secret_file_becomes_private() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    make_public(&world.path(SECRET_FILE));
    world.ends(0, &["rotate", "a.toml"]);
    assert!(!is_public(&world.path(SECRET_FILE)));
    assert_private(&world.path(SECRET_FILE));
}

#[test]
fn missing_volume_does_not_make_the_secret_an_orphan() {
    let world = World::empty().keeping(&["volume/teams.secret", "vault/teams.secret"]);
    let vault = world.path("vault");
    fs::create_dir(&vault).expect("made");
    world.write("a.toml", &world.settings("{ file = \"vault/teams.secret\" }"));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let secret = world.kept_in("vault/teams.secret");
    // What is found now is an empty folder, and older than the secret that Control Center has.
    fs::rename(&vault, world.path("volume")).expect("renamed");
    fs::create_dir(&vault).expect("made");
    let run = world.ends(2, &["rotate", "a.toml"]);
    assert!(run.err.contains("its value may be in use"), "{}", run.err);
    assert!(world.accepts(&secret), "nobody is locked out");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(world.accepts(&secret) && world.accepts(&world.kept_in("vault/teams.secret")));
}
