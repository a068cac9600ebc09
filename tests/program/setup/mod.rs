//! `setup` without a terminal: answers by flags, by the answers file and by the settings file, what is missing or wrong, and that
//! nothing of an existing file is lost. The questions themselves are tried on a terminal, end to end.

mod answers;
mod events;
mod flags;
mod memory;
mod secrets;

use std::path::Path;

use crate::common::{self, Run};

/// A tenant.
pub const TENANT: &str = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34";

/// The answers that are required without a prompt.
pub const REQUIRED: [&str; 8] =
    ["--mode", "2", "--tenant", TENANT, "--sign-in", "az", "--secret", "file:north.secret"];

/// [`REQUIRED`] with another value of one flag, or with one flag more.
pub fn required_with<'a>(flag: &'a str, value: &'a str) -> Vec<&'a str> {
    let mut arguments = REQUIRED.to_vec();
    match REQUIRED.iter().position(|word| *word == flag) {
        Some(at) => arguments[at + 1] = value,
        None => arguments.extend([flag, value]),
    }
    arguments
}

/// The file that [`REQUIRED`] makes.
pub const WRITTEN: &str = "\
[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientSecret = { file = \"north.secret\" }
";

/// An empty folder.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs `setup north.toml` with these additional arguments.
pub fn setup(folder: &Path, arguments: &[&str]) -> Run {
    let mut program = crate::common::program(folder);
    // Wherever this runs, there is no Azure CLI.
    program.env("PATH", folder).args(["setup", "north.toml"]).args(arguments);
    crate::common::finished(program.output().expect("the program runs"))
}

/// The settings file, if there is one.
pub fn written(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join("north.toml")).ok()
}

/// Writes a file of the folder.
pub fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}

/// Asserts that the answers are complete, so that the run continues to the sign-in, where it fails.
pub fn assert_complete(run: &Run) {
    const ENDS: [&str; 3] = [
        "error: the Azure CLI (az) cannot be started; check that it is installed\n",
        "error: `control_center.MsTeamsClientSecret` runs a command; if this is intended, add --trust=command\n",
        "error: --secret-out is only for a secret in an environment variable or from a command; swyx-teams can store this secret itself\n",
    ];
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    assert!(ENDS.iter().any(|end| run.err.contains(end)), "{}", run.err);
}

/// Asserts a usage error with these words.
pub fn assert_usage_error(run: &Run, words: &[&str]) {
    assert_eq!(run.code, Some(2), "{}{}", run.out, run.err);
    for word in words {
        assert!(run.err.contains(word), "{word} is not in:\n{}", run.err);
    }
    assert_eq!(run.out, "");
}
