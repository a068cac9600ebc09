//! A child process with its own job object.

use std::io;
use std::process::{ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use process_wrap::std::{ChildWrapper, CommandWrap, CommandWrapper, JobObject};

use crate::os::windows::EndingJob;

type Shared = Arc<Mutex<Box<dyn ChildWrapper>>>;

/// The interval between checks whether the process has exited.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

fn lock(child: &Shared) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A job object. Its handle stays open while this exists, so it cannot be reused for another job.
pub(super) struct Group {
    child: Shared,
    /// Closed when this is dropped or the program ends in any way; that terminates every process of the job.
    _job: Arc<EndingJob>,
}

impl Group {
    /// Terminates every process of the job.
    pub(super) fn kill(&self) {
        // It fails if all have ended.
        let _ = lock(&self.child).start_kill();
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

/// Puts the process into the job, too. It is suspended then, because this comes before [`JobObject`].
#[derive(Debug)]
struct WithProgram(Arc<EndingJob>);

impl CommandWrapper for WithProgram {
    fn wrap_child(
        &mut self,
        child: Box<dyn ChildWrapper>,
        _: &CommandWrap,
    ) -> io::Result<Box<dyn ChildWrapper>> {
        let process = child.process_handle().ok_or_else(|| io::Error::other("the process has no handle"))?;
        self.0.add(process)?;
        Ok(child)
    }
}

/// Starts the command in a job object of its own. The process is suspended until it is in the job, so it cannot start another one
/// outside. The job of `process_wrap` ends the processes when asked to, the other one when this program ends.
pub(super) fn spawn(command: Command) -> io::Result<(Group, Leader, Option<ChildStdout>)> {
    let mut command = CommandWrap::from(command);
    let job = Arc::new(EndingJob::create()?);
    let mut child = command.wrap(WithProgram(Arc::clone(&job))).wrap(JobObject).spawn()?;
    let output = child.stdout().take();
    let child = Arc::new(Mutex::new(child));
    Ok((Group { child: Arc::clone(&child), _job: job }, Leader(child), output))
}
