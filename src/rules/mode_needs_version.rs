//! `mode-needs-version`: mode 2 needs SwyxWare 13.25.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Mode, SwyxVersion, keys};

pub(super) const RULE: Rule = Rule {
    id: "mode-needs-version",
    severity: Severity::Error,
    title: "mode 2 needs SwyxWare 13.25",
    doc: "\
## What
Mode 2 is set, but `swyx.version` is before 13.25.
## Why
SwyxWare sends \"Speaking\" to Teams since 13.25. Older versions support mode 1 only.
## Fix
Set the mode to 1, or correct the version.
## Source
<https://help.swyx.com/controlcenter/latest.version/web/Swyx/nl-NL/help/chap_serverconfiguration.06.31.html>",
    keys: &[keys::MODE, keys::SWYX_VERSION],
    check: Check::Draft(check),
};

/// The first version that carries "Speaking" to Teams.
const FIRST: SwyxVersion = SwyxVersion { major: 13, minor: 25 };

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let Some(version) = draft.swyx.version else { return };
    let is_both_ways =
        draft.control_center.as_ref().is_some_and(|fields| fields.mode == Some(Mode::BothWays));
    if is_both_ways && version < FIRST {
        let finding = RULE
            .at(keys::MODE, format!("mode 2 needs SwyxWare {FIRST} or later, but the version is {version}"));
        found.push(finding.help("use mode 1, or update SwyxWare").related(keys::SWYX_VERSION, "the version"));
    }
}
