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
`MsTeamsTenantId` and `MsTeamsClientId`, or `tenant_id` and `client_id`, are the same GUID.
## Why
One of them was pasted twice: an application never has the same id as its tenant.
## Fix
Copy both from the application's overview page: Directory (tenant) ID and Application (client) ID.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>",
    keys: &[keys::TENANT_ID, keys::CLIENT_ID, keys::FEDERATED_TENANT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let sound = |id: Option<&IdText>| id.filter(|id| id.fault().is_none()).and_then(IdText::guid);
    for registration in draft.registrations() {
        let ids = (sound(registration.tenant_id), sound(registration.client_id));
        if let (Some(tenant), Some(client)) = ids
            && tenant == client
        {
            let place = registration.keys.client_id();
            let finding = RULE.at(place, "the client id is the same as the tenant id");
            let finding = finding.help("copy both ids again: one of them was pasted twice");
            found.push(finding.related(registration.keys.tenant_id(), "the tenant id"));
        }
    }
}
