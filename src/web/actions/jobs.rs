//! Jobs: one at a time, each on its own thread; the results of the last jobs are kept.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use uuid::Uuid;

use super::{Action, Actions, Code, Done, Progress, Verdict};
use crate::os::process::CancellationToken;

/// The maximum number of kept jobs.
const MAX_JOBS: usize = 8;
/// The maximum number of threads: for the running job, and for stopped jobs, which end when their code
/// expires.
const MAX_THREADS: usize = 4;
/// The maximum number of kept progress lines.
const MAX_LINES: usize = 100;

/// A job.
pub(in crate::web) struct Job {
    pub(in crate::web) id: String,
    pub(in crate::web) action: Action,
    state: Mutex<State>,
    cancellation: CancellationToken,
}

/// The state of a job.
#[derive(Clone)]
pub(in crate::web) struct State {
    began: Instant,
    /// The progress messages, latest last.
    pub(in crate::web) said: Vec<String>,
    /// The code that an administrator must enter.
    pub(in crate::web) code: Option<Code>,
    /// The result.
    pub(in crate::web) done: Option<Arc<Done>>,
    /// Whether it was stopped.
    pub(in crate::web) is_stopped: bool,
}

impl State {
    /// Whether the job is still running.
    pub(in crate::web) fn is_open(&self) -> bool {
        self.done.is_none() && !self.is_stopped
    }

    /// A version that changes whenever the page of the job changes, except for the seconds.
    pub(in crate::web) fn version(&self) -> String {
        let code = self.code.as_ref().map_or("", |code| &code.code);
        format!("{}-{}-{code}", self.said.len(), self.is_open())
    }

    /// The number of seconds since the start.
    pub(in crate::web) fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }
}

impl Job {
    fn new(action: Action) -> Self {
        let state =
            State { began: Instant::now(), said: Vec::new(), code: None, done: None, is_stopped: false };
        let id = Uuid::new_v4().simple().to_string();
        Self { id, action, state: Mutex::new(state), cancellation: CancellationToken::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current state.
    pub(in crate::web) fn state(&self) -> State {
        self.lock().clone()
    }

    /// Stops the job: terminates its commands, and drops its result. Its thread may still wait for an answer
    /// from the network or for a code.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.is_stopped = state.done.is_none();
        state.code = None;
        drop(state);
        self.cancellation.cancel();
    }

    fn end(&self, done: Done) {
        let mut state = self.lock();
        if state.is_open() {
            state.done = Some(Arc::new(done));
        }
        state.code = None;
    }
}

impl Progress for Job {
    fn report(&self, what: &str) {
        let mut state = self.lock();
        if state.said.len() < MAX_LINES {
            state.said.push(what.to_owned());
        }
    }

    fn request_sign_in(&self, code: Code) {
        let mut state = self.lock();
        if state.is_open() {
            state.code = Some(code);
        }
    }

    fn cancellation(&self) -> CancellationToken {
        self.cancellation.clone()
    }
}

/// Why a job was not started.
#[derive(Debug)]
pub(super) enum StartError {
    /// Another job is running.
    Busy(Arc<Job>),
    /// Too many stopped jobs are still waiting for answers.
    TooMany,
    /// The operating system cannot create a thread.
    NoThread(io::Error),
}

/// The jobs of one site.
#[derive(Default)]
pub(in crate::web) struct Jobs {
    kept: Mutex<VecDeque<Arc<Job>>>,
    threads: Arc<AtomicUsize>,
}

impl Jobs {
    /// Starts a job unless another one is running.
    pub(super) fn begin(&self, actions: Arc<dyn Actions>, action: Action) -> Result<Arc<Job>, StartError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(busy) = kept.iter().find(|job| job.lock().is_open()) {
            return Err(StartError::Busy(Arc::clone(busy)));
        }
        if self.threads.load(Ordering::Relaxed) >= MAX_THREADS {
            return Err(StartError::TooMany);
        }
        let job = Arc::new(Job::new(action));
        let running = Running::new(&job, &self.threads);
        let work = move || {
            let progress: Arc<dyn Progress> = running.job.clone();
            let done = actions.perform(action, &progress);
            running.job.end(done);
        };
        std::thread::Builder::new()
            .name(action.name().to_owned())
            .spawn(work)
            .map_err(StartError::NoThread)?;
        kept.push_back(Arc::clone(&job));
        if kept.len() > MAX_JOBS {
            kept.pop_front();
        }
        Ok(job)
    }

    /// The job with this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Job>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|job| job.id == id).cloned()
    }
}

/// A working thread. When it ends, for whatever reason, its job has ended too.
struct Running {
    job: Arc<Job>,
    threads: Arc<AtomicUsize>,
}

impl Running {
    fn new(job: &Arc<Job>, threads: &Arc<AtomicUsize>) -> Self {
        threads.fetch_add(1, Ordering::Relaxed);
        Self { job: Arc::clone(job), threads: Arc::clone(threads) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.threads.fetch_sub(1, Ordering::Relaxed);
        let headline = "the job was interrupted by a bug in this program".to_owned();
        self.job.end(Done { verdict: Verdict::Failed, headline, parts: Vec::new() });
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("action", &self.action).finish_non_exhaustive()
    }
}
