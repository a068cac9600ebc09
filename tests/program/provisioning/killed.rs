//! The program is killed at every request, before it took effect and after; then the same command is run again. Nothing is lost,
//! a working secret exists, and no orphan is left.

use super::gate::GateAction;
use super::world::*;
use crate::common::system::{KILLED, assert_private};

/// Kills the program at each request of a command in turn, each time in a new world from `begin`. `holds` is checked after the kill,
/// `ends` after the same command was run again. Gives how many kills there were.
fn kill_at_every_request<T>(
    words: &[&str],
    begin: impl Fn() -> (World, T),
    holds: impl Fn(&World, &T, &str),
    ends: impl Fn(&World, &T, &str),
) -> usize {
    let mut kills = 0;
    for action in [GateAction::KillBefore, GateAction::KillAfter] {
        for number in 1.. {
            let (world, state) = begin();
            let about = match action {
                GateAction::KillBefore => format!("{words:?}, killed before request {number}"),
                _ => format!("{words:?}, killed after request {number}"),
            };
            world.at_requests(move |asked| if asked.number == number { action } else { GateAction::Pass });
            let run = world.run(words);
            if run.code == Some(0) {
                break;
            }
            assert_eq!(run.code, KILLED, "{about}: {}", run.err);
            kills += 1;
            holds(&world, &state, &about);
            world.at_requests(|_| GateAction::Pass);
            let again = world.run(words);
            assert_eq!(again.code, Some(0), "{about}: {}{}", again.out, again.err);
            ends(&world, &state, &about);
        }
    }
    kills
}

/// The settings file is readable, and the stored secret works, if there is one.
fn stands(world: &World, kept: &str, about: &str) {
    assert!(world.applications().len() <= 1, "{about}: two applications");
    let checked = swyx_teams::check::check_file("a.toml", &world.path("a.toml"));
    assert!(checked.was_read() && checked.source().is_sound(), "{about}");
    assert!(!kept.is_empty() && world.accepts(kept), "{about}: the secret that is kept does not work");
}

/// The secret where the settings say, in either form.
fn kept(world: &World) -> String {
    let text = world.read("a.toml");
    match text.split("MsTeamsClientSecret = \"").nth(1).and_then(|rest| rest.split('"').next()) {
        Some(inline) => inline.to_owned(),
        None => world.kept_in(SECRET_FILE),
    }
}

/// All is as the settings want it, with no temporary file, and there is nothing to do.
fn is_complete(world: &World, files: &[&str], about: &str) {
    stands(world, &kept(world), about);
    assert_eq!(world.files(), files, "{about}");
    assert_eq!(world.run(&["check", "a.toml"]).code, Some(0), "{about}");
    let again = world.run(&["apply", "--yes", "a.toml"]);
    assert_eq!((again.code, world.changes()), (Some(0), Vec::new()), "{about}");
}

#[test]
fn killed_apply_continues() {
    let begin = || {
        let world = World::empty();
        world.write("a.toml", &world.settings(IN_FILE));
        (world, ())
    };
    let holds = |world: &World, _: &(), about: &str| {
        match world.files().contains(&SECRET_FILE.to_owned()).then(|| world.read(SECRET_FILE)) {
            // It is there before a secret is made, for its age to tell that none was put there since.
            Some(text) if text.is_empty() => assert_private(&world.path(SECRET_FILE)),
            Some(_) => stands(world, &kept(world), about),
            None => {}
        }
        let secrets = world.applications().first().map_or(0, |application| application.secrets.len());
        assert!(secrets <= 1, "{about}: {secrets} secrets");
    };
    let ends = |world: &World, _: &(), about: &str| {
        is_complete(world, &["a.toml", SECRET_FILE], about);
        assert_eq!(world.application().secrets.len(), 1, "{about}");
    };
    let kills = kill_at_every_request(&["apply", "--yes", "a.toml"], begin, holds, ends);
    assert_eq!(kills, 2 * 7);
}

/// Begins with a secret in its place, in a file of its own or in the settings file.
fn with_secret(is_inline: bool) -> (World, String) {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let old = world.kept_in(SECRET_FILE);
    if !is_inline {
        return (world, old);
    }
    let world = world.keeping(&["a.toml"]);
    world.write("a.toml", &world.read("a.toml").replace(IN_FILE, &format!("\"{old}\"")));
    std::fs::remove_file(world.path(SECRET_FILE)).expect("removed");
    (world, old)
}

#[test]
fn killed_rotate_keeps_the_old_secret_valid() {
    for is_inline in [false, true] {
        let files: &[&str] = if is_inline { &["a.toml"] } else { &["a.toml", SECRET_FILE] };
        let holds = |world: &World, old: &String, about: &str| {
            stands(world, &kept(world), about);
            assert!(world.accepts(old), "{about}: Control Center is locked out");
            assert!(world.application().secrets.len() <= 2, "{about}");
        };
        let ends = |world: &World, old: &String, about: &str| {
            is_complete(world, files, about);
            assert!(kept(world) != *old && world.accepts(old), "{about}");
            assert_eq!(world.application().secrets.len(), 2, "{about}");
            assert_eq!(world.run(&["rotate", "--finish", "a.toml"]).code, Some(0), "{about}");
            assert_eq!(world.application().secrets.len(), 1, "{about}");
            is_complete(world, files, about);
        };
        let kills = kill_at_every_request(&["rotate", "a.toml"], || with_secret(is_inline), holds, ends);
        assert_eq!(kills, 2 * 6);
    }
}

#[test]
fn killed_removal_of_an_old_secret_is_completed() {
    for words in [&["rotate", "--finish", "a.toml"][..], &["rotate", "--remove-old", "a.toml"]] {
        let begin = || {
            let (world, old) = with_secret(false);
            if words.contains(&"--finish") {
                world.ends(0, &["rotate", "a.toml"]);
            }
            (world, old)
        };
        let holds = |world: &World, _: &String, about: &str| stands(world, &kept(world), about);
        let ends = |world: &World, old: &String, about: &str| {
            is_complete(world, &["a.toml", SECRET_FILE], about);
            assert!(!world.accepts(old), "{about}");
            assert_eq!(world.application().secrets.len(), 1, "{about}");
        };
        assert!(kill_at_every_request(words, begin, holds, ends) >= 2 * 4, "{words:?}");
    }
}

/// A secret that the program cannot store goes into a file. If the file is empty after a kill, another secret is requested.
#[test]
fn handed_over_secret_is_obtained_after_a_kill() {
    let mut kills = 0;
    for action in [GateAction::KillBefore, GateAction::KillAfter] {
        for number in 1.. {
            let about = format!("{action:?} {number}");
            let world = World::empty().keeping(&["first", "second", "third"]);
            world.write("a.toml", &world.settings("{ env = \"SECRET\" }"));
            world.at_requests(move |asked| if asked.number == number { action } else { GateAction::Pass });
            if world.run(&["apply", "--yes", "--secret-out", "first", "a.toml"]).code == Some(0) {
                break;
            }
            kills += 1;
            world.at_requests(|_| GateAction::Pass);
            let first = std::fs::read_to_string(world.path("first")).unwrap_or_default();
            assert!(first.is_empty() || world.accepts(first.trim_end()), "{about}");
            let second = world.run(&["apply", "--yes", "--secret-out", "second", "a.toml"]);
            assert_eq!(second.code, Some(0), "{about}: {}", second.err);
            let has = |name: &str| world.files().contains(&name.to_owned());
            if !has("second") {
                // There is a secret, and only a person knows whether its value is lost.
                assert!(second.out.contains("was not checked"), "{about}: {}", second.out);
                world.ends(0, &["apply", "--yes", "--new-secret", "--secret-out", "third", "a.toml"]);
            }
            let kept = world.kept_in(if has("second") { "second" } else { "third" });
            assert!(world.application().secrets.len() <= 2, "{about}");
            let finish = world.run_with(&["rotate", "--finish", "a.toml"], "SECRET", &kept);
            assert_eq!(finish.code, Some(0), "{about}: {}", finish.err);
            assert_eq!((world.application().secrets.len(), world.accepts(&kept)), (1, true), "{about}");
        }
    }
    assert_eq!(kills, 2 * 7);
}
