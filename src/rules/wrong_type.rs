//! `wrong-type`: a value of another type.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::WRONG_TYPE,
    severity: Severity::Error,
    title: "a value of another type",
    doc: "\
## What
A text where a number is wanted, a number where a text is wanted, `[user]` instead of `[[user]]`, and the like.
## Why
TOML tells types apart: `14.10` is the number 14.1, `\"14.10\"` is a text.
## Fix
Put texts in quotes and write numbers without. `swyx-teams check --fix` does it where the meaning is certain.
## Source
<https://toml.io/en/v1.1.0>",
    keys: &[],
    check: Check::Reading,
};
