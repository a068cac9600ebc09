//! `apply` from an empty tenant to a working application, in how many requests, and again.

use serde_json::{Value, json};
use swyx_teams::emulator::{Options, Scenario};

use super::gate::GateAction;
use super::world::*;

const BOTH: [&str; 2] = ["Presence.ReadWrite.All", "User.ReadBasic.All"];

#[test]
fn apply_on_an_empty_tenant_works_and_is_idempotent() {
    let world = World::empty();
    let before = world.settings(IN_FILE);
    world.write("a.toml", &before);
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    let end = "\n7 to add, 1 to change, 0 to remove\na.toml: done; the sign-in works, with the permissions for the mode\n\
               to do: enter the new secret in Control Center; `swyx-teams sheet --reveal a.toml` shows it\n";
    assert!(run.out.ends_with(end), "{}", run.out);
    assert_eq!(world.to_graph(), 6);
    assert_eq!(world.requests().len(), 7, "one sign-in besides");
    let application = world.application();
    assert_eq!(application.display_name, NAME);
    assert_eq!(application.sign_in_audience, "AzureADMyOrg");
    assert_eq!(application.declared.application, BOTH);
    assert!(application.declared.delegated.is_empty() && application.declared.foreign.is_empty());
    assert_eq!(application.service_principal.as_ref().expect("one").granted, BOTH);
    assert_eq!((application.is_fallback_public_client, application.public_redirect_uris.len()), (None, 0));
    assert_eq!(application.secrets.len(), 1);
    let secret = world.kept_in(SECRET_FILE);
    assert_eq!(world.made(), [secret]);
    let after = world.read("a.toml");
    // Two lines more, and every other byte as it was.
    let line = format!("MsTeamsClientId = \"{}\"\n", application.app_id);
    assert_eq!(without_end(&world, &after).replacen(&line, "", 1), before);
    assert_eq!(world.files(), ["a.toml", SECRET_FILE]);

    let again = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(again.out.ends_with("\nnothing to do: the tenant matches the settings\n"), "{}", again.out);
    assert_eq!((world.changes().len(), world.requests().len()), (0, 3));
    assert_eq!((world.read("a.toml"), world.made().len()), (after, 1));
    // The other commands accept the result.
    let check = world.ends(0, &["check", "--online", "--as-admin", "--fail-on", "info", "a.toml"]);
    assert!(check.out.contains("the sign-in works"), "{}", check.out);
}

#[test]
fn completed_steps_are_reported_unless_quiet() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let run = world.run_without_log(&["apply", "--yes", "a.toml"]);
    let expected = "\
done: + application SwyxMSTeamsPresenceSync, for this tenant only
done: + service principal of the application
done: ~ settings file control_center.MsTeamsClientId
done: + grant Presence.ReadWrite.All
done: + grant User.ReadBasic.All
testing the new secret with a sign-in
done: + client secret valid for 180 days, stored in the file teams.secret
";
    assert_eq!((run.code, run.err.as_str()), (Some(0), expected));
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let run = world.run_without_log(&["apply", "--yes", "--quiet", "a.toml"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn json_output_is_one_document() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let apply = || {
        let run = world.ends(0, &["apply", "--yes", "--format", "json", "a.toml"]);
        serde_json::from_str::<Value>(&run.out).expect("JSON")
    };
    let applied = apply();
    let id = world.application().app_id.to_string();
    assert_eq!(applied["plan"]["summary"], json!({"add": 7, "change": 1, "remove": 0}));
    assert_eq!(applied["client_id"], json!(id));
    assert_eq!(applied["proof"], "sign-in-and-permissions");
    assert_eq!((&applied["not_granted"], &applied["consent_address"]), (&json!([]), &Value::Null));
    assert_eq!(applied["to_do"], Value::Null);
    let again = apply();
    assert_eq!((&again["plan"]["steps"], &again["client_id"]), (&json!([]), &json!(id)));
    assert_eq!(again["proof"], Value::Null, "nothing was signed in for");
}

#[test]
fn without_a_terminal_yes_is_required() {
    let world = World::empty();
    let text = world.settings(IN_FILE);
    world.write("a.toml", &text);
    let run = world.ends(2, &["apply", "a.toml"]);
    assert!(
        run.err.ends_with("error: cannot prompt: use --yes to agree in advance; nothing was changed\n"),
        "{}",
        run.err
    );
    // The plan was shown all the same.
    assert!(run.out.ends_with("\n7 to add, 1 to change, 0 to remove\n"), "{}", run.out);
    assert!(world.changes().is_empty() && world.applications().is_empty());
    assert_eq!((world.read("a.toml"), world.files()), (text, vec!["a.toml".to_owned()]));
}

#[test]
fn settings_files_of_one_tenant_can_have_own_applications() {
    let world = World::empty().keeping(&["north.secret", "other.secret"]);
    for (file, name) in [("north", "North"), ("other", "Südwest & Söhne's")] {
        let text = world.settings(&format!("{{ file = \"{file}.secret\" }}"));
        let settings = format!("{file}.toml");
        world.write(&settings, &with_entra(&text, &format!("application_name = \"{name}\"")));
        world.ends(0, &["apply", "--yes", &settings]);
        let again = world.ends(0, &["apply", "--yes", &settings]);
        assert!(again.out.contains("nothing to do"), "{}", again.out);
    }
    let names = world.applications().into_iter().map(|one| one.display_name).collect::<Vec<_>>();
    assert_eq!(names, ["North", "Südwest & Söhne's"]);
    for (application, file) in world.applications().iter().zip(["north.secret", "other.secret"]) {
        assert!(world.emulator().accepts(application.app_id, world.read(file).trim_end()));
    }
}

/// Opens the printed address as an administrator who is allowed to consent.
fn consent(world: &World, said: &str) -> String {
    let address = said.split("to open ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
    world.ask("GET", address, None)
}

#[test]
fn missing_consent_is_completed_by_another_administrator() {
    let state = json!({"policies": {"consentForbidden": true}});
    let world = World::state(&state);
    world.write("a.toml", &world.settings(IN_FILE));
    let run = world.ends(3, &["apply", "--yes", "a.toml"]);
    let application = world.application();
    let words = format!(
        "error: not granted: Presence.ReadWrite.All, User.ReadBasic.All; consent needs at least Privileged Role Administrator (HTTP 403). Ask an administrator with that role to open {}/{}/adminconsent?client_id={} or to use the Entra portal: App registrations, the application, API permissions, Grant admin consent. A final page with AADSTS500113 is not an error: the consent is granted. Then run swyx-teams apply again to continue\n",
        world.facts().authority,
        world.facts().tenant_id,
        application.app_id
    );
    assert!(run.err.ends_with(&words), "{}", run.err);
    let end = "a.toml: done, except for the consent; the sign-in works\n\
               to do: enter the new secret in Control Center; `swyx-teams sheet --reveal a.toml` shows it\n";
    assert!(run.out.ends_with(end), "{}", run.out);
    assert_eq!(application.service_principal.expect("one").granted, [""; 0]);
    let secret = world.kept_in(SECRET_FILE);

    // Before the consent, nothing changes.
    let again = world.ends(3, &["apply", "--yes", "--format", "json", "a.toml"]);
    let json: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!(json["not_granted"], json!(BOTH));
    assert!(json["consent_address"].as_str().expect("one").contains("/adminconsent?client_id="));

    let page = consent(&world, &run.err);
    assert!(page.contains("AADSTS500113"), "{page}");
    let done = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(done.out.ends_with("nothing to do: the tenant matches the settings\n"), "{}", done.out);
    assert!(world.changes().is_empty());
    assert_eq!(world.application().service_principal.expect("one").granted, BOTH);
    assert_eq!((world.kept_in(SECRET_FILE), world.made().len()), (secret, 1));
    world.ends(0, &["check", "--online", "--as-admin", "--fail-on", "info", "a.toml"]);
}

#[test]
fn one_rejected_grant_does_not_stop_the_rest() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.at_requests(|asked| match asked.path.ends_with("/appRoleAssignedTo") {
        true if asked.number % 2 == 0 => GateAction::Forbid,
        _ => GateAction::Pass,
    });
    let run = world.ends(3, &["apply", "--yes", "a.toml"]);
    assert_eq!(run.err.matches("error: not granted: ").count(), 1, "{}", run.err);
    let granted = world.application().service_principal.expect("one").granted;
    assert_eq!(granted.len(), 1);
    world.at_requests(|_| GateAction::Pass);
    let run = world.ends(0, &["apply", "--yes", "a.toml"]);
    assert!(run.out.ends_with("\n1 to add, 0 to change, 0 to remove\na.toml: done; the sign-in works, with the permissions for the mode\n"), "{}", run.out);
}

#[test]
fn read_only_administrator_sees_the_required_role() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.at_requests(|asked| if asked.is_change() { GateAction::Forbid } else { GateAction::Pass });
    let run = world.ends(3, &["apply", "--yes", "a.toml"]);
    let words = "error: a.toml: administrator not permitted (HTTP 403): registering an application; this needs at least \
                 Application Developer, and the sign-in needs Application.ReadWrite.All and AppRoleAssignment.ReadWrite.All. A \
                 role of Privileged Identity Management (PIM) must be active: activate it, wait a few minutes and sign in again. A \
                 partner (GDAP) needs the role in the relationship with the customer";
    assert!(run.err.contains(words), "{}", run.err);
    assert!(world.applications().is_empty());
    assert_eq!(world.files(), ["a.toml"]);
}

#[test]
fn redirect_uri_depends_on_the_version() {
    for (version, redirect) in [("14.10", "https://localhost/"), ("13.25", "https://localhost/")] {
        let world = World::empty();
        world.write("a.toml", &format!("{}[swyx]\nversion = \"{version}\"\n", world.settings(IN_FILE)));
        let plan = world.ends(0, &["plan", "--as-in-the-guide", "a.toml"]);
        assert!(
            plan.out.contains(&format!("redirect URI {redirect}, and public client flows allowed")),
            "{}",
            plan.out
        );
        let run = world.ends(0, &["apply", "--yes", "a.toml"]);
        assert!(
            run.out.contains(&format!("not set from the vendor's guide: the redirect URI {redirect} ")),
            "{}",
            run.out
        );
        assert!(world.application().public_redirect_uris.is_empty());
        world.ends(0, &["apply", "--yes", "--as-in-the-guide", "a.toml"]);
        let application = world.application();
        assert_eq!(application.public_redirect_uris, [redirect]);
        assert_eq!(application.is_fallback_public_client, Some(true));
        let again = world.ends(0, &["apply", "--yes", "--as-in-the-guide", "a.toml"]);
        assert!(again.out.contains("nothing to do"), "{}", again.out);
        assert!(world.changes().is_empty());
        // Once set, it stays, and no note mentions it.
        let plan = world.ends(0, &["plan", "--exit-code", "a.toml"]);
        assert!(!plan.out.contains("left out"), "{}", plan.out);
    }
}

#[test]
fn prune_removes_unneeded_permissions() {
    for mode in ["1", "2"] {
        let world = World::with(Options::default().scenario(Scenario::Excess));
        world.write(SECRET_FILE, world.facts().client_secret.as_deref().unwrap());
        world.write(
            "a.toml",
            &world.settings_of_ready(IN_FILE).replace("Mode = 2", &format!("Mode = {mode}")),
        );
        world.ends(0, &["apply", "--yes", "a.toml"]);
        assert!(world.changes().is_empty(), "without --prune nothing is taken");
        world.ends(0, &["apply", "--yes", "--prune", "a.toml"]);
        let application = world.application();
        let mut expected = if mode == "2" { BOTH } else { ["Presence.Read.All", "User.ReadBasic.All"] };
        expected.sort_unstable();
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(application.declared.application), expected);
        assert_eq!(sorted(application.service_principal.expect("one").granted), expected);
        let plan = world.ends(0, &["plan", "--exit-code", "--prune", "a.toml"]);
        assert!(plan.out.contains("nothing to do"), "{}", plan.out);
    }
}
