//! `moved-to-federated-services`: these settings live elsewhere since 14.20.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, SwyxVersion, keys};

pub(super) const RULE: Rule = Rule {
    id: "moved-to-federated-services",
    severity: Severity::Warning,
    title: "these settings live elsewhere since 14.20",
    doc: "\
## What
A version of SwyxWare of 14.20 or later.
## Why
Since 14.20 the synchronisation is a switch in an identity provider configuration under General settings / Federated Services. Whether
the older fields still have an effect there is not known.
## Fix
Set it up under Federated Services. Application (client) ID and Directory (tenant) ID have the same names there.
## Source
<https://help.enreach.com/controlcenter/14.20/web/Swyx/en-US/help/chap_serverconfiguration.06.29.html>",
    keys: &[keys::SWYX_VERSION],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.swyx.version.is_some_and(|version| version >= SwyxVersion::FEDERATED_SERVICES) {
        let finding =
            RULE.at(keys::SWYX_VERSION, "this version keeps these settings under Federated Services");
        found.push(finding.help("in Control Center: General settings / Federated Services"));
    }
}
