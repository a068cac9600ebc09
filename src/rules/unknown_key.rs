//! `unknown-key`: unknown key.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::UNKNOWN_KEY,
    severity: Severity::Error,
    title: "unknown key",
    doc: "\
## What
The file contains a key that does not exist in a settings file. In `[control_center]` this is a
warning, because other versions of Control Center may have other fields; it is an error if a required
key is misspelt.
## Why
A misspelt key would have no effect, silently. Its value is not shown, because it may be a secret
under a misspelt name.
## Fix
Correct the spelling, move the key to the right table, or delete it.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[],
    check: Check::Reading,
};
