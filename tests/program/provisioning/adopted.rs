//! Applications that existed before, and what `destroy` deletes of these and of the ones that `apply` created.

use serde_json::json;
use swyx_teams::emulator::Scenario;

use super::world::*;

const ID: &str = "11c5d07e-6d0f-4a3c-9a58-2b7e94f1d603";

/// A tenant with an application of that name, registered in the portal.
fn portal() -> World {
    let application = json!({"appId": ID, "displayName": NAME, "secrets": [{"displayName": "by hand"}],
        "declared": {"application": ["Presence.Read.All"], "delegated": ["User.Read"]}});
    World::state(&json!({"applications": [application]}))
}

#[test]
fn application_found_by_name_needs_confirmation() {
    let world = portal();
    let text = world.settings(IN_FILE);
    world.write("a.toml", &text);
    let plan = world.ends(0, &["plan", "a.toml"]);
    assert!(
        plan.out.contains(&format!("application {NAME} ({ID}), found by its name, which is unique\n")),
        "{}",
        plan.out
    );
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    let words = format!(
        "error: the tenant has an application named {NAME} ({ID}), which may belong to another project; to use it, run `swyx-teams set --config a.toml \
         control_center.MsTeamsClientId {ID}`; to create a new one, set a different entra.application_name; nothing was changed\n"
    );
    assert!(run.err.contains(&words), "{}", run.err);
    assert!(world.changes().is_empty());
    assert_eq!(world.read("a.toml"), text);

    world.ends(0, &["set", "control_center.MsTeamsClientId", ID, "--config", "a.toml"]);
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(run.out.contains("found by the client id in the settings\n"), "{}", run.out);
    let application = world.application();
    // What it declared stays.
    assert_eq!(application.declared.delegated, ["User.Read"]);
    assert_eq!(
        application.declared.application,
        ["Presence.Read.All", "Presence.ReadWrite.All", "User.ReadBasic.All"]
    );
    assert_eq!((application.unique_name, application.secrets.len()), (None, 2));
    world.kept_in(SECRET_FILE);
    world.ends(0, &["check", "--online", "--as-admin", "a.toml"]);
}

#[test]
fn application_of_an_earlier_run_is_found_by_unique_name() {
    let world = World::empty();
    let before = world.settings(IN_FILE);
    world.write("a.toml", &before);
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let after = without_end(&world, &world.read("a.toml"));
    world.write("a.toml", &before);
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(run.out.contains("found by the unique name from an earlier run\n"), "{}", run.out);
    assert!(run.out.contains("\n0 to add, 1 to change, 0 to remove\n"), "{}", run.out);
    assert_eq!((world.read("a.toml"), world.changes().len(), world.made().len()), (after, 0, 1));
}

#[test]
fn destroy_requires_the_application_name() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let id = world.application().app_id;
    let said = format!(
        "to be deleted: the application {NAME} ({id}), with its service principal, its grants and its client secret; this stops the synchronisation\n"
    );
    let run = world.ends(2, &["destroy", "a.toml"]);
    assert_eq!(run.out, said);
    assert!(
        run.err.ends_with("error: cannot prompt: use --yes NAME to agree in advance; nothing was changed\n"),
        "{}",
        run.err
    );
    for wrong in ["", "yes", &NAME.to_lowercase(), &id.to_string()] {
        let run = world.ends(2, &["destroy", "--yes", wrong, "a.toml"]);
        assert!(
            run.err.ends_with("error: the name does not match the application's name; nothing was changed\n"),
            "{}",
            run.err
        );
        assert!(world.changes().is_empty());
    }
    assert!(world.application().deleted.is_none());
    let settings = world.read("a.toml");
    let run = world.ends(0, &["destroy", "--yes", NAME, "a.toml"]);
    let then = "deleted; for 30 days, it can be restored in the Entra portal under App registrations, Deleted applications, and its name stays reserved. Before you run apply again: remove control_center.MsTeamsClientId from a.toml, set a different entra.application_name, and delete the stored secret, which no longer works and is never overwritten\n";
    assert_eq!(run.out, format!("{said}{then}"));
    assert!(world.application().deleted.is_some());
    assert_eq!((world.read("a.toml"), world.files().len()), (settings, 2));
}

#[test]
fn destroyed_application_can_be_restored_or_replaced() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let application = world.application();
    world.ends(0, &["destroy", "--yes", NAME, "a.toml"]);
    let restoring = format!(
        "in the Entra portal under App registrations, Deleted applications, or in Microsoft Graph by POST \
         /directory/deletedItems/{}/restore, then its service principal by POST /directory/deletedItems/{}/restore; ",
        application.id,
        application.service_principal.as_ref().expect("one").id
    );
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    assert!(
        run.err.contains(&format!("error: the application {NAME} ({}) was deleted on ", application.app_id)),
        "{}",
        run.err
    );
    let words = format!(
        "{restoring}to have a new one created, remove `control_center.MsTeamsClientId` from the file\n"
    );
    assert!(run.err.contains(&words), "{}", run.err);
    assert!(world.changes().is_empty());

    // The manual steps of the message.
    let address = format!("{}/directory/deletedItems/{}/restore", world.facts().graph, application.id);
    let answer = world.ask("POST", &address, Some(&world.facts().admin_token));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // The service principal, which Graph does not restore with it, is restored with its grants.
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(run.out.contains("+ service principal  restored, with the grants that it had"), "{}", run.out);
    let principal = world.application().service_principal;
    assert_eq!(principal, application.service_principal);
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(run.out.contains("nothing to do"), "{}", run.out);
    world.kept_in(SECRET_FILE);

    // Or a new one, under another name, for the old one keeps its own.
    world.ends(0, &["destroy", "--yes", NAME, "a.toml"]);
    let line = format!("MsTeamsClientId = \"{}\"\n", application.app_id);
    world.write("a.toml", &world.read("a.toml").replace(&line, ""));
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    let words = format!(
        "{restoring}or delete it permanently there, or set another name for the new one: `swyx-teams set --config a.toml entra.application_name NAME`\n"
    );
    assert!(run.err.contains(&words), "{}", run.err);
    world.ends(0, &["set", "entra.application_name", "Second", "--config", "a.toml"]);
    let run = world.ends(2, &["apply", "--yes", "a.toml"]);
    assert!(run.err.contains("teams.secret: the content is not a secret of this application"), "{}", run.err);
    assert!(
        world.applications().len() == 1,
        "nothing was made: another application's secret may be in there"
    );
    std::fs::remove_file(world.path(SECRET_FILE)).expect("removed");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let names = world.applications().into_iter().map(|one| (one.display_name, one.deleted.is_some()));
    assert_eq!(names.collect::<Vec<_>>(), [(NAME.to_owned(), true), ("Second".to_owned(), false)]);
}

#[test]
fn destroy_keeps_an_existing_application() {
    let world = World::of(Scenario::Ready);
    let theirs = world.facts().client_secret.clone().expect("a secret");
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let ours = world.kept_in(SECRET_FILE);
    let (name, id) = ("SwyxWare presence", world.facts().client_id.clone().expect("an id"));
    let run = world.ends(0, &["destroy", "--yes", name, "a.toml"]);
    let said = format!(
        "the application {name} ({id}) was not created by apply and stays; to be removed: the client secret created for this settings file\nremoved; a secret cannot be restored\n"
    );
    assert_eq!(run.out, said);
    assert!(world.accepts(&theirs) && !world.accepts(&ours));
    assert!(world.application().deleted.is_none());
    let run = world.ends(0, &["destroy", "--yes", name, "a.toml"]);
    let said = format!(
        "the application {name} ({id}) was not created by apply and stays; none of its client secrets was created for this settings file\n"
    );
    assert_eq!(run.out, said);
    assert!(world.changes().is_empty());
}
