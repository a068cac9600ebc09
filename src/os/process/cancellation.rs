//! A token that asks running commands to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::wake_waiters;

/// Asks the commands that were started with it to end. Clones are the same token.
#[derive(Clone, Debug, Default)]
pub struct CancellationToken {
    own: Arc<AtomicBool>,
    ancestors: Vec<Arc<AtomicBool>>,
}

impl CancellationToken {
    /// A token that nothing has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled together with this one, and can also be cancelled alone.
    pub fn child_token(&self) -> Self {
        let mut ancestors = self.ancestors.clone();
        ancestors.push(Arc::clone(&self.own));
        Self { own: Arc::default(), ancestors }
    }

    /// Ends the commands that run with this token, and keeps new ones from starting.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Release);
        wake_waiters();
    }

    /// Whether this token, or one that it is a child of, was cancelled.
    pub fn is_cancelled(&self) -> bool {
        std::iter::once(&self.own).chain(&self.ancestors).any(|flag| flag.load(Ordering::Acquire))
    }

    /// A guard that cancels this token when it is dropped, for a future that may be dropped before its command ends.
    pub fn drop_guard(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

/// Cancels a token when it is dropped.
#[derive(Debug)]
pub struct CancelOnDrop(CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
