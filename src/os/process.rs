//! Child processes whose output is wanted: commands that print a secret, and the Azure CLI.
//!
//! A command gets a minimal environment and no standard input, and may print so many bytes in so much time. It has a process group of its
//! own, a job object on Windows. The whole group is ended when the command exits, prints too much, exceeds its time limit or is
//! cancelled, and when this program ends by itself or by SIGINT, SIGTERM, SIGHUP or SIGQUIT.
//!
//! Known limits: a descendant that leaves the group, as a daemon does with `setsid`, is not ended, and neither is a process of another
//! user, as after `sudo`. A SIGKILL of this program, or a crash, leaves the group running. On Windows, Ctrl-C ends this program at once;
//! the console sends it to the command too.

mod cancellation;
mod commands;
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

/// Why a command gave no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The system could not start it.
    #[error("cannot be started: {}", super::reason(.0))]
    NotStarted(#[source] io::Error),
    /// Its time was over.
    #[error("did not end within its time limit")]
    TimedOut,
    /// It printed more than it may.
    #[error("printed too much")]
    TooMuchOutput,
    /// It was stopped, or this program is about to end.
    #[error("was stopped")]
    Cancelled,
    /// The system could not tell what it printed, or how it ended.
    #[error("cannot be followed: {}", super::reason(.0))]
    Lost(#[source] io::Error),
}

/// What a command printed, and how it ended.
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on standard output. It may be a secret, so there is no Debug text.
    pub stdout: Vec<u8>,
}

/// A command that can be run once.
pub struct Runner {
    command: Command,
    max_bytes: usize,
    time_limit: Duration,
}

impl Runner {
    /// A command that may print `max_bytes` and run for `time_limit`.
    pub fn new(program: impl AsRef<OsStr>, max_bytes: usize, time_limit: Duration) -> Self {
        let mut command = Command::new(program);
        command.env_clear().envs(minimal_environment());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self { command, max_bytes, time_limit }
    }

    /// The command, to add arguments, variables and a working directory.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs the command and waits for it. Processes that it leaves behind are ended when it exits; what they would have printed later
    /// does not count.
    ///
    /// # Errors
    /// [`RunError`] says why there is no output.
    pub fn output(self, cancellation: &CancellationToken) -> Result<Output, RunError> {
        // A limit beyond what a clock can show is none.
        let deadline = Instant::now().checked_add(self.time_limit);
        let id = start(self.command, self.max_bytes, cancellation)?;
        wait(id, self.max_bytes, deadline, cancellation)
    }

    /// The same for a task. The command is ended if the future is dropped.
    ///
    /// # Errors
    /// [`RunError`] says why there is no output.
    #[cfg(feature = "online")]
    pub async fn output_async(self, cancellation: &CancellationToken) -> Result<Output, RunError> {
        let own = cancellation.child_token();
        let _cancel = own.drop_guard();
        let run = tokio::task::spawn_blocking(move || self.output(&own));
        run.await.unwrap_or_else(|error| Err(RunError::Lost(io::Error::other(error))))
    }
}

/// What a child process gets of the environment: enough to find its own files, and no secret.
fn minimal_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    let kept = ["PATH", "HOME", "LANG", "SYSTEMROOT", "USERPROFILE", "XDG_RUNTIME_DIR"];
    kept.into_iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value)))
}

/// Ends all commands when it is dropped, for `main`. While it exists, a signal that ends the program ends them, too.
#[must_use]
pub struct EndAtExit(());

impl EndAtExit {
    /// Must be made once, by the program: a library leaves signals to the program that it is part of.
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

/// Starts a command and the two threads that follow it, and gives its number.
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
    // The threads are there before the command is: without them it could be neither read nor reaped.
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

/// Starts the threads that reap a command and read its output, once they are given it.
fn threads(id: u64, max_bytes: usize) -> io::Result<Threads> {
    let thread = || std::thread::Builder::new().name("command".to_owned());
    let (to_reaper, leader) = mpsc::channel::<Leader>();
    let (to_reader, stdout) = mpsc::channel::<Option<ChildStdout>>();
    thread().spawn(move || leader.recv().map(|leader| reap(id, leader)))?;
    thread().spawn(move || stdout.recv().map(|stdout| read(id, stdout, max_bytes)))?;
    Ok((to_reaper, to_reader))
}

/// Waits for a command to exit, ends what it left behind in its group, and reaps it.
fn reap(id: u64, mut leader: Leader) {
    let exited = leader.wait_for_exit();
    let mut commands = lock();
    let Some(running) = commands.find(id) else { return };
    // Before the command is reaped: after that, its group's id may be that of another group. If the wait failed, it may be so already.
    if let (Some(group), Ok(())) = (running.group.take(), &exited) {
        group.kill();
    }
    running.status = Some(exited.and_then(|()| leader.reap()));
    if running.is_abandoned {
        commands.running.retain(|running| running.id != id);
    }
    CHANGED.notify_all();
}

/// Reads what a command prints, and one byte more than it may print at most.
fn read(id: u64, stdout: Option<ChildStdout>, max_bytes: usize) {
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    let read = stdout.map_or(Ok(0), |stdout| stdout.take(limit).read_to_end(&mut content));
    let mut commands = lock();
    // Nothing is there to be told if the command has been given up and reaped.
    if let Some(running) = commands.find(id) {
        running.output = Some(read.map(|_| content));
    }
    CHANGED.notify_all();
}

/// Waits for the result of a command; ends it if there is none.
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
            return Err(RunError::Lost(io::Error::other("its entry is missing")));
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
            (None, _) => Err(RunError::Lost(io::Error::other("it has no result"))),
        };
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
