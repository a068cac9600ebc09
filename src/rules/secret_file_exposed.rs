//! `secret-file-exposed`: others can read the file that holds a secret.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-file-exposed",
    severity: Severity::Warning,
    title: "others can read the file that holds a secret",
    doc: "\
## What
The settings file holds a secret as plain text, and its mode lets the group or everyone read it.
## Why
Whoever can read the file can act as the application.
## Fix
`chmod 600 FILE`, or keep the secret elsewhere.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::CLIENT_SECRET, keys::GATEWAY_TOKEN],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let Some((key, _)) = draft.inline_secrets().next() else { return };
    if draft.readable_by_others {
        let finding = RULE.at(key, "other users of this machine can read the file that holds this secret");
        found.push(finding.help("chmod 600 the file, or keep the secret elsewhere"));
    }
}
