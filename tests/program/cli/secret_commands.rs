//! A command that prints a secret ends with the program, together with its descendants.

use std::process::{Child, Command, Stdio};

use crate::common::descendants::{Descendant, ENDLESS};
use crate::common::system::{is_ended_by, shell, signal};
use crate::common::{GOOD, program};

/// Two ways to start the command of a secret.
const WAYS: [&[&str]; 2] = [
    &["get", "--reveal", "--trust", "--config", "a.toml", "control_center.MsTeamsClientSecret"],
    &["check", "--online", "--trust", "a.toml"],
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let command = format!("{{ command = {} }}", shell(ENDLESS, ENDLESS));
    let text = GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", &command);
    std::fs::write(folder.path().join("a.toml"), text).expect("written");
    folder
}

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

#[test]
fn signal_ends_the_command_with_its_descendants() {
    let signals = [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3)];
    // Windows has Ctrl-C only.
    for (name, number) in signals.into_iter().take(if cfg!(windows) { 1 } else { 4 }) {
        for arguments in WAYS {
            let folder = folder();
            let mut child = start(program(folder.path()).args(arguments));
            let descendant = Descendant::of(folder.path());
            assert!(descendant.is_alive());
            signal(&mut child, name);
            // The time limit of the command would end the program with an exit code.
            let status = child.wait().expect("it ends");
            assert!(is_ended_by(status, number), "{name} {arguments:?} {status}");
            descendant.assert_ends();
        }
    }
}

only_on_unix!(signals_ignored_at_the_start_stay_ignored, "signals are of Unix");
#[cfg(unix)]
#[test]
fn signals_ignored_at_the_start_stay_ignored() {
    let folder = folder();
    let ignoring = "trap '' HUP; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", ignoring, env!("CARGO_BIN_EXE_swyx-teams")]).args(WAYS[0]);
    let mut child = start(with_environment(&mut command, folder.path()));
    let descendant = Descendant::of(folder.path());
    signal(&mut child, "HUP");
    signal(&mut child, "TERM");
    assert!(is_ended_by(child.wait().expect("it ends"), 15));
    descendant.assert_ends();
}

#[cfg(unix)]
fn with_environment<'a>(command: &'a mut Command, folder: &std::path::Path) -> &'a mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.current_dir(folder).env_clear().env("PATH", path).stdin(Stdio::null())
}
