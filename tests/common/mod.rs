//! What several tests need: the program, folders to work in, files to compare with.
#![allow(unreachable_pub, dead_code, reason = "each test uses a part")]

pub mod descendants;
#[cfg(feature = "emulator")]
pub mod faults;
pub mod system;
pub mod tenants;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The repository's own folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What one run of the program gave.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program, in `folder`, with an environment of its own.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swyx-teams"));
    command
        .current_dir(folder)
        .env_clear()
        .envs(system::minimal_environment())
        // Messages are compared as one line.
        .env("COLUMNS", "1000")
        .stdin(Stdio::null());
    system::with_own_console(&mut command);
    command
}

/// A pipe that nobody reads.
pub fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

/// Runs the program in `folder`.
pub fn run(folder: &Path, arguments: &[&str]) -> Run {
    finished(program(folder).args(arguments).output().expect("the program runs"))
}

/// Runs the program with a text on its standard input.
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    use std::io::Write;
    let mut child = program(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // A program that does not read its input closes it; that is no fault here.
    let _ = child.stdin.take().expect("piped").write_all(input);
    finished(child.wait_with_output().expect("the program ends"))
}

/// What a run gave.
pub fn finished(output: Output) -> Run {
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// Compares with the file at `path`, or writes it where `UPDATE=1` asks for it.
pub fn assert_file(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(path, found).expect("the file can be written");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == found,
        "{} is stale; UPDATE=1 cargo test updates it. Found:\n{found}",
        path.display()
    );
}

/// The folders below `folder`, by name.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect::<Vec<_>>();
    found.sort();
    found
}

/// A small correct file; its secret is a reference.
pub const GOOD: &str = "\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
MsTeamsClientSecret = { env = \"SWYX_TEAMS_CLIENT_SECRET\" }
";
