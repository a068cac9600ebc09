//! `application-not-found`: the tenant does not know the application.

use super::online::{client_id, leaves_state_open, refusal, refused, tenant_id};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Deletion, Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "application-not-found",
    severity: Severity::Error,
    title: "the tenant does not know the application",
    doc: "\
## What
With `--online`: the sign-in is refused because the tenant has no application with this id. With
`--as-admin` also: whether it was deleted.
## Why
The id belongs to something else: an Object ID or a Secret ID is also a GUID. Or the application was
deleted, is registered in another tenant, or was created only some minutes ago. Some of the codes
are AADSTS700016, AADSTS700038 and AADSTS700011.
## Fix
Copy the Application (client) ID from the registration's overview page, in the tenant that the file
names. Restore a deleted application within 30 days in the Entra portal. If you restore it with
Microsoft Graph, also restore its service principal; then run `swyx-teams apply`.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_ID, keys::TENANT_ID, keys::FEDERATED_CLIENT_ID, keys::FEDERATED_TENANT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let deletion = tenant.deletion.filter(|_| tenant.registration.is_err());
    if let (Some(deletion), true) = (deletion, leaves_state_open(tenant)) {
        let message = format!("the application {}", describe(deletion));
        found.push(RULE.at(client_id(draft), message).help(RESTORE));
        return Ok(());
    }
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = (
        "Entra ID does not let the application sign in to this tenant",
        "compare the Application (client) ID and the tenant id with the portal",
    );
    let mut finding = refused(&RULE, client_id(draft), refusal, otherwise);
    if let Some(deletion) = deletion {
        finding.message.push_str(&format!("; it {}", describe(deletion)));
        finding.help = Some(RESTORE.to_owned());
    }
    found.push(finding.related(tenant_id(draft), "the tenant in question"));
    Ok(())
}

fn describe(deletion: Deletion) -> String {
    let on = deletion.at.map(|at| format!(" on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
    format!("was deleted{on}")
}

const RESTORE: &str = "restore it within 30 days of the deletion: in the Entra portal under App registrations, Deleted applications; then run `swyx-teams apply`, which restores what is missing";
