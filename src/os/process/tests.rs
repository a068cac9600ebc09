//! Tests the termination of commands and their descendants.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{CancellationToken, Output, RunError, Runner};

const MAX_BYTES: usize = 1000;
/// Longer than any test may take.
const NO_LIMIT: Duration = Duration::from_secs(3600);

/// Starts a process in the background and writes its id into a file, which is complete as soon as it exists.
const LEAVE_CHILD: &str = "sleep 1000 & echo $! > draft; mv draft pid; ";
/// The same where the background process does not keep standard output open.
const LEAVE_SILENT_CHILD: &str = "sleep 1000 > /dev/null & echo $! > draft; mv draft pid; ";

struct Fixture(tempfile::TempDir);

impl Fixture {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn runner(&self, script: &str, time_limit: Duration) -> Runner {
        let mut runner = Runner::new("sh", MAX_BYTES, time_limit);
        runner.command().args(["-c", script]).current_dir(self.0.path());
        runner
    }

    fn run(&self, script: &str, time_limit: Duration) -> Result<Output, RunError> {
        self.runner(script, time_limit).output(&CancellationToken::new())
    }

    fn pid_file(&self) -> PathBuf {
        self.0.path().join("pid")
    }

    /// The background process, once it has been started.
    fn descendant(&self) -> Descendant {
        wait_until("the background process to start", || self.pid_file().exists());
        Descendant(std::fs::read_to_string(self.pid_file()).expect("a file").trim().to_owned())
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A background process of a command. It is killed when the test ends, so that a failing test leaves nothing.
struct Descendant(String);

impl Descendant {
    /// Whether it runs. A process that nothing has reaped yet does not run.
    fn is_alive(&self) -> bool {
        let state = Command::new("ps").args(["-o", "stat=", "-p", &self.0]).output().expect("ps runs");
        let state = String::from_utf8(state.stdout).expect("text");
        !state.trim().is_empty() && !state.trim_start().starts_with('Z')
    }

    fn assert_ends(&self) {
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

fn directly(script: &str, folder: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().expect("sh starts")
}

#[test]
fn killing_the_direct_child_leaves_descendants_running() {
    let fixture = Fixture::new();
    let mut child = directly(&format!("{LEAVE_CHILD} exec sleep 1000"), fixture.0.path());
    let descendant = fixture.descendant();
    child.kill().and_then(|()| child.wait()).expect("killed");
    assert!(descendant.is_alive(), "the other tests could not see the fault");
}

#[test]
fn the_time_limit_ends_the_descendants() {
    let script = format!("{LEAVE_CHILD} sleep 1000");
    // A slow machine may not have started the background process within a short limit.
    let mut limit = Duration::from_millis(100);
    let fixture = loop {
        let fixture = Fixture::new();
        assert!(matches!(fixture.run(&script, limit), Err(RunError::TimedOut)));
        if fixture.pid_file().exists() {
            break fixture;
        }
        limit *= 2;
    };
    fixture.descendant().assert_ends();
}

#[test]
fn too_much_output_ends_the_descendants() {
    let fixture = Fixture::new();
    let script = format!("{LEAVE_CHILD} head -c {} /dev/zero; sleep 1000", MAX_BYTES + 1);
    assert!(matches!(fixture.run(&script, NO_LIMIT), Err(RunError::TooMuchOutput)));
    fixture.descendant().assert_ends();
}

#[test]
fn output_of_the_maximum_size_is_accepted() {
    let fixture = Fixture::new();
    let output = fixture.run(&format!("head -c {MAX_BYTES} /dev/zero"), NO_LIMIT).expect("an output");
    assert!(output.status.success() && output.stdout.len() == MAX_BYTES);
}

#[test]
fn remaining_descendants_are_ended_and_output_is_returned() {
    for leave in [LEAVE_CHILD, LEAVE_SILENT_CHILD] {
        let fixture = Fixture::new();
        // The first background process keeps standard output open; nothing waits for it.
        let output = fixture.run(&format!("{leave} echo text; exec >&-"), NO_LIMIT).expect("an output");
        assert!(output.status.success() && output.stdout == b"text\n");
        fixture.descendant().assert_ends();
    }
}

#[test]
fn command_that_closes_stdout_still_times_out() {
    let fixture = Fixture::new();
    let run = fixture.run("echo text; exec >&-; exec sleep 1000", Duration::from_millis(100));
    assert!(matches!(run, Err(RunError::TimedOut)));
}

#[test]
fn cancellation_ends_the_descendants() {
    let fixture = Fixture::new();
    let runner = fixture.runner(&format!("{LEAVE_CHILD} sleep 1000"), NO_LIMIT);
    let parent = CancellationToken::new();
    let own = parent.child_token();
    let run = std::thread::spawn(move || runner.output(&own));
    let descendant = fixture.descendant();
    parent.cancel();
    assert!(matches!(run.join().expect("no panic"), Err(RunError::Cancelled)));
    descendant.assert_ends();
}

#[test]
fn nothing_starts_after_cancellation() {
    let fixture = Fixture::new();
    let cancellation = CancellationToken::new();
    cancellation.cancel();
    let run = fixture.runner(LEAVE_CHILD, NO_LIMIT).output(&cancellation);
    assert!(matches!(run, Err(RunError::Cancelled)) && !fixture.pid_file().exists());
}

#[test]
fn cancelling_a_child_token_does_not_cancel_its_parent() {
    let parent = CancellationToken::new();
    let child = parent.child_token();
    drop(child.drop_guard());
    assert!(child.is_cancelled() && !parent.is_cancelled());
    parent.cancel();
    assert!(parent.child_token().is_cancelled());
}

#[cfg(feature = "online")]
#[tokio::test]
async fn dropping_the_future_ends_the_descendants() {
    let fixture = Fixture::new();
    let runner = fixture.runner(&format!("{LEAVE_CHILD} sleep 1000"), NO_LIMIT);
    let cancellation = CancellationToken::new();
    let run = tokio::spawn(async move { runner.output_async(&cancellation).await.map(|_| ()) });
    while !fixture.pid_file().exists() {
        tokio::task::yield_now().await;
    }
    run.abort();
    assert!(run.await.expect_err("aborted").is_cancelled());
    fixture.descendant().assert_ends();
}

#[test]
fn missing_program_is_reported() {
    let run = Runner::new("/nowhere/program", MAX_BYTES, NO_LIMIT).output(&CancellationToken::new());
    let error = run.err().expect("an error");
    assert_eq!(error.to_string(), "cannot be started: no such file or directory");
}
