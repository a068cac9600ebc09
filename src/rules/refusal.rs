//! Maps the kind of a refused sign-in to the rule that reports it.

use super::{Rule, online};
use crate::entra::aadsts::Kind;

/// Returns the rule that reports a refusal of this kind, if any.
pub fn find_for_refusal(kind: Kind) -> Option<&'static Rule> {
    online::reporting(kind).and_then(Rule::find)
}
