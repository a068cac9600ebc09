//! `rotate`: creates a new secret, keeps the old one valid until `--finish`, and reports policies of the tenant.

use serde_json::{Value, json};
use swyx_teams::emulator::Scenario;

use super::world::*;
use crate::common::system::make_private;

/// A tenant with the application as `apply` made it, and its secret.
fn applied() -> (World, String) {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let secret = world.kept_in(SECRET_FILE);
    (world, secret)
}

/// A tenant with an application from the portal, with its settings and its secret.
fn registered(scenario: Scenario) -> (World, String) {
    let world = World::of(scenario);
    let secret = world.facts().client_secret.clone().expect("a secret");
    world.write(SECRET_FILE, &format!("{secret}\n"));
    make_private(&world.path(SECRET_FILE));
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    (world, secret)
}

/// The day on which the youngest secret ends.
fn last_day(world: &World) -> String {
    let last = world.application().secrets.last().expect("a secret").end;
    last.strftime("%Y-%m-%d").to_string()
}

#[test]
fn new_secret_is_stored_and_the_old_one_stays_valid_until_finish() {
    let (world, old) = applied();
    let settings = world.read("a.toml");
    let run = world.ends(0, &["rotate", "a.toml"]);
    let new = world.kept_in(SECRET_FILE);
    assert!(new != old && world.accepts(&old));
    let day = last_day(&world);
    let beginning = format!(
        "a.toml: created a new client secret, valid until {day}\nthe old one is valid until {day}: enter the new one in Control Center, then run `swyx-teams rotate --finish a.toml` to remove the old one\n\nControl Center, General settings, expert settings\n\n  MsTeamsStatusSyncMode    2\n"
    );
    assert!(run.out.starts_with(&beginning), "{}", run.out);
    assert!(run.out.contains("(from the file teams.secret; --reveal shows it)"), "{}", run.out);
    assert_eq!((world.read("a.toml"), world.files().len()), (settings, 2));

    // Not finished yet: another run creates no third secret.
    let again = world.ends(0, &["rotate", "a.toml"]);
    let beginning = format!(
        "a.toml: the new client secret is stored and works; the old one is valid until {day}: enter the new one in Control Center, then run `swyx-teams rotate --finish a.toml` to remove the old one\n\nControl Center"
    );
    assert!(again.out.starts_with(&beginning), "{}", again.out);
    assert!(world.changes().is_empty());
    let plan = world.ends(0, &["plan", "--exit-code", "a.toml"]);
    assert!(plan.out.contains("  - the previous secret is still valid; once"), "{}", plan.out);

    let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!(finish.out, "a.toml: removed the old client secret\n");
    assert!(world.accepts(&new) && !world.accepts(&old));
    let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!(finish.out, "a.toml: nothing to remove: there is no older client secret\n");
    assert!(world.changes().is_empty());
}

#[test]
fn outcome_is_available_as_json() {
    let (world, _) = applied();
    let rotate = |more: &[&str]| -> Value {
        let run = world.ends(0, &[&["rotate", "--format", "json", "a.toml"], more].concat());
        serde_json::from_str(&run.out).expect("JSON")
    };
    let not_due = rotate(&["--if-due"]);
    let expected = json!({"version": 1, "file": "a.toml", "outcome": "not-due", "ends": not_due["ends"],
        "old_until": null, "removed": 0, "to_do": null});
    assert_eq!(not_due, expected);
    assert!(not_due["ends"].as_str().expect("a time").starts_with(&last_day(&world)));
    let made = rotate(&[]);
    assert_eq!(
        (&made["outcome"], &made["old_until"], &made["to_do"]),
        (&json!("made"), &not_due["ends"], &Value::Null)
    );
    assert_eq!(rotate(&[])["outcome"], "pending");
    assert_eq!(rotate(&["--if-due"])["outcome"], "pending");
    let finished = rotate(&["--finish"]);
    assert_eq!((&finished["outcome"], &finished["removed"]), (&json!("finished"), &json!(1)));
}

#[test]
fn if_due_prints_one_line_until_it_is_due() {
    let (world, secret) = applied();
    let run = world.run_without_log(&["rotate", "--if-due", "--quiet", "a.toml"]);
    let expected = format!("a.toml: not due: the client secret is valid until {}\n", last_day(&world));
    assert_eq!((run.code, run.out, run.err.as_str()), (Some(0), expected, ""));
    assert_eq!((world.changes().len(), world.kept_in(SECRET_FILE)), (0, secret));

    let (world, old) = registered(Scenario::ExpiringSecret);
    let run = world.run_without_log(&["rotate", "--if-due", "--quiet", "a.toml"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    assert_eq!(run.out.lines().count(), 2, "no sheet: {}", run.out);
    let new = world.kept_in(SECRET_FILE);
    assert!(new != old && world.accepts(&old), "one that is valid is never removed");
    let run = world.run_without_log(&["rotate", "--if-due", "--quiet", "a.toml"]);
    assert!(run.out.contains("rotate --finish a.toml` to remove the old one"), "{}", run.out);
    assert!(world.changes().is_empty());
}

#[test]
fn secret_from_the_portal_is_rotated() {
    let (world, old) = registered(Scenario::Ready);
    world.ends(0, &["rotate", "a.toml"]);
    let new = world.kept_in(SECRET_FILE);
    assert!(world.accepts(&old));
    world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert!(world.accepts(&new) && !world.accepts(&old));
}

#[test]
fn expired_secret_is_replaced() {
    for command in [&["rotate"][..], &["rotate", "--if-due"], &["apply", "--yes"]] {
        let (world, old) = registered(Scenario::ExpiredSecret);
        world.ends(0, &[command, &["a.toml"]].concat());
        assert!(world.kept_in(SECRET_FILE) != old);
        assert_eq!(world.made().len(), 1);
    }
}

#[test]
fn remove_old_removes_the_old_secret_at_once() {
    let (world, old) = applied();
    let run = world.ends(0, &["rotate", "--remove-old", "a.toml"]);
    assert!(!run.out.contains("--finish"), "{}", run.out);
    assert!(world.kept_in(SECRET_FILE) != old && !world.accepts(&old));
    assert_eq!(world.application().secrets.len(), 1);
}

#[test]
fn unknown_stored_secret_removes_no_other() {
    let (world, old) = applied();
    world.write(SECRET_FILE, "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d\n");
    let run = world.ends(2, &["rotate", "--finish", "--timeout", SOON, "a.toml"]);
    assert!(
        run.err.contains("does not belong to the application, so it cannot replace other secrets"),
        "{}",
        run.err
    );
    assert!(world.changes().is_empty() && world.accepts(&old));
}

/// Graph shows the first three characters of a secret, which another system's secret may share.
#[test]
fn secret_that_begins_like_the_stored_one_is_not_removed() {
    let [ours, theirs] =
        ["Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d", "Ab19Q~aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w"];
    let secrets = json!([{"displayName": "SwyxServer", "value": ours}, {"displayName": "another system", "value": theirs}]);
    let world = World::state(&json!({"applications": [{"displayName": NAME, "secrets": secrets}]}));
    world.write(SECRET_FILE, &format!("{ours}\n"));
    make_private(&world.path(SECRET_FILE));
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    let ids = world.application().secrets.iter().map(|secret| secret.key_id.to_string()).collect::<Vec<_>>();

    for words in [
        &["rotate"][..],
        &["rotate", "--remove-old"],
        &["rotate", "--finish"],
        &["rotate", "--new-secret"],
        &["apply", "--yes", "--new-secret"],
    ] {
        let run = world.ends(2, &[words, &["a.toml"]].concat());
        assert!(ids.iter().all(|id| run.err.contains(id.as_str())), "{}", run.err);
        assert!(run.err.contains("--stored SECRET_ID"), "{}", run.err);
        assert!(world.changes().iter().all(|change| !change.contains("Password")), "{:?}", world.changes());
    }
    let due = world.ends(0, &["rotate", "--if-due", "a.toml"]);
    assert!(due.out.contains("not due"), "{}", due.out);
    let unknown = super::super::emulated::NOBODY;
    let run = world.ends(2, &["rotate", "--finish", "--stored", unknown, "a.toml"]);
    assert!(run.err.contains("no client secret with this Secret ID"), "{}", run.err);
    assert!(world.changes().is_empty());

    let run = world.ends(0, &["rotate", "--finish", "--stored", &ids[0], "a.toml"]);
    assert_eq!(run.out, "a.toml: nothing to remove: there is no older client secret\n");
    assert!(world.accepts(ours) && world.accepts(theirs));
    world.ends(0, &["rotate", "--remove-old", "--stored", &ids[0], "a.toml"]);
    assert!(world.kept_in(SECRET_FILE) != ours && !world.accepts(ours) && world.accepts(theirs));
}

/// A tenant whose application has these secrets (name, value), and settings that store the first one. The Secret IDs differ at the
/// end only.
fn shared_with(secrets: &[(&str, &str)]) -> World {
    let id = |number: usize| format!("00000000-0000-0000-0000-{number:012}");
    let secrets = secrets.iter().enumerate();
    let all = secrets
        .clone()
        .map(|(number, (name, value))| json!({"displayName": name, "value": value, "keyId": id(number + 1)}));
    let all = all.collect::<Vec<_>>();
    let world = World::state(&json!({"applications": [{"displayName": NAME, "secrets": all}]}));
    for (_, (_, value)) in secrets.take(1) {
        world.write(SECRET_FILE, &format!("{value}\n"));
    }
    make_private(&world.path(SECRET_FILE));
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    world
}

const OURS: &str = "abC8Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
const PAYROLL: &str = "zzz8Q~aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w";

#[test]
fn secret_of_another_system_is_never_removed() {
    for first in [&["rotate"][..], &["rotate", "--remove-old"]] {
        let world = shared_with(&[("ours", OURS), ("payroll connector", PAYROLL)]);
        world.ends(0, &[first, &["a.toml"]].concat());
        world.ends(0, &["rotate", "--finish", "a.toml"]);
        let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
        assert_eq!(finish.out, "a.toml: nothing to remove: there is no older client secret\n");
        assert!(!world.accepts(OURS) && world.accepts(PAYROLL), "{first:?}");
        world.kept_in(SECRET_FILE);
    }
}

/// The stored secret is no longer valid, and another system's secret begins like it.
#[test]
fn secret_that_only_begins_like_a_rejected_one_is_not_replaced() {
    let theirs = "abC9Q~aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w";
    let world = shared_with(&[("payroll connector", theirs)]);
    world.write(SECRET_FILE, &format!("{OURS}\n"));
    for words in [
        &["rotate", "--remove-old"][..],
        &["rotate"],
        &["rotate", "--finish"],
        &["apply", "--yes", "--new-secret"],
    ] {
        let run = world.run(&[words, &["--timeout", SOON, "a.toml"]].concat());
        assert_ne!(run.code, Some(0), "{words:?}: {}", run.out);
        assert!(world.accepts(theirs) && world.application().secrets.len() == 1, "{words:?}");
    }
    std::fs::remove_file(world.path(SECRET_FILE)).expect("removed");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world.ends(0, &["rotate", "--remove-old", "a.toml"]);
    world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert!(world.accepts(theirs) && world.application().secrets.len() == 2);
}

#[test]
fn finish_removes_only_the_named_one_of_several_that_begin_like_the_stored_one() {
    let [second, third] =
        ["abC9Q~aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w", "abCaQ~kL6mN7oP8qR9sT0uV1waB1cD2eF3gH4iJ5"];
    let world = shared_with(&[("one", OURS), ("two", second), ("three", third)]);
    let stored = world.application().secrets.remove(0).key_id.to_string();
    world.ends(0, &["rotate", "--stored", &stored, "a.toml"]);
    let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!(finish.out, "a.toml: removed the old client secret\n");
    assert!(!world.accepts(OURS) && world.accepts(second) && world.accepts(third));
}

/// An expired secret cannot be the stored one if that one signs in.
#[test]
fn expired_secret_that_begins_like_the_stored_one_is_neither_ambiguous_nor_removed() {
    let [ours, theirs] =
        ["Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d", "Ab19Q~aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1w"];
    let expired = |value: &str| json!({"displayName": "expired", "value": value, "endsInDays": -1});
    let live = |value: &str| json!({"displayName": "SwyxServer", "value": value, "endsInDays": 10});
    for (secrets, code) in [([expired(theirs), live(ours)], 0), ([live(theirs), expired(ours)], 2)] {
        let state = json!({"applications": [{"displayName": NAME, "secrets": secrets}]});
        let world = World::state(&state);
        world.write(SECRET_FILE, &format!("{ours}\n"));
        make_private(&world.path(SECRET_FILE));
        world.write("a.toml", &world.settings_of_ready(IN_FILE));
        let run = world.ends(code, &["rotate", "--if-due", "a.toml"]);
        let keeps = |name: &str| {
            world.application().secrets.iter().filter(|one| one.display_name.as_deref() == Some(name)).count()
        };
        assert_eq!((keeps("expired"), keeps("SwyxServer")), (1, 1));
        if code == 0 {
            assert!(run.out.contains("created a new client secret"), "{}", run.out);
            world.ends(0, &["rotate", "--finish", "a.toml"]);
            assert_eq!((keeps("expired"), keeps("SwyxServer")), (1, 0), "only the replaced one is removed");
        } else {
            assert!(run.err.contains("--stored SECRET_ID"), "{}", run.err);
            assert!(world.changes().is_empty());
        }
    }
}

#[test]
fn nothing_of_a_secret_that_is_passed_as_its_id_is_printed() {
    for secret in
        ["!secret", "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d", "6f1d9a54-0c3e-4b7d-9d51-8a2f5c7e3b1z"]
    {
        let run = World::empty().ends(2, &["rotate", "--stored", secret, "a.toml"]);
        assert!(run.err.contains("expected the Secret ID from the portal"), "{}", run.err);
        assert!(
            !run.err.contains(secret) && !run.err.contains('!') && !run.err.contains("`z`"),
            "{}",
            run.err
        );
    }
}

#[test]
fn tenant_policies_are_named_before_any_change() {
    let cases = [
        (
            json!({"maxSecretDays": 90}),
            "limits a new client secret to 90 days, but `entra.secret_lifetime_days` is 180; nothing was changed. Set a shorter lifetime and an \
             earlier renewal: `swyx-teams set --config a.toml entra.renew_before_days 22 entra.secret_lifetime_days 90`",
        ),
        (
            json!({"secretsBanned": true}),
            "forbids new client secrets, so none can be created; nothing was changed. Ask the policy's administrator to exempt this application",
        ),
    ];
    for (policies, words) in cases {
        let world = World::state(&json!({"policies": policies}));
        world.write("a.toml", &world.settings(IN_FILE));
        for command in [&["plan", "a.toml"][..], &["apply", "--yes", "a.toml"]] {
            let run = world.ends(2, command);
            assert!(
                run.err.contains("error: a policy of this tenant (application management policy) "),
                "{}",
                run.err
            );
            assert!(run.err.contains(words), "{}", run.err);
            assert!(world.changes().is_empty() && world.applications().is_empty());
        }
        if policies["maxSecretDays"] == 90 {
            // The suggested values work.
            let advised = ["set", "entra.renew_before_days", "22", "entra.secret_lifetime_days", "90"];
            world.ends(0, &[&advised[..], &["--config", "a.toml"]].concat());
            world.ends(0, &["apply", "--yes", "a.toml"]);
            world.kept_in(SECRET_FILE);
            let secret = world.application().secrets.remove(0);
            let days = secret.end.duration_since(secret.start).as_secs_f64() / (24.0 * 3600.0);
            assert!((89.9..=90.1).contains(&days), "{days}");
        }
    }
}

#[test]
fn policy_for_later_applications_does_not_restrict_a_new_one() {
    let policies = |from: &str| json!({"secretsBanned": true, "restrictedFrom": from});
    for (from, code) in [("2199-01-01T00:00:00Z", 0), ("2019-01-01T00:00:00Z", 2)] {
        let world = World::state(&json!({"policies": policies(from)}));
        world.write("a.toml", &world.settings(IN_FILE));
        world.ends(code, &["apply", "--yes", "a.toml"]);
    }
}

#[test]
fn unreadable_policies_are_unknown_and_named_by_their_refusal() {
    let cases = [
        (
            json!({"maxSecretDays": 90, "unreadable": true}),
            "does not allow a client secret that is valid for 180 days; set a shorter lifetime and an earlier renewal, for example `swyx-teams set --config a.toml \
             entra.renew_before_days 7 entra.secret_lifetime_days 30`, or ask",
        ),
        (
            json!({"secretsBanned": true, "unreadable": true}),
            "forbids new client secrets; ask the policy's administrator to exempt this application",
        ),
    ];
    for (policies, words) in cases {
        let world = World::state(&json!({"policies": policies}));
        world.write("a.toml", &world.settings(IN_FILE));
        let run = world.ends(0, &["plan", "a.toml"]);
        let note = "whether a policy of this tenant forbids a new client secret is unknown: reading the tenant's application policies needs Policy.Read.All";
        assert!(run.out.contains(note), "{}", run.out);
        let run = world.ends(3, &["apply", "--yes", "a.toml"]);
        assert!(
            run.err.contains("error: a.toml: a policy of the tenant (application management policy) "),
            "{}",
            run.err
        );
        assert!(run.err.contains(words), "{}", run.err);
        assert_eq!((world.made().len(), world.files().len()), (0, 1));
    }
}

#[test]
fn rotation_that_a_policy_forbids_changes_nothing() {
    let world = World::of(swyx_teams::emulator::Scenario::SecretsForbidden);
    let secret = world.facts().client_secret.clone().expect("a secret");
    world.write(SECRET_FILE, &secret);
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    let run = world.ends(2, &["rotate", "a.toml"]);
    assert!(run.err.contains("forbids new client secrets"), "{}", run.err);
    assert!(run.err.contains("14.20 and later also accept a certificate"), "{}", run.err);
    assert!(world.changes().is_empty());
    // Nothing that exists is restricted.
    world.ends(0, &["plan", "--exit-code", "a.toml"]);
}

#[test]
fn disabled_registration_is_named_before_any_change() {
    use swyx_teams::emulator::Scenario;
    for (scenario, words) in [
        (Scenario::Deactivated, "the application registration is deactivated"),
        (Scenario::DisabledByMicrosoft, "Microsoft disabled the application"),
    ] {
        let world = World::of(scenario);
        world.write(SECRET_FILE, &world.facts().client_secret.clone().expect("a secret"));
        world.write("a.toml", &world.settings_of_ready(IN_FILE));
        for command in [&["plan", "a.toml"][..], &["apply", "--yes", "a.toml"], &["rotate", "a.toml"]] {
            let run = world.ends(2, command);
            assert!(run.err.contains(words) && run.err.contains("nothing was changed"), "{}", run.err);
            assert!(world.changes().is_empty());
        }
    }
}
