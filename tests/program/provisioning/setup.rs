//! `setup` without a terminal, to its end: answers, plan, application, secret, proof, sheet.

use serde_json::json;

use super::gate::GateAction;
use super::world::*;

/// Where the tenant is; the answers do the rest.
fn beginning(world: &World) {
    let facts = world.facts();
    world.write(
        "a.toml",
        &format!("[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n", facts.authority, facts.graph),
    );
}

fn words(world: &World) -> Vec<String> {
    let tenant = world.facts().tenant_id.clone();
    let words =
        ["setup", "a.toml", "--swyx-version", "14.10", "--mode", "2", "--tenant", &tenant, "--secret"];
    let words = words.into_iter().chain(["file:teams.secret", "--sign-in", "token", "--yes"]);
    words.map(str::to_owned).collect()
}

fn set_up(world: &World, words: &[String]) -> crate::common::Run {
    world.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn setup_creates_a_tested_file_and_prints_the_sheet() {
    let world = World::empty();
    beginning(&world);
    let run = set_up(&world, &words(&world));
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    for said in [
        "7 to add, 1 to change, 0 to remove",
        "a.toml: done; the sign-in works, with the permissions for the mode",
        "a.toml: the sign-in works\n  permissions: Presence.ReadWrite.All, User.ReadBasic.All\n",
        "Control Center, General settings, expert settings\n",
        &world.application().app_id.to_string(),
    ] {
        assert!(run.out.contains(said), "{said} is not in:\n{}", run.out);
    }
    assert!(world.accepts(&world.kept_in(SECRET_FILE)));
    assert!(world.read("a.toml").contains(&format!("MsTeamsClientId = \"{}\"", world.application().app_id)));

    // Once more it finds all answers in the file, and nothing to do.
    let again = world.ends(0, &["setup", "a.toml", "--sign-in", "token"]);
    assert!(again.out.contains("nothing to do") && world.application().secrets.len() == 1, "{}", again.out);
}

#[test]
fn killed_setup_continues_from_the_file() {
    let mut kills = 0;
    for number in 1.. {
        let world = World::empty();
        beginning(&world);
        world.at_requests(
            move |asked| if asked.number == number { GateAction::KillAfter } else { GateAction::Pass },
        );
        let run = set_up(&world, &words(&world));
        if run.code == Some(0) {
            break;
        }
        kills += 1;
        world.at_requests(|_| GateAction::Pass);
        // No answer is given again.
        let again = world.ends(0, &["setup", "a.toml", "--sign-in", "token", "--yes"]);
        assert!(again.out.contains("expert settings"), "{}", again.out);
        assert_eq!(
            (world.applications().len(), world.application().secrets.len()),
            (1, 1),
            "request {number}"
        );
        assert!(world.accepts(&world.kept_in(SECRET_FILE)), "request {number}");
    }
    assert!(kills >= 7, "{kills}");
}

#[test]
fn setup_without_consent_prints_the_address_and_the_sheet() {
    let world = World::state(&json!({
        "users": [{"userPrincipalName": "admin@contoso.example", "administrator": true}],
        "policies": {"consentForbidden": true}
    }));
    beginning(&world);
    let run = set_up(&world, &words(&world));
    assert_eq!(run.code, Some(3), "{}{}", run.out, run.err);
    assert!(
        run.err.contains("/adminconsent?client_id=") && run.out.contains("expert settings"),
        "{}",
        run.err
    );
}

#[test]
fn without_agreement_only_the_answers_are_saved() {
    let world = World::empty();
    beginning(&world);
    let words = words(&world);
    let run = set_up(&world, &words[..words.len() - 1]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("use --yes to agree in advance; nothing was changed"), "{}", run.err);
    assert!(run.err.ends_with("run `swyx-teams setup --config a.toml` to continue\n"), "{}", run.err);
    assert!(world.applications().is_empty() && world.read("a.toml").contains("MsTeamsStatusSyncMode = 2"));
}

/// A tenant that has the application, whose secret is in a variable of another machine.
#[test]
fn secret_that_was_requested_and_not_created_is_an_error() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready).keeping(&["new.secret"]);
    let settings = world.settings_of_ready("{ env = \"NOT_SET_HERE\" }");
    world.write("a.toml", &settings);
    let words = ["setup", "a.toml", "--sign-in", "token", "--swyx-version", "14.10", "--yes"];
    let with = |more: &[&'static str]| [&words[..], more].concat();
    let count = || world.application().secrets.len();

    let run = world.ends(1, &with(&["--secret-out", "new.secret"]));
    assert!(run.err.contains("new.secret: nothing was written to this file"), "{}", run.err);
    assert!(run.err.contains("add --new-secret") && !run.out.contains("expert settings"), "{}", run.err);
    assert!(!world.path("new.secret").exists() && count() == 1);

    let run = world.ends(2, &with(&["--new-secret"]));
    assert!(run.err.contains("--secret-out is missing"), "{}", run.err);
    let run = world.ends(0, &with(&["--new-secret", "--prune", "--secret-out", "new.secret"]));
    assert!(run.out.contains("expert settings"), "{}", run.out);
    world.kept_in("new.secret");
    assert_eq!(count(), 2);
    // The secret is there already, but nobody has stored it where the settings say.
    let run = world.ends(1, &with(&["--secret-out", "new.secret"]));
    assert!(
        run.err.contains("put the existing secret in the environment variable NOT_SET_HERE"),
        "{}",
        run.err
    );
    assert_eq!(count(), 2);
    let new = world.read("new.secret");
    let stored = [&with(&["--secret-out", "new.secret"])[..], &["--no-input"]].concat();
    let run = world.run_with(&stored, "NOT_SET_HERE", new.trim_end());
    assert!(run.code == Some(0) && run.out.contains("a.toml: the sign-in works\n"), "{}{}", run.out, run.err);
    assert_eq!(count(), 2);
}

#[test]
fn setup_fails_if_the_secret_was_neither_created_nor_tested() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready);
    let secret = world.facts().client_secret.clone().expect("a secret");
    world.write("a.toml", &world.settings_of_ready("{ file = \"teams.secret\" }"));
    let flags = ["setup", "a.toml", "--no-input", "--sign-in", "token", "--yes", "--swyx-version", "14.10"];
    let words = [&flags[..], &["--secret", "env:NOT_SET_HERE"]].concat();
    let run = world.ends(1, &words);
    for said in [
        "a.toml: no client secret was created or tested: the application has one already",
        "the environment variable NOT_SET_HERE is not set",
        "or add --new-secret to create another one",
    ] {
        assert!(run.err.contains(said), "{said} is not in:\n{}", run.err);
    }
    assert!(!run.out.contains("expert settings") && world.application().secrets.len() == 1, "{}", run.out);

    // A wrong value needs a new secret, for which there is no place; a right one is tested.
    let wrong = format!("{}wrong", &secret[..secret.len() - 5]);
    let run = world.run_with(&words, "NOT_SET_HERE", &wrong);
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(run.err.contains("cannot put a new secret in the environment variable"), "{}", run.err);
    let run = world.run_with(&words, "NOT_SET_HERE", &secret);
    assert!(run.code == Some(0) && run.out.contains("a.toml: the sign-in works\n"), "{}{}", run.out, run.err);
    assert!(run.out.contains("expert settings") && world.made().is_empty(), "{}", run.out);
}
