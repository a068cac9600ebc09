//! The searches of the other tests find what they are for; else their silence would say nothing.

use super::gate::GateAction;
use super::world::*;
use crate::common::system::KILLED;

/// A tenant with the application, and its secret in its place.
fn applied() -> World {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world
}

#[test]
#[should_panic(expected = "a secret is in backup")]
fn secret_in_another_file_is_detected() {
    let world = applied();
    world.write("backup", &format!("was {}", world.read(SECRET_FILE)));
    world.run(&["plan", "a.toml"]);
}

#[test]
#[should_panic(expected = "a secret is in standard output")]
fn printed_secret_is_detected() {
    applied().run(&["sheet", "--reveal", "a.toml"]);
}

#[test]
#[should_panic(expected = "a secret is in the command line")]
fn secret_in_arguments_is_detected() {
    let world = applied();
    let secret = world.read(SECRET_FILE);
    world.run(&["check", "--online", "--exclude", secret.trim_end(), "a.toml"]);
}

#[test]
#[should_panic(expected = "the administrator's token is in kept")]
fn token_in_a_file_is_detected() {
    let world = applied();
    world.write("kept", &world.facts().admin_token);
    world.run(&["plan", "a.toml"]);
}

#[test]
#[should_panic(expected = "the secret in teams.secret is not accepted")]
fn stored_secret_that_fails_is_detected() {
    let world = applied();
    world.write(SECRET_FILE, "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\n");
    world.kept_in(SECRET_FILE);
}

#[test]
fn kill_before_a_request_prevents_it_and_after_does_not() {
    for (action, count) in [(GateAction::KillBefore, 0), (GateAction::KillAfter, 1)] {
        let world = World::empty();
        world.write("a.toml", &world.settings(IN_FILE));
        world.at_requests(move |asked| if asked.is_change() { action } else { GateAction::Pass });
        let run = world.run(&["apply", "--yes", "a.toml"]);
        assert_eq!((run.code, world.applications().len()), (KILLED, count));
    }
}
