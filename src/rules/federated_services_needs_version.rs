//! `federated-services-needs-version`: `[federated_services]` needs SwyxWare 14.20.

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Generation, SwyxVersion, keys};

pub(super) const RULE: Rule = Rule {
    id: "federated-services-needs-version",
    severity: Severity::Error,
    title: "[federated_services] needs SwyxWare 14.20",
    doc: "\
## What
The file has `[federated_services]`, but `swyx.version` is missing or before 14.20.
## Why
Federated Services exists since 14.20. Before, Control Center has these settings in its expert
settings, and the application needs other permissions. So the version must be known.
## Fix
Set `swyx.version` to the version of SwyxWare. If it is before 14.20, `swyx-teams move FILE` moves
the values to `[control_center]`.
## Source
<https://help.enreach.com/controlcenter/14.20/web/Swyx/en-US/help/chap_serverconfiguration.06.29.html>",
    keys: &[keys::FEDERATED_SERVICES, keys::SWYX_VERSION],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    // With both tables, `invalid-value` reports the wrong one.
    if draft.federated_services.is_none() || draft.control_center.is_some() {
        return;
    }
    let first = SwyxVersion::FEDERATED_SERVICES;
    let finding = |message: String| RULE.at(Place::Key(keys::FEDERATED_SERVICES), message);
    match draft.swyx.version {
        None => {
            let finding = finding(format!("this table needs `swyx.version`, {first} or later"));
            found.push(
                finding.help(format!("add `version = \"{first}\"` to `[swyx]`, or your later version")),
            );
        }
        Some(version) if Generation::of(version) == Generation::ExpertSettings => {
            let message = format!("this table needs SwyxWare {first} or later, but the version is {version}");
            let help = "correct the version, or run `swyx-teams move FILE`, which moves the values to \
                        `[control_center]`";
            found.push(finding(message).help(help).related(keys::SWYX_VERSION, "the version"));
        }
        Some(_) => {}
    }
}
