//! What keeps any of the commands from beginning: each with its words and its exit code, and nothing is changed.

use serde_json::json;

use super::gate::GateAction;
use super::world::*;

/// Every command, each agreed to beforehand.
const COMMANDS: [&[&str]; 4] = [&["plan"], &["apply", "--yes"], &["rotate"], &["destroy", "--yes", NAME]];

/// Runs every command on this file. Each ends with `code` and `words`, without any change or request to Graph.
fn all_end(world: &World, text: &str, code: i32, words: &str) {
    world.write("a.toml", text);
    for command in COMMANDS {
        let run = world.ends(code, &[command, &["a.toml"]].concat());
        assert!(run.err.contains(words), "{command:?}: {}", run.err);
        assert_eq!(world.requests().len(), 0, "{command:?}");
    }
    assert_eq!(world.read("a.toml"), text);
}

#[test]
fn file_with_errors_is_rejected() {
    let world = World::empty();
    let text = with_entra(&world.settings(IN_FILE), "cloud = \"globall\"");
    all_end(&world, &text, 1, "error[invalid-value]");
    all_end(
        &world,
        &text,
        1,
        "error: fix these errors first; a missing client id or secret is allowed here\n",
    );
    all_end(&world, "[control_center\n", 1, "error[syntax]");
}

#[test]
fn mode_0_is_rejected() {
    let world = World::empty();
    let text = world.settings(IN_FILE).replace("Mode = 2", "Mode = 0");
    all_end(
        &world,
        &text,
        2,
        "error: these settings cannot be used because the vendor does not document mode 0; use mode 1 or 2\n",
    );
}

#[test]
fn untrusted_hosts_and_commands_are_rejected() {
    let world = World::empty();
    let text = world.settings("{ command = [\"cat\", \"teams.secret\"] }");
    all_end(
        &world,
        &text,
        2,
        "error: `control_center.MsTeamsClientSecret` runs a command; if this is intended, add --trust=command\n",
    );
    let text = world.settings(IN_FILE).replace(&world.facts().graph, "https://graph.example.com/v1.0");
    all_end(
        &world,
        &text,
        2,
        "error: `entra.graph` leads to graph.example.com:443, which is not Microsoft's; if this is intended, add --trust=graph.example.com:443\n",
    );
}

#[test]
fn missing_file_is_a_usage_error() {
    let world = World::empty();
    for command in COMMANDS {
        let run = world.ends(2, &[command, &["none.toml"]].concat());
        assert!(run.err.contains("none.toml"), "{}", run.err);
    }
    assert!(world.files().is_empty());
}

#[test]
fn missing_sign_in_names_both_methods() {
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    for command in COMMANDS {
        let run = world.go(world.program().args(command).arg("a.toml"));
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("set SWYX_TEAMS_ADMIN_TOKEN, or use --use-az"), "{}", run.err);
        assert_eq!(world.requests().len(), 0);
    }
}

#[test]
fn administrator_without_read_permission_gives_exit_code_3() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready);
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    world.write(SECRET_FILE, world.facts().client_secret.as_deref().unwrap());
    world.at_requests(
        |asked| if asked.path.starts_with("/v1.0/") { GateAction::Forbid } else { GateAction::Pass },
    );
    for command in COMMANDS {
        let run = world.ends(3, &[command, &["a.toml"]].concat());
        assert!(run.err.contains("error: a.toml: "), "{}", run.err);
        assert!(run.err.contains("403"), "{}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn silent_tenant_gives_exit_code_4() {
    let world = World::of(swyx_teams::emulator::Scenario::Ready);
    world.write("a.toml", &world.settings_of_ready(IN_FILE));
    world.write(SECRET_FILE, world.facts().client_secret.as_deref().unwrap());
    world.at_requests(|_| GateAction::Hold);
    for command in COMMANDS {
        let run = world.ends(4, &[command, &["--timeout", "1", "a.toml"]].concat());
        assert!(run.err.contains("error: a.toml: "), "{}", run.err);
    }
}

#[test]
fn missing_application_needs_a_decision() {
    let world = World::empty();
    let none = "0b9f6f3e-2f0d-4c54-9f3a-6d1c8e7b5a42";
    world.write("a.toml", &with_client_id(&world.settings(IN_FILE), none));
    for command in &COMMANDS[..2] {
        let run = world.ends(2, &[*command, &["a.toml"]].concat());
        let words = format!(
            "error: `control_center.MsTeamsClientId`: no application {none} in this tenant; check that the tenant is right and that this is an Application (client) ID, not an object id. A new application can take some minutes to become visible. To have a new application created, remove that line from the file"
        );
        assert!(run.err.contains(&words), "{}", run.err);
        assert_eq!((run.out.as_str(), world.changes().len()), ("", 0));
    }
    let run = world.ends(2, &["rotate", "a.toml"]);
    assert!(
        run.err.contains("there is no application yet: run `swyx-teams apply` to create it"),
        "{}",
        run.err
    );
    let run = world.ends(0, &["destroy", "--yes", NAME, "a.toml"]);
    assert_eq!(run.out, "a.toml: nothing to do: the application does not exist\n");
}

#[test]
fn two_applications_of_one_name_are_rejected() {
    let ids = ["11c5d07e-6d0f-4a3c-9a58-2b7e94f1d603", "22d6e18f-7e1a-4b4d-8b69-3c8fa5a2e714"];
    let applications = ids.map(|id| json!({"appId": id, "displayName": NAME}));
    let world = World::state(&json!({"applications": applications}));
    world.write("a.toml", &world.settings(IN_FILE));
    for command in &COMMANDS[..2] {
        let run = world.ends(2, &[*command, &["a.toml"]].concat());
        assert!(
            run.err.contains(&format!("error: 2 applications have the name {NAME}: {} (created on ", ids[0])),
            "{}",
            run.err
        );
        assert!(
            run.err
                .contains("choose one: `swyx-teams set --config a.toml control_center.MsTeamsClientId ID`\n"),
            "{}",
            run.err
        );
        assert_eq!((run.out.as_str(), world.changes().len()), ("", 0));
    }
}
