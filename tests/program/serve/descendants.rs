//! The Azure CLI that a job waits for ends with the job, and with the program. It may run for ten minutes, so no time limit ends it here.

use crate::common::GOOD;
use crate::common::descendants::{Descendant, ENDLESS};
use crate::common::system::{PATH_SEPARATOR, script};
use crate::serve::browser::Served;

/// A page whose job waits for an `az` that never ends.
struct Waiting {
    folder: tempfile::TempDir,
    served: Served,
    address: String,
    descendant: Descendant,
}

impl Waiting {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.toml"), GOOD).expect("written");
        let unix = format!("cd \"${{0%/*}}\"\n{ENDLESS}");
        script(folder.path(), "az", &unix, &format!("cd /d %~dp0\r\n{ENDLESS}")).expect("written");
        let path = std::env::var("PATH").expect("a PATH");
        let path = format!("{}{PATH_SEPARATOR}{path}", folder.path().display());
        let mut served = Served::start(folder.path(), &["a.toml", "--use-az"], &[("PATH", &path)]);
        let address = served.begin("plan");
        let descendant = Descendant::of(folder.path());
        assert!(descendant.is_alive());
        Self { folder, served, address, descendant }
    }
}

#[test]
fn stop_ends_the_azure_cli_with_its_descendants() {
    let mut waiting = Waiting::new();
    waiting.served.stop(&waiting.address);
    waiting.descendant.assert_ends();
    // The page is still there.
    assert!(waiting.served.ask("GET", &waiting.address, "").body.contains("Stopped"));
    waiting.served.end();
}

#[test]
fn program_end_ends_the_azure_cli_with_its_descendants() {
    let waiting = Waiting::new();
    // SIGTERM, and exit code 0 as without a job.
    waiting.served.end();
    waiting.descendant.assert_ends();
}
