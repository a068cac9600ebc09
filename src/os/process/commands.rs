//! The commands that this process runs, under one lock, and how they are ended together.

use std::io;
use std::process::ExitStatus;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(unix)]
use super::unix::Group;
#[cfg(windows)]
use super::windows::Group;

/// The commands of this process. One lock guards all, so that none is started unseen while they are ended.
pub(super) struct Commands {
    /// This process is the program, and catches signals.
    pub(super) is_program: bool,
    pub(super) are_signals_caught: bool,
    /// No command may start any more.
    pub(super) is_ending: bool,
    /// A signal is about to end this process. Nothing may go on, or the process could end with an exit code before.
    pub(super) is_dying: bool,
    /// How many are between the decision to start and their entry in `running`.
    pub(super) starting: usize,
    pub(super) next_id: u64,
    pub(super) running: Vec<Running>,
}

/// One command, until it has been reaped and its result was taken.
pub(super) struct Running {
    pub(super) id: u64,
    /// Nothing once the command has been reaped: then its id may be that of another process.
    pub(super) group: Option<Group>,
    pub(super) status: Option<io::Result<ExitStatus>>,
    pub(super) output: Option<io::Result<Vec<u8>>>,
    /// Nothing waits for its result any more.
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

/// Lets everything that waits for a command look again.
pub(super) fn wake_waiters() {
    // With the lock: a waiter that has just looked would miss it otherwise.
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

/// Ends all commands, and lets no other start.
pub(super) fn end_all() {
    /// A command that is being started ends itself when it sees that it must. A system that takes longer must not keep this program.
    const MAX_WAIT: Duration = Duration::from_secs(1);
    let mut commands = lock();
    commands.is_ending = true;
    commands.kill_all();
    CHANGED.notify_all();
    drop(CHANGED.wait_timeout_while(commands, MAX_WAIT, |commands| commands.starting > 0));
}
