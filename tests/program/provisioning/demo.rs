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
    assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
    assert!(out.contains("\nAll 8 steps succeeded in "), "{out}");
    assert!(
        out.contains("Swyx: Speaking ") && out.contains("Teams: Busy/InACall ") && !out.contains("never"),
        "{out}"
    );
    assert!(out.contains("\nAfter `sync` was stopped, 0 presences were left in Teams.\n"), "{out}");
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
