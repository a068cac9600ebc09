//! Commands that start a process in the background, and whether it still runs.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A script that starts a process in the background, writes its id into the file `pid`, and never ends by itself.
pub const ENDLESS: &str = "sleep 1000 & echo $! > draft; mv draft pid; sleep 1000";

/// A background process of a command. It is killed when the test ends, so that a failing test leaves nothing.
pub struct Descendant(String);

impl Descendant {
    /// Waits until [`ENDLESS`] has started it in `folder`.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("pid");
        wait_until("the background process to start", || path.exists());
        Self(std::fs::read_to_string(path).expect("a file").trim().to_owned())
    }

    /// Whether it runs. A process that nothing has reaped yet does not run.
    pub fn is_alive(&self) -> bool {
        let state = Command::new("ps").args(["-o", "stat=", "-p", &self.0]).output().expect("ps runs");
        let state = String::from_utf8(state.stdout).expect("text");
        !state.trim().is_empty() && !state.trim_start().starts_with('Z')
    }

    /// Waits until it has ended.
    pub fn assert_ends(&self) {
        wait_until("the background process to end", || !self.is_alive());
    }
}

impl Drop for Descendant {
    fn drop(&mut self) {
        if self.is_alive() {
            let _ = Command::new("kill").args(["-KILL", &self.0]).status();
        }
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
