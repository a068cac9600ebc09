//! `demo`: every act, on an emulated tenant that it serves itself.

use std::path::Path;
use std::process::{Command, Output};

fn demo(words: &str, folder: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_swyx-teams");
    let script = format!("{words} exec {program} demo --folder \"$1\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(folder).env_remove("SWYX_TEAMS_CONFIG");
    // Whatever administrator is at work here has no part in it.
    command.env("SWYX_TEAMS_ADMIN_TOKEN", "not.a.token").output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn demo_steps_succeed_and_leave_their_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("demo");
    let output = demo("", &place);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    // A change is late only on a very busy machine. Then the demo must say so.
    let is_late = out.contains(" s, late\n");
    assert_eq!(output.status.code(), Some(i32::from(is_late)), "{out}\n{err}");
    assert_eq!(out.contains("\nAll 8 steps succeeded in "), !is_late, "{out}");
    assert_eq!(err.contains(" arrived late"), is_late, "{err}");
    assert!(
        out.contains("Swyx: Speaking ") && out.contains("Teams: Busy/InACall ") && !out.contains("never"),
        "{out}"
    );
    assert!(out.contains("\nPresences left in Teams after `sync` was stopped: 0\n"), "{out}");
    let (_, address) = out.split_once("at https://").expect("the address");
    let (address, _) = address.split_once(',').expect("the address");
    for words in [
        "setup --trust=ADDRESS",
        "plan --trust=ADDRESS --exit-code",
        "check",
        "check --trust=ADDRESS --online --as-admin",
        "rotate --trust=ADDRESS",
        "rotate --trust=ADDRESS --finish",
        "sync --trust=ADDRESS",
    ] {
        let words = words.replace("ADDRESS", address);
        assert!(out.contains(&format!("$ swyx-teams {words} {}", place.display())), "{words}");
    }
    let secret = std::fs::read_to_string(place.join("teams.secret")).expect("kept");
    assert!(secret.trim().len() > 30 && !out.contains(secret.trim()) && !err.contains(secret.trim()));
    let settings = std::fs::read_to_string(place.join("north.toml")).expect("written");
    assert!(settings.contains("MsTeamsClientId = \"") && settings.contains("{ file = \"teams.secret\" }"));
}

#[test]
fn demo_folder_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    for umask in ["0000", "0022", "0377"] {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("demo");
        // Without certificates, the steps that connect to the tenant fail early.
        demo(&format!("umask {umask}; SSL_CERT_FILE=/none.pem"), &place);
        let mode = std::fs::metadata(&place).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "umask {umask}");
    }
}

#[test]
fn failed_demo_step_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    // Without certificates, only the steps that connect to the tenant fail.
    let output = demo("SSL_CERT_FILE=/none.pem", &folder.path().join("demo"));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("; expected 0\n") && said.ends_with(" of 8 steps failed\n"), "{said}");
    let there = demo("", folder.path());
    assert_eq!(
        (there.status.code(), text(&there.stderr)),
        (Some(2), "error: --folder: file exists\n".to_owned())
    );
}

#[test]
fn kept_tenant_works_with_the_printed_commands() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("demo");
    let program = env!("CARGO_BIN_EXE_swyx-teams");
    let mut demo = Command::new(program)
        .args(["demo", "--keep", "--folder"])
        .arg(&place)
        .env("COLUMNS", "1000")
        .env_remove("SWYX_TEAMS_CONFIG")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    let mut lines =
        BufReader::new(demo.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    let mut commands = Vec::new();
    let export = loop {
        let line = lines.next().expect("the tenant is kept");
        if let Some(command) = line.strip_prefix("$ swyx-teams ") {
            commands.push(command.to_owned());
        }
        if let Some(export) = line.strip_prefix("    export ") {
            break export.to_owned();
        }
    };
    assert_eq!(commands.len(), 8, "{commands:?}");
    for command in commands.iter().filter(|command| !command.starts_with("sync")) {
        let script = format!("export {export}; exec '{program}' {command}");
        let output = Command::new("sh").args(["-c", &script]).env_remove("SWYX_TEAMS_CONFIG").output();
        let output = output.expect("it runs");
        let expected = i32::from(command.contains("mistake.toml"));
        assert_eq!(output.status.code(), Some(expected), "{command}: {}", text(&output.stderr));
    }
    let killed = Command::new("kill").args(["-INT", &demo.id().to_string()]).status();
    assert!(killed.expect("it runs").success());
    assert!(demo.wait().expect("it ends").code().is_some_and(|code| code <= 1));
}
