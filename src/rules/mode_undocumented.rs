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
The vendor documents modes 1 and 2 only. That 0 means \"off\" is plausible, but not documented, so
no command acts on such a file.
## Fix
Use 1 or 2. Ask the vendor how to switch the synchronisation off.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>",
    keys: &[keys::MODE],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.registration().mode == Some(Mode::Undocumented) {
        found.push(RULE.at(keys::MODE, "the vendor does not document mode 0").help("use 1 or 2"));
    }
}
