//! Commands that start a process in the background, and whether it still runs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A script that starts a process in the background, and does not end by itself during a test. On Unix it writes the id of the process
/// into the file `pid`; on Windows the process has the file `held` open.
pub const ENDLESS: &str = if cfg!(windows) {
    "start /b ping -n 600 127.0.0.1 > held & ping -n 600 127.0.0.1 > nul"
} else {
    "sleep 1000 & echo $! > draft; mv draft pid; sleep 1000"
};

/// A background process of a command. On Unix it is killed when the test ends, so that a failing test leaves nothing.
pub struct Descendant(PathBuf);

impl Descendant {
    /// Waits until [`ENDLESS`] has started it in `folder`.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join(if cfg!(windows) { "held" } else { "pid" });
        wait_until("the background process to start", || path.exists());
        Self(path)
    }

    /// Whether it runs.
    #[cfg(windows)]
    pub fn is_alive(&self) -> bool {
        use std::os::windows::fs::OpenOptionsExt;
        std::fs::OpenOptions::new().read(true).share_mode(0).open(&self.0).is_err()
    }

    /// Whether it runs. A process that nothing has reaped yet does not run.
    #[cfg(unix)]
    pub fn is_alive(&self) -> bool {
        let state = std::process::Command::new("ps")
            .args(["-o", "stat=", "-p", &self.id()])
            .output()
            .expect("ps runs");
        let state = String::from_utf8(state.stdout).expect("text");
        !state.trim().is_empty() && !state.trim_start().starts_with('Z')
    }

    #[cfg(unix)]
    fn id(&self) -> String {
        std::fs::read_to_string(&self.0).expect("a file").trim().to_owned()
    }

    /// Waits until it has ended.
    pub fn assert_ends(&self) {
        wait_until("the background process to end", || !self.is_alive());
    }
}

#[cfg(unix)]
impl Drop for Descendant {
    fn drop(&mut self) {
        if self.0.exists() && self.is_alive() {
            let _ = std::process::Command::new("kill").args(["-KILL", &self.id()]).status();
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
