//! `moved-to-federated-services`: these settings moved in 14.20.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Generation, keys};

pub(super) const RULE: Rule = Rule {
    id: "moved-to-federated-services",
    severity: Severity::Warning,
    title: "these settings moved in 14.20",
    doc: "\
## What
The file has `[control_center]`, but `swyx.version` is 14.20 or later.
## Why
Since 14.20 the synchronisation is a switch in an identity provider configuration under General
settings, Federated Services. It is not known whether the older fields still have an effect there.
## Fix
Run `swyx-teams move FILE`, which moves the values to `[federated_services]`. Then enter them in
Control Center under Federated Services: `swyx-teams sheet` shows them.
## Source
<https://help.enreach.com/controlcenter/14.20/web/Swyx/en-US/help/chap_serverconfiguration.06.29.html>",
    keys: &[keys::SWYX_VERSION, keys::CONTROL_CENTER],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let is_newer = draft.generation() == Generation::FederatedServices;
    // With both tables, `invalid-value` reports the older one.
    if is_newer && draft.control_center.is_some() && draft.federated_services.is_none() {
        let message = "this version has these settings under Federated Services";
        let help = "run `swyx-teams move FILE`, which moves the values to `[federated_services]`";
        found.push(RULE.at(keys::SWYX_VERSION, message).help(help));
    }
}
