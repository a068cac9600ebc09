//! Why a part of the tenant was not seen, when a call for it failed or its answer says nothing.

use crate::entra::GraphError;
use crate::entra::graph::PartAnswer;
use crate::entra::snapshot::{Cause, Unseen};

/// What keeps something from being seen, when a call failed with this.
pub fn unseen(error: &GraphError) -> Unseen {
    let cause = match error {
        GraphError::Administrator(_) => Cause::Use,
        error if error.is_silence() => Cause::Silence,
        _ => Cause::Answer,
    };
    Unseen::new(cause, error.to_string())
}

/// An answer that says nothing of the tenant.
pub(super) fn strange(answer: &PartAnswer) -> Unseen {
    Unseen::new(Cause::Answer, format!("Microsoft Graph answered with HTTP {}{}", answer.status, answer.code))
}
