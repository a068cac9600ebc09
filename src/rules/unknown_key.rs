//! `unknown-key`: a key that is not known here.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::UNKNOWN_KEY,
    severity: Severity::Error,
    title: "a key that is not known here",
    doc: "\
## What
A key that the settings file does not have. In `[control_center]` it is a warning, since other versions of Control Center may have
other fields.
## Why
A misspelt key is silently without effect anywhere else. Its value is not shown: it may be a secret under a misspelt name.
## Fix
Correct the spelling, move the key to its table, or delete it.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[],
    check: Check::Reading,
};
