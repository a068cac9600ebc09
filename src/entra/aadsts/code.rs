//! One code of a refusal: what it means, and what to do.

use super::Kind;

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The number behind `AADSTS`.
    pub number: u32,
    /// The word of the answer's member `error`, where it is known.
    pub error: Option<&'static str>,
    /// What it comes to.
    pub kind: Kind,
    /// What it means: lower case, no full stop.
    pub meaning: &'static str,
    /// What to do, as an imperative: lower case, no full stop.
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
