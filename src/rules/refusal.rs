//! From the kind of a refused sign-in to the rule that reports it.

use super::{Rule, online};
use crate::entra::aadsts::Kind;

/// The rule that reports a refusal of this kind, if one does.
pub fn of_refusal(kind: Kind) -> Option<&'static Rule> {
    online::reporting(kind).and_then(Rule::find)
}
