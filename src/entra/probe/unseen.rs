//! Why a part of the tenant could not be read: the call failed, or its answer says nothing.

use crate::entra::GraphError;
use crate::entra::graph::PartAnswer;
use crate::entra::snapshot::{Cause, Unseen};

impl From<&GraphError> for Unseen {
    fn from(error: &GraphError) -> Self {
        let cause = match error {
            GraphError::Administrator(_) => Cause::Use,
            error if error.is_silence() => Cause::Silence,
            _ => Cause::Answer,
        };
        Self::new(cause, error.to_string())
    }
}

/// Converts an answer that says nothing about the tenant.
pub(super) fn unexpected_answer(answer: &PartAnswer) -> Unseen {
    Unseen::new(Cause::Answer, format!("Microsoft Graph answered with HTTP {}{}", answer.status, answer.code))
}
