//! An error code: its meaning, and what to do.

use super::Kind;

/// An error code of Entra ID.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Code {
    /// The number after `AADSTS`.
    pub number: u32,
    /// The value of the answer's member `error`, if known.
    pub error: Option<&'static str>,
    /// The kind of refusal.
    pub kind: Kind,
    /// The meaning: lower case, no full stop.
    pub meaning: &'static str,
    /// What to do, in the imperative: lower case, no full stop.
    pub cure: &'static str,
}

pub(super) const fn code(
    number: u32,
    error: Option<&'static str>,
    kind: Kind,
    meaning: &'static str,
    cure: &'static str,
) -> Code {
    Code { number, error, kind, meaning, cure }
}
