//! `tenant-not-guid`: the tenant is a name, not an id.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, IdFault, IdText, keys};

pub(super) const RULE: Rule = Rule {
    id: "tenant-not-guid",
    severity: Severity::Error,
    title: "the tenant is a name, not an id",
    doc: "\
## What
`MsTeamsTenantId` or `tenant_id` is a domain, or one of `common`, `organizations` and `consumers`.
## Why
Entra ID would accept a domain, but Control Center requires the GUID. The general names do not work
when an application signs in.
## Fix
Copy the Directory (tenant) ID from the application's overview page.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>",
    keys: &[keys::TENANT_ID, keys::FEDERATED_TENANT_ID],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for registration in draft.registrations() {
        if registration.tenant_id.and_then(IdText::fault) == Some(IdFault::TenantName) {
            let finding = RULE.at(registration.keys.tenant_id(), "this is a tenant name, not a tenant id");
            found.push(
                finding.help("copy the Directory (tenant) ID (a GUID) from the application's overview page"),
            );
        }
    }
}
