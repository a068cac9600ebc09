//! `unused-allow`: an `allow` comment has no effect.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};

pub(super) const RULE: Rule = Rule {
    id: id::UNUSED_ALLOW,
    severity: Severity::Warning,
    title: "an `allow` comment has no effect",
    doc: "\
## What
A comment `# swyx-teams: allow(rule-id)` refers to a rule that finds nothing there, to an unknown
rule or to an error, or it is misspelt.
## Why
It silences nothing today and might hide a finding later. Errors cannot be silenced: a file with an
error does not work.
## Fix
Delete the comment, or move it to the line of the finding or to the line before it.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[],
    check: Check::Allows,
};
