//! `unused-allow`: an `allow` that silences nothing.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::UNUSED_ALLOW,
    severity: Severity::Warning,
    title: "an `allow` that silences nothing",
    doc: "\
## What
A comment `# swyx-teams: allow(rule-id)` where that rule finds nothing, that names no rule, that names an error, or that is misspelt.
## Why
It silences nothing today and might hide something tomorrow. Errors cannot be silenced: a file with one does not work.
## Fix
Delete the comment, or put it on the line of the finding or on the line before.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[],
    check: Check::Allows,
};
