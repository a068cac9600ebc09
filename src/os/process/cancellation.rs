//! A token that cancels running commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::wake_waiters;

/// Cancels the commands that were started with it. Clones are the same token.
#[derive(Clone, Debug, Default)]
pub struct CancellationToken {
    own: Arc<AtomicBool>,
    ancestors: Vec<Arc<AtomicBool>>,
}

impl CancellationToken {
    /// Creates a token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled with this one, and can also be cancelled separately.
    pub fn child_token(&self) -> Self {
        let mut ancestors = self.ancestors.clone();
        ancestors.push(Arc::clone(&self.own));
        Self { own: Arc::default(), ancestors }
    }

    /// Terminates the commands of this token, and prevents new ones from starting.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Release);
        wake_waiters();
    }

    /// Whether this token or one of its ancestors was cancelled.
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
