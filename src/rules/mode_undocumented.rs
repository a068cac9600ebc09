//! `mode-undocumented`: mode 0 is not documented.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Mode, keys};

pub(super) const RULE: Rule = Rule {
    id: "mode-undocumented",
    severity: Severity::Warning,
    title: "mode 0 is not documented",
    doc: "\
## What
`MsTeamsStatusSyncMode = 0`.
## Why
The vendor's pages name 1 and 2. That 0 means \"off\" is plausible and nowhere said, so no command acts on such a file.
## Fix
Use 1 or 2. To switch the synchronisation off, ask the vendor.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>",
    keys: &[keys::MODE],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.control_center.mode == Some(Mode::Undocumented) {
        found.push(RULE.at(keys::MODE, "mode 0 is not in the vendor's pages").help("use 1 or 2"));
    }
}
