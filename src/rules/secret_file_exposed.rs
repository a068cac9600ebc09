//! `secret-file-exposed`: other users can read the file with the secret.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-file-exposed",
    severity: Severity::Warning,
    title: "other users can read the file with the secret",
    doc: "\
## What
The settings file holds a secret as plain text, and its mode lets the group or everyone read it.
On Windows, its access list has an entry for Everyone, Users or Authenticated Users.
## Why
Anyone who can read the file can act as the application.
## Fix
Run `chmod 600 FILE`, or keep the secret elsewhere.
On Windows, run `icacls FILE /inheritance:r /grant:r %USERNAME%:F` instead.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &keys::SECRETS,
    check: Check::Draft(check),
};

const HELP: &str = if cfg!(windows) {
    "run icacls FILE /inheritance:r /grant:r %USERNAME%:F, or keep the secret elsewhere"
} else {
    "run chmod 600 on the file, or keep the secret elsewhere"
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let Some((key, _)) = draft.inline_secrets().next() else { return };
    if draft.readable_by_others {
        let finding = RULE.at(key, "other users of this machine can read the file with this secret");
        found.push(finding.help(HELP));
    }
}
