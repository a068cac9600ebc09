//! A child process as the leader of its own process group.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// A process group whose leader has not been reaped, so that its id cannot be in use for another group.
pub(super) struct Group(Pid);

impl Group {
    /// Terminates every process of the group.
    pub(super) fn kill(&self) {
        // It fails if all have ended, and for processes of other users, which this program cannot terminate.
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// The process that was started.
pub(super) struct Leader {
    child: Child,
    id: Pid,
}

impl Leader {
    /// Waits until the process has exited, without reaping it: its id and that of its group stay taken.
    pub(super) fn wait_for_exit(&mut self) -> io::Result<()> {
        loop {
            match waitid(WaitId::Pid(self.id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Err(rustix::io::Errno::INTR) => {}
                result => return Ok(result.map(|_| ())?),
            }
        }
    }

    /// Reaps the process. It must have exited.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

/// Starts the command in its own process group.
pub(super) fn spawn(mut command: Command) -> io::Result<(Group, Leader, Option<ChildStdout>)> {
    let mut child = command.process_group(0).spawn()?;
    let output = child.stdout.take();
    let id = Pid::from_child(&child);
    Ok((Group(id), Leader { child, id }, output))
}
