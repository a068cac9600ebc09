//! Child processes whose output is needed: commands that print a secret, and the Azure CLI.
//!
//! A command gets a minimal environment and no standard input, and its output and its run time are limited.
//! It has its own process group, or a job object on Windows. The whole group is terminated when the command
//! exits, prints too much, exceeds its time limit or is cancelled, and when this program exits or is ended by
//! SIGINT, SIGTERM, SIGHUP or SIGQUIT.
//!
//! Known limits: a descendant that leaves the group, like a daemon with `setsid`, is not terminated, and
//! neither is a process of another user, for example after `sudo`. On Unix, a SIGKILL of this program, or a
//! crash, leaves the group running; on Windows, the job ends with this program, however that ends.
//!
//! ```
//! # #[cfg(unix)] {
//! use std::time::Duration;
//! use swyx_teams::os::process::{CancellationToken, Runner};
//!
//! let mut runner = Runner::new("printf", 1024, Duration::from_secs(30));
//! runner.command().arg("a secret");
//! let output = runner.output(&CancellationToken::new())?;
//! assert_eq!(output.stdout, b"a secret");
//! # }
//! # Ok::<(), swyx_teams::os::process::RunError>(())
//! ```

mod cancellation;
mod commands;
#[cfg(any(windows, test))]
mod program;
#[cfg(all(unix, feature = "cli"))]
mod signals;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{PoisonError, mpsc};
use std::time::{Duration, Instant};

pub use cancellation::{CancelOnDrop, CancellationToken};
use commands::{CHANGED, Commands, Running, end_all, lock, stay_if_dying};
#[cfg(unix)]
use unix::{Leader, spawn};
#[cfg(windows)]
use windows::{Leader, spawn};

/// Why a command has no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The operating system could not start it.
    #[error("cannot be started: {}", super::reason(.0))]
    NotStarted(#[source] io::Error),
    /// It exceeded its time limit.
    #[error("did not finish within its time limit")]
    TimedOut,
    /// It printed more than allowed.
    #[error("printed too much")]
    TooMuchOutput,
    /// It was stopped, or this program is shutting down.
    #[error("was stopped")]
    Cancelled,
    /// Its output or its exit status could not be read.
    #[error("cannot be followed: {}", super::reason(.0))]
    Lost(#[source] io::Error),
}

/// The output and the exit status of a command.
#[non_exhaustive]
pub struct Output {
    /// The exit status.
    pub status: ExitStatus,
    /// Its standard output. It may be a secret, so the type does not implement Debug.
    pub stdout: Vec<u8>,
}

/// A command that can be run once.
pub struct Runner {
    command: Command,
    max_bytes: usize,
    time_limit: Duration,
}

impl Runner {
    /// Creates a command that may print `max_bytes` and run for `time_limit`. On Windows, the program is found
    /// with the endings of `PATHEXT`, and never in the current folder.
    pub fn new(program: impl AsRef<OsStr>, max_bytes: usize, time_limit: Duration) -> Self {
        #[cfg(windows)]
        let program = program::find(program.as_ref());
        let mut command = Command::new(program);
        command.env_clear().envs(minimal_environment());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self { command, max_bytes, time_limit }
    }

    /// The command, to add arguments, variables and a working directory.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs the command and waits for it. Child processes that are still running when it exits are
    /// terminated; their later output is ignored.
    ///
    /// # Errors
    /// [`RunError`] if there is no output.
    pub fn output(self, cancellation: &CancellationToken) -> Result<Output, RunError> {
        // A limit beyond the range of the clock means no limit.
        let deadline = Instant::now().checked_add(self.time_limit);
        let id = start(self.command, self.max_bytes, cancellation)?;
        wait(id, self.max_bytes, deadline, cancellation)
    }

    /// The same for an async task. The command is terminated if the future is dropped.
    ///
    /// # Errors
    /// [`RunError`] if there is no output.
    #[cfg(feature = "online")]
    pub async fn output_async(self, cancellation: &CancellationToken) -> Result<Output, RunError> {
        let own = cancellation.child_token();
        let _cancel = own.drop_guard();
        let run = tokio::task::spawn_blocking(move || self.output(&own));
        run.await.unwrap_or_else(|error| Err(RunError::Lost(io::Error::other(error))))
    }
}

/// The variables that every child process gets, if they are set.
const KEPT: [&str; 3] = ["PATH", "HOME", "LANG"];
/// The variables of desktop sessions.
const KEPT_ON_UNIX: [&str; 1] = ["XDG_RUNTIME_DIR"];
/// The variables without which programs for Windows do not start, or do not find their own files.
const KEPT_ON_WINDOWS: [&str; 17] = [
    "APPDATA",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "PATHEXT",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
];

/// The environment of a child process: enough to find its own files, and no secret. It is a list of allowed
/// names, so that no spelling of another name gets through: Windows ignores the case of names.
fn minimal_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let of_system = if cfg!(windows) { &KEPT_ON_WINDOWS[..] } else { &KEPT_ON_UNIX[..] };
    let kept = KEPT.into_iter().chain(of_system.iter().copied());
    kept.filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
}

/// Terminates all commands on drop, for `main`. While it exists, a signal that ends the program also
/// terminates them.
#[must_use]
pub struct EndAtExit(());

impl EndAtExit {
    /// Must be created once, by the program: a library must leave signals to the program that uses it.
    #[expect(clippy::new_without_default, reason = "it changes what signals do")]
    pub fn new() -> Self {
        lock().is_program = true;
        Self(())
    }
}

impl Drop for EndAtExit {
    fn drop(&mut self) {
        end_all();
        drop(stay_if_dying(lock()));
    }
}

/// Starts a command and its two threads, and returns its id.
fn start(command: Command, max_bytes: usize, cancellation: &CancellationToken) -> Result<u64, RunError> {
    let id = {
        let mut commands = stay_if_dying(lock());
        if commands.is_ending || cancellation.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        catch_signals(&mut commands).map_err(RunError::NotStarted)?;
        commands.starting += 1;
        commands.next_id += 1;
        commands.next_id
    };
    // The threads are started before the command: without them it could be neither read nor reaped.
    let spawned = threads(id, max_bytes).and_then(|threads| Ok((threads, spawn(command)?)));
    let mut commands = lock();
    commands.starting -= 1;
    CHANGED.notify_all();
    let ((to_reaper, to_reader), (group, leader, stdout)) = spawned.map_err(RunError::NotStarted)?;
    if commands.is_ending {
        group.kill();
    }
    let group = Some(group);
    commands.running.push(Running { id, group, status: None, output: None, is_abandoned: false });
    // Both threads wait for this, so that neither send can fail.
    let _ = to_reaper.send(leader);
    let _ = to_reader.send(stdout);
    Ok(id)
}

#[cfg(all(unix, feature = "cli"))]
fn catch_signals(commands: &mut Commands) -> io::Result<()> {
    if commands.is_program && !commands.are_signals_caught {
        signals::catch()?;
        commands.are_signals_caught = true;
    }
    Ok(())
}

#[cfg(not(all(unix, feature = "cli")))]
fn catch_signals(commands: &mut Commands) -> io::Result<()> {
    commands.are_signals_caught = commands.is_program;
    Ok(())
}

type Threads = (mpsc::Sender<Leader>, mpsc::Sender<Option<ChildStdout>>);

/// Starts the threads that reap a command and read its output after they receive it.
fn threads(id: u64, max_bytes: usize) -> io::Result<Threads> {
    let thread = || std::thread::Builder::new().name("command".to_owned());
    let (to_reaper, leader) = mpsc::channel::<Leader>();
    let (to_reader, stdout) = mpsc::channel::<Option<ChildStdout>>();
    thread().spawn(move || leader.recv().map(|leader| reap(id, leader)))?;
    thread().spawn(move || stdout.recv().map(|stdout| read(id, stdout, max_bytes)))?;
    Ok((to_reaper, to_reader))
}

/// Waits for a command to exit, terminates the rest of its group, and reaps it.
fn reap(id: u64, mut leader: Leader) {
    let exited = leader.wait_for_exit();
    let mut commands = lock();
    let Some(running) = commands.find(id) else { return };
    // This must happen before the command is reaped: after that, the id of its group may belong to another
    // group. If the wait failed, this may already be the case.
    if let (Some(group), Ok(())) = (running.group.take(), &exited) {
        group.kill();
    }
    running.status = Some(exited.and_then(|()| leader.reap()));
    if running.is_abandoned {
        commands.running.retain(|running| running.id != id);
    }
    CHANGED.notify_all();
}

/// Reads the output of a command, up to one byte more than allowed.
fn read(id: u64, stdout: Option<ChildStdout>, max_bytes: usize) {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    let read = stdout.map_or(Ok(0), |stdout| stdout.take(limit).read_to_end(&mut content));
    let mut commands = lock();
    // The entry is missing if the command was abandoned and reaped.
    if let Some(running) = commands.find(id) {
        running.output = Some(read.map(|_| content));
    }
    CHANGED.notify_all();
}

/// Waits for the result of a command; terminates it if there is none.
fn wait(
    id: u64,
    max_bytes: usize,
    deadline: Option<Instant>,
    cancellation: &CancellationToken,
) -> Result<Output, RunError> {
    let mut commands = lock();
    loop {
        commands = stay_if_dying(commands);
        let is_cancelled = commands.is_ending || cancellation.is_cancelled();
        let Some(running) = commands.find(id) else {
            return Err(RunError::Lost(io::Error::other("the entry of the command is missing")));
        };
        let is_too_long = |output: &io::Result<Vec<u8>>| output.as_ref().is_ok_and(|o| o.len() > max_bytes);
        let now = Instant::now();
        let failure = if is_cancelled {
            Some(RunError::Cancelled)
        } else if running.output.as_ref().is_some_and(is_too_long) {
            Some(RunError::TooMuchOutput)
        } else if running.status.is_some() && running.output.is_some() {
            None
        } else if deadline.is_some_and(|deadline| now >= deadline) {
            Some(RunError::TimedOut)
        } else {
            let left = deadline.map_or(Duration::MAX, |deadline| deadline - now);
            commands = CHANGED.wait_timeout(commands, left).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        };
        if failure.is_some()
            && let Some(group) = &running.group
        {
            group.kill();
        }
        running.is_abandoned = true;
        let result = (running.status.take(), running.output.take());
        if result.0.is_some() {
            commands.running.retain(|running| running.id != id);
        }
        return match (failure, result) {
            (Some(failure), _) => Err(failure),
            (None, (Some(status), Some(output))) => {
                let (status, stdout) = (status.map_err(RunError::Lost)?, output.map_err(RunError::Lost)?);
                Ok(Output { status, stdout })
            }
            (None, _) => Err(RunError::Lost(io::Error::other("the command has no result"))),
        };
    }
}

#[cfg(test)]
mod environment_tests {
    use std::ffi::OsStr;

    use super::*;

    fn all() -> impl Iterator<Item = &'static str> {
        KEPT.into_iter().chain(KEPT_ON_UNIX).chain(KEPT_ON_WINDOWS)
    }

    #[test]
    fn command_gets_only_the_variables_of_the_list() {
        let runner = Runner::new("x", 1, Duration::from_secs(1));
        let given = runner.command.get_envs().map(|(name, _)| name).collect::<Vec<_>>();
        assert!(given.contains(&OsStr::new("PATH")), "{given:?}");
        assert!(given.iter().all(|name| all().any(|kept| name.eq_ignore_ascii_case(kept))), "{given:?}");
    }

    /// On Windows, a name in other letters is the same variable.
    #[test]
    fn no_variable_of_this_program_is_on_the_list() {
        for kept in all() {
            assert_eq!(kept, kept.to_ascii_uppercase());
            assert!(!kept.starts_with("SWYX_TEAMS_"), "{kept}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn command_gets_what_programs_for_windows_need() {
        let names = minimal_environment().map(|(name, _)| name).collect::<Vec<_>>();
        for name in ["SYSTEMROOT", "TEMP", "PATHEXT", "COMSPEC", "APPDATA", "USERNAME"] {
            assert!(names.contains(&name) || std::env::var_os(name).is_none(), "{name}");
        }
        assert!(names.contains(&"SYSTEMROOT"), "{names:?}");
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
