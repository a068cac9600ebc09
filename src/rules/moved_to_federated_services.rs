//! `moved-to-federated-services`: these settings moved in 14.20.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, SwyxVersion, keys};

pub(super) const RULE: Rule = Rule {
    id: "moved-to-federated-services",
    severity: Severity::Warning,
    title: "these settings moved in 14.20",
    doc: "\
## What
`swyx.version` is 14.20 or later.
## Why
Since 14.20 the synchronisation is a switch in an identity provider configuration under General
settings / Federated Services. It is not known whether the older fields still have an effect there.
## Fix
Set it up under Federated Services. Application (client) ID and Directory (tenant) ID have the same
names there.
## Source
<https://help.enreach.com/controlcenter/14.20/web/Swyx/en-US/help/chap_serverconfiguration.06.29.html>",
    keys: &[keys::SWYX_VERSION],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.swyx.version.is_some_and(|version| version >= SwyxVersion::FEDERATED_SERVICES) {
        let finding = RULE.at(keys::SWYX_VERSION, "this version has these settings under Federated Services");
        found.push(finding.help("in Control Center, use General settings / Federated Services"));
    }
}
