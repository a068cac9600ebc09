//! `status-duplicate`: a presence is listed twice.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Place, Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: id::STATUS_DUPLICATE,
    severity: Severity::Error,
    title: "a presence is listed twice",
    doc: "\
## What
Two keys of `[sync.status]` differ only in case.
## Why
Presences are compared without regard to case, so one of the two would be ignored silently.
## Fix
Delete one of them.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::STATUS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let mut first = HashMap::new();
    for (pair, _) in &draft.sync.status {
        let written = pair.to_string();
        let earlier = first.entry(written.to_lowercase()).or_insert_with(|| written.clone());
        if *earlier != written {
            let finding = RULE.at(Place::Key(keys::STATUS.child(&written)), "this presence is listed twice");
            let finding = finding.related(Place::Key(keys::STATUS.child(earlier)), "first listed here");
            found.push(finding.help("delete one of them; case does not count"));
        }
    }
}
