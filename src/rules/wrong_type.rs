//! `wrong-type`: a value has the wrong type.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::WRONG_TYPE,
    severity: Severity::Error,
    title: "a value has the wrong type",
    doc: "\
## What
For example a text instead of a number, a number instead of a text, or `[user]` instead of
`[[user]]`.
## Why
TOML distinguishes types: `14.10` is the number 14.1, `\"14.10\"` is a text.
## Fix
Put texts in quotes, and write numbers without quotes. `swyx-teams check --fix` does it if the
meaning is certain.
## Source
<https://toml.io/en/v1.1.0>",
    keys: &[],
    check: Check::Reading,
};
