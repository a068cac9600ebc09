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
    /// Whether the value of `error` is inferred: no answer and no page of Microsoft shows it.
    pub is_error_inferred: bool,
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
    Code { number, error, is_error_inferred: false, kind, meaning, cure }
}

impl Code {
    pub(super) const fn with_inferred_error(self) -> Self {
        Self { is_error_inferred: true, ..self }
    }
}
