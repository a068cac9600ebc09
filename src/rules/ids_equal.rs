//! `ids-equal`: tenant and client id are the same.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, IdText, keys};

pub(super) const RULE: Rule = Rule {
    id: "ids-equal",
    severity: Severity::Error,
    title: "tenant and client id are the same",
    doc: "\
## What
`MsTeamsTenantId` and `MsTeamsClientId` are the same GUID.
## Why
One of them was pasted twice: an application never has the same id as its tenant.
## Fix
Copy both from the application's overview page: Directory (tenant) ID and Application (client) ID.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>",
    keys: &[keys::TENANT_ID, keys::CLIENT_ID],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let fields = &draft.control_center;
    let sound = |id: &Option<IdText>| id.as_ref().filter(|id| id.fault().is_none()).and_then(IdText::guid);
    if let (Some(tenant), Some(client)) = (sound(&fields.tenant_id), sound(&fields.client_id))
        && tenant == client
    {
        let finding = RULE.at(keys::CLIENT_ID, "the client id is the same as the tenant id");
        found.push(
            finding
                .help("copy both ids again: one of them was pasted twice")
                .related(keys::TENANT_ID, "the tenant id"),
        );
    }
}
