//! The commands of this process under one lock, and their common termination.

use std::io;
use std::process::ExitStatus;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(unix)]
use super::unix::Group;
#[cfg(windows)]
use super::windows::Group;

/// The commands of this process. One lock guards all, so that none is started unnoticed during termination.
pub(super) struct Commands {
    /// Whether this process is the program, which catches signals.
    pub(super) is_program: bool,
    pub(super) are_signals_caught: bool,
    /// Whether no more commands may start.
    pub(super) is_ending: bool,
    /// Whether a signal is about to end this process. Nothing may continue, or the process could end with an
    /// exit code first.
    pub(super) is_dying: bool,
    /// The number of commands between the decision to start and their entry in `running`.
    pub(super) starting: usize,
    pub(super) next_id: u64,
    pub(super) running: Vec<Running>,
}

/// A command until it is reaped and its result is taken.
pub(super) struct Running {
    pub(super) id: u64,
    /// `None` after the command is reaped: then its id may belong to another process.
    pub(super) group: Option<Group>,
    pub(super) status: Option<io::Result<ExitStatus>>,
    pub(super) output: Option<io::Result<Vec<u8>>>,
    /// Whether its result is no longer needed.
    pub(super) is_abandoned: bool,
}

static COMMANDS: Mutex<Commands> = Mutex::new(Commands {
    is_program: false,
    are_signals_caught: false,
    is_ending: false,
    is_dying: false,
    starting: 0,
    next_id: 0,
    running: Vec::new(),
});
pub(super) static CHANGED: Condvar = Condvar::new();

pub(super) fn lock() -> MutexGuard<'static, Commands> {
    COMMANDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes everything that waits for a command.
pub(super) fn wake_waiters() {
    // Needs the lock: a waiter that has just checked would miss it otherwise.
    let _commands = lock();
    CHANGED.notify_all();
}

impl Commands {
    pub(super) fn find(&mut self, id: u64) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.id == id)
    }

    pub(super) fn kill_all(&self) {
        self.running.iter().filter_map(|running| running.group.as_ref()).for_each(Group::kill);
    }
}

/// Does not return while a signal is about to end this process.
pub(super) fn stay_if_dying(commands: MutexGuard<'static, Commands>) -> MutexGuard<'static, Commands> {
    let staying = CHANGED.wait_while(commands, |commands| commands.is_dying);
    staying.unwrap_or_else(PoisonError::into_inner)
}

/// The same as [`end_all`], before the default action of a signal.
#[cfg(all(unix, feature = "cli"))]
pub(super) fn end_all_by_signal() {
    lock().is_dying = true;
    end_all();
}

/// Terminates all commands, and prevents new ones from starting.
pub(super) fn end_all() {
    /// A command that is being started terminates itself. A slow system must not delay the exit of this
    /// program.
    const MAX_WAIT: Duration = Duration::from_secs(1);
    let mut commands = lock();
    commands.is_ending = true;
    commands.kill_all();
    CHANGED.notify_all();
    drop(CHANGED.wait_timeout_while(commands, MAX_WAIT, |commands| commands.starting > 0));
}
