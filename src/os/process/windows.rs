//! A child process with its own job object.

use std::io;
use std::process::{ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use process_wrap::std::{ChildWrapper, CommandWrap, JobObject};

type Shared = Arc<Mutex<Box<dyn ChildWrapper>>>;

/// The interval between checks whether the process has exited.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

fn lock(child: &Shared) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A job object. Its handle stays open while this exists, so it cannot be reused for another job.
pub(super) struct Group(Shared);

impl Group {
    /// Terminates every process of the job.
    pub(super) fn kill(&self) {
        // It fails if all have ended.
        let _ = lock(&self.0).start_kill();
    }
}

/// The process that was started.
pub(super) struct Leader(Shared);

impl Leader {
    /// Waits until the process has exited.
    pub(super) fn wait_for_exit(&mut self) -> io::Result<()> {
        while lock(&self.0).inner_mut().try_wait()?.is_none() {
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// The exit status of the process. It must have exited.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        // Not that of the job, which would wait for the other processes.
        lock(&self.0).inner_mut().wait()
    }
}

/// Starts the command in a job object of its own. The process is suspended until it is in the job, so it cannot start another one
/// outside.
pub(super) fn spawn(command: Command) -> io::Result<(Group, Leader, Option<ChildStdout>)> {
    let mut command = CommandWrap::from(command);
    let mut child = command.wrap(JobObject).spawn()?;
    let output = child.stdout().take();
    let child = Arc::new(Mutex::new(child));
    Ok((Group(Arc::clone(&child)), Leader(child), output))
}
