//! `demo`: every act, on an emulated tenant that it serves itself.

use std::path::Path;
use std::process::{Command, Output};

#[cfg(unix)]
use crate::common::system::mode_of;
use crate::common::system::{signal, with_own_console};

fn demo(folder: &Path, variables: &[(&str, &str)]) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_swyx-teams")).args(["demo", "--folder"]).arg(folder), variables)
}

fn run(command: &mut Command, variables: &[(&str, &str)]) -> Output {
    command.env_remove("SWYX_TEAMS_CONFIG").envs(variables.iter().copied());
    // Whatever administrator is at work here has no part in it.
    command.env("SWYX_TEAMS_ADMIN_TOKEN", "not.a.token").output().expect("it runs")
}

/// Without certificates, the steps that connect to the tenant fail early.
const NO_CERTIFICATES: [(&str, &str); 1] = [("SSL_CERT_FILE", "/none.pem")];

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn demo_steps_succeed_and_leave_their_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("demo");
    let output = demo(&place, &[]);
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

only_on_unix!(demo_folder_is_for_its_owner_only, "masks of modes are of Unix");
#[cfg(unix)]
#[test]
fn demo_folder_is_for_its_owner_only() {
    for umask in ["0000", "0022", "0377"] {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("demo");
        let script = format!("umask {umask}; exec \"$0\" demo --folder \"$1\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_swyx-teams")]).arg(&place);
        run(&mut command, &NO_CERTIFICATES);
        assert_eq!(mode_of(&place), 0o700, "umask {umask}");
    }
}

#[test]
fn failed_demo_step_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = demo(&folder.path().join("demo"), &NO_CERTIFICATES);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("; expected 0\n") && said.ends_with(" of 8 steps failed\n"), "{said}");
    let there = demo(folder.path(), &[]);
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
    let mut demo = Command::new(program);
    let mut demo = with_own_console(&mut demo)
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
        if let Some(export) = line.strip_prefix("    ").filter(|rest| rest.contains("ADMIN_TOKEN")) {
            break export.to_owned();
        }
    };
    assert_eq!(commands.len(), 8, "{commands:?}");
    for command in commands.iter().filter(|command| !command.starts_with("sync")) {
        let output = printed(&export, command).env_remove("SWYX_TEAMS_CONFIG").output().expect("it runs");
        let expected = i32::from(command.contains("mistake.toml"));
        assert_eq!(output.status.code(), Some(expected), "{command}: {}", text(&output.stderr));
    }
    signal(&mut demo, "INT");
    assert!(demo.wait().expect("it ends").code().is_some_and(|code| code <= 1));
}

/// A printed command, after the printed line that reads the administrator's token.
fn printed(read_token: &str, command: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_swyx-teams");
    if !cfg!(windows) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{read_token}; exec '{program}' {command}")]);
        return shell;
    }
    // The line is for PowerShell: `$env:NAME = Get-Content "PATH"`.
    let (name, path) = read_token.split_once(" = Get-Content ").expect("a variable and a file");
    let token = std::fs::read_to_string(path.trim_matches('"')).expect("the token");
    let mut direct = Command::new(program);
    direct.args(command.split(' ')).env(name.strip_prefix("$env:").expect("a variable"), token.trim_end());
    direct
}
