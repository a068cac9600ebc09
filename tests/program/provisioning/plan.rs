//! `plan`: what is printed, in how many requests, and that nothing is changed.

use serde_json::{Value, json};

use super::world::*;

#[test]
fn plan_for_an_empty_tenant_shows_steps_reasons_and_roles() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let run = world.ends(0, &["plan", "a.toml"]);
    let expected = format!(
        r#"a.toml: tenant {} (global)
application SwyxMSTeamsPresenceSync: does not exist yet

  + application          SwyxMSTeamsPresenceSync, for this tenant only
                         entra.application_name: the settings name no application, and no application has this name
                         needs at least: Application Developer
  + declared permission  Presence.ReadWrite.All
                         control_center.MsTeamsStatusSyncMode: mode 2: needed to set presences in Teams, so that "Speaking" shows as "In a call"
                         needs at least: Application Developer
  + declared permission  User.ReadBasic.All
                         control_center.MsTeamsStatusSyncMode: mode 2: needed to find the Teams account of each Swyx user
                         needs at least: Application Developer
  + service principal    of the application
                         control_center.MsTeamsClientId: without it, the application cannot sign in here or get permissions
                         needs at least: Application Developer
  ~ settings file        control_center.MsTeamsClientId
                         control_center.MsTeamsClientId: the settings need the application's id
  + grant                Presence.ReadWrite.All
                         control_center.MsTeamsStatusSyncMode: mode 2: needed to set presences in Teams, so that "Speaking" shows as "In a call"
                         needs at least: Privileged Role Administrator
  + grant                User.ReadBasic.All
                         control_center.MsTeamsStatusSyncMode: mode 2: needed to find the Teams account of each Swyx user
                         needs at least: Privileged Role Administrator
  + client secret        valid for 180 days, stored in the file teams.secret
                         control_center.MsTeamsClientSecret: there is no secret yet
                         needs at least: Cloud Application Administrator, or an owner of the application

Notes:

  - not set from the vendor's guide: the redirect URI https://localhost/ and public client flows; an application that signs in with a secret needs neither (inferred); --as-in-the-guide sets them

7 to add, 1 to change, 0 to remove
"#,
        world.facts().tenant_id
    );
    assert_eq!(run.out, expected);
    assert!(world.changes().is_empty() && world.applications().is_empty());
    assert_eq!(world.files(), ["a.toml"]);
    let plain = world.run_without_log(&["plan", "a.toml"]);
    assert_eq!((plain.code, plain.out, plain.err), (Some(0), expected, String::new()));
}

#[test]
fn json_plan_has_the_same_steps() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let run = world.ends(1, &["plan", "--exit-code", "--format", "json", "a.toml"]);
    let plan: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["file"], "a.toml");
    assert_eq!(plan["tenant"], json!({"id": world.facts().tenant_id, "cloud": "global"}));
    assert_eq!(plan["application"], json!({"name": NAME, "client_id": null, "found_by": null}));
    assert_eq!(plan["summary"], json!({"add": 7, "change": 1, "remove": 0}));
    let steps = plan["steps"].as_array().expect("a list");
    let first = json!({
        "action": "add", "object": "application", "what": "SwyxMSTeamsPresenceSync, for this tenant only",
        "key": "entra.application_name",
        "reason": "the settings name no application, and no application has this name",
        "role": "Application Developer"
    });
    assert_eq!(steps[0], first);
    let lines = steps
        .iter()
        .map(|step| format!("{} {}", step["action"].as_str().unwrap(), step["object"].as_str().unwrap()));
    let expected = [
        "add application",
        "add declared permission",
        "add declared permission",
        "add service principal",
        "change settings file",
        "add grant",
        "add grant",
        "add client secret",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
    assert_eq!(steps[4]["role"], Value::Null, "what is done in a file takes no role");
    assert_eq!(plan["notes"].as_array().expect("a list").len(), 1);
}

#[test]
fn plan_for_a_complete_tenant_is_empty() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready);
    let secret = world.facts().client_secret.clone().expect("a secret");
    world.write(SECRET_FILE, &secret);
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    let run = world.ends(0, &["plan", "--exit-code", "a.toml"]);
    let expected = format!(
        "a.toml: tenant {} (global)\napplication SwyxWare presence ({}), found by the client id in the settings\n\nNotes:\n\n  \
         - not set from the vendor's guide: the redirect URI https://localhost/ and public client flows; an application that signs in \
         with a secret needs neither (inferred); --as-in-the-guide sets them\n\nnothing to do: the tenant matches the settings\n",
        world.facts().tenant_id,
        world.facts().client_id.as_deref().unwrap()
    );
    assert_eq!(run.out, expected);
    // The sign-in shows that the secret does not only begin like the stored one.
    // One request to the beta version shows that the registration is not deactivated.
    assert_eq!((world.requests().len(), world.to_graph()), (4, 2));
    assert!(world.requests().iter().any(|entry| entry.path.starts_with("/beta/applications")));
    let run = world.ends(0, &["plan", "--exit-code", "--format", "json", "a.toml"]);
    let plan: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(plan["steps"], json!([]));
    assert_eq!(plan["application"]["found_by"], "client_id");
}

#[test]
fn mode_1_needs_only_read_permissions() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE).replace("Mode = 2", "Mode = 1"));
    let run = world.ends(0, &["plan", "a.toml"]);
    assert_eq!(run.out.matches("Presence.Read.All").count(), 2, "{}", run.out);
    assert!(!run.out.contains("Presence.ReadWrite.All"), "{}", run.out);
}

#[test]
fn extra_permissions_are_shown_and_removed_only_by_prune() {
    let world = World::of(swyx_teams::emulator::Scenario::Excess);
    let secret = world.facts().client_secret.clone().expect("a secret");
    world.write(SECRET_FILE, &secret);
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    let run = world.ends(0, &["plan", "--exit-code", "a.toml"]);
    let note =
        "  - granted but not needed by the mode: Directory.ReadWrite.All, Mail.Read; --prune removes it\n";
    assert!(run.out.contains(note), "{}", run.out);
    let run = world.ends(1, &["plan", "--exit-code", "--prune", "a.toml"]);
    assert!(run.out.ends_with("\n0 to add, 0 to change, 4 to remove\n"), "{}", run.out);
    assert!(run.out.contains("  - grant                Mail.Read\n"), "{}", run.out);
}

#[test]
fn prune_is_refused_from_14_20_on() {
    let world = World::of(swyx_teams::emulator::Scenario::Excess);
    let older = world.settings_of_ready("{ env = \"TEAMS\" }");
    for version in ["14.20", "14.25"] {
        world.write("a.toml", &format!("[swyx]\nversion = \"{version}\"\n{older}"));
        for command in ["plan", "apply"] {
            let run = world.ends(2, &[command, "--prune", "a.toml"]);
            assert!(run.err.contains("--prune is only for SwyxWare before 14.20"), "{}", run.err);
        }
        assert!(world.changes().is_empty());
    }
}
