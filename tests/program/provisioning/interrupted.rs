//! Interrupted runs and full disks: the messages, and the remaining state.

use std::sync::mpsc::channel;

use swyx_teams::emulator::{Options, Scenario};

use super::gate::GateAction;
use super::world::*;
use crate::common::faults::fault;
use crate::common::system::{assert_private, minimal_environment, with_small_files};

const OUT: &str = "new.secret";

/// The reason of a write beyond the limit of the size of files. Wine has no other words for it.
const TOO_LARGE: &str = if cfg!(windows) { "general failure" } else { "file too large" };

#[test]
fn signal_during_a_wait_ends_and_removes_the_empty_file() {
    for signal in ["INT", "TERM"] {
        let faults = vec![fault("replication-lag=3600")];
        let world = World::with(Options::default().scenario(Scenario::Empty).faults(faults));
        world.write("a.toml", &world.settings("{ env = \"SECRET\" }"));
        let mut running = world.start(&mut world.command(&["apply", "--yes", "--secret-out", OUT, "a.toml"]));
        running.until("waiting 2 s: Entra ID is still replicating the new application");
        // Windows has named objects as locks.
        let during = [".swyx-teams-a.toml.lock", "a.toml", OUT];
        let during = if cfg!(windows) { &during[1..] } else { &during[..] };
        assert_eq!(world.files(), during);
        assert_private(&world.path(OUT));
        running.signal(signal);
        let run = running.end();
        assert_eq!(run.code, Some(2), "{}", run.err);
        let words = "error: interrupted; completed changes stay; run the same command again to continue\n";
        assert!(run.err.ends_with(words), "{}", run.err);
        assert_eq!(world.files(), ["a.toml"]);
        assert_eq!(world.applications().len(), 1, "what was done stays");
    }
}

#[test]
fn signal_during_a_request_ends() {
    let world = World::empty();
    world.write("a.toml", &world.settings("{ env = \"SECRET\" }"));
    let (sender, asked_for) = channel();
    world.at_requests(move |asked| match asked.path.ends_with("/addPassword") {
        true => {
            sender.send(()).expect("heard");
            GateAction::Hold
        }
        false => GateAction::Pass,
    });
    let running = world.start(&mut world.command(&["apply", "--yes", "--secret-out", OUT, "a.toml"]));
    asked_for.recv().expect("asked");
    running.signal("INT");
    let run = running.end();
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert_eq!(world.files(), ["a.toml"]);
}

/// The same command on a full disk: a file size limit, with its signal ignored, fails a write as a full disk
/// does.
fn run_on_a_full_disk(world: &World, words: &[&str]) -> crate::common::Run {
    let mut command = with_small_files(0);
    command
        .args(words)
        .current_dir(world.folder())
        .env_clear()
        .envs(minimal_environment())
        .env("COLUMNS", "1000")
        .stdin(std::process::Stdio::null());
    command
        .env("SWYX_TEAMS_ADMIN_TOKEN", &world.facts().admin_token)
        .env("SWYX_TEAMS_TRUST", world.address());
    world.go(&mut command)
}

/// Settings of an existing application without a stored secret.
fn without_secret(secret: &str) -> World {
    let world = World::of(Scenario::Ready);
    world.write("a.toml", &world.settings_of_ready(secret));
    world
}

#[test]
fn unsaved_client_id_is_found_by_the_next_run() {
    let world = World::empty();
    let text = world.settings(IN_FILE);
    world.write("a.toml", &text);
    let run = run_on_a_full_disk(&world, &["apply", "--yes", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains(&format!("cannot write the temporary file: {TOO_LARGE}")), "{}", run.err);
    assert_eq!((world.read("a.toml"), world.files()), (text, vec!["a.toml".to_owned()]));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    assert_eq!(world.application().secrets.len(), 1);
    world.kept_in(SECRET_FILE);
}

#[test]
fn unsaved_secret_is_removed() {
    let world = without_secret(IN_FILE);
    let run = run_on_a_full_disk(&world, &["apply", "--yes", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains(&format!("teams.secret: cannot write the temporary file: {TOO_LARGE}")),
        "{}",
        run.err
    );
    assert_eq!((world.application().secrets.len(), world.files()), (1, vec!["a.toml".to_owned()]));

    let world = without_secret("{ env = \"SECRET\" }");
    let run = run_on_a_full_disk(&world, &["apply", "--yes", "--new-secret", "--secret-out", OUT, "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains(&format!("new.secret: {TOO_LARGE}")), "{}", run.err);
    assert_eq!((world.application().secrets.len(), world.files()), (1, vec!["a.toml".to_owned()]));

    let world = without_secret("\"Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\"").keeping(&["a.toml"]);
    let text = world.read("a.toml");
    let run = run_on_a_full_disk(&world, &["apply", "--yes", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains(&format!("a.toml: the settings file: cannot write the temporary file: {TOO_LARGE}")),
        "{}",
        run.err
    );
    assert_eq!(world.application().secrets.len(), 1);
    assert_eq!((world.read("a.toml"), world.files()), (text, vec!["a.toml".to_owned()]));
}

#[test]
fn failed_rotation_changes_nothing() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let (old, text) = (world.kept_in(SECRET_FILE), world.read("a.toml"));
    let run = run_on_a_full_disk(&world, &["rotate", "a.toml"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert_eq!((world.kept_in(SECRET_FILE), world.read("a.toml")), (old.clone(), text));
    assert_eq!((world.application().secrets.len(), world.files().len()), (1, 2));
    world.ends(0, &["rotate", "a.toml"]);
    assert!(world.kept_in(SECRET_FILE) != old && world.accepts(&old));
}
