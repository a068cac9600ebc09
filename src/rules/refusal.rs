//! Maps the kind of a refused sign-in to the rule that reports it.

use super::{Rule, online};
use crate::entra::aadsts::Kind;

/// Returns the rule that reports a refusal of this kind, if any.
///
/// ```
/// use swyx_teams::entra::aadsts::Kind;
///
/// let rule = swyx_teams::rules::find_for_refusal(Kind::SecretExpired);
/// assert_eq!(rule.map(|rule| rule.id), Some("secret-expired"));
/// ```
pub fn find_for_refusal(kind: Kind) -> Option<&'static Rule> {
    online::reporting(kind).and_then(Rule::find)
}
