//! `service-principal-missing`: the application has no service principal in the tenant.

use super::online::{client_id, leaves_state_open, refusal, refused};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "service-principal-missing",
    severity: Severity::Error,
    title: "the application has no service principal in the tenant",
    doc: "\
## What
With `--online`: the application is registered, but it has no service principal (Enterprise
application) in this tenant, so its sign-in is refused. With `--as-admin` also: even if a sign-in
was not tried.
## Why
The registration describes the application; the service principal represents it in a tenant and
holds its permissions. It is missing if nobody has consented yet, if it was deleted, or if a deleted
registration was restored with Microsoft Graph, which does not restore the service principal. Since
31 March 2026, no sign-in works without one. The codes are AADSTS7000229 and AADSTS700011. The
secret is not the cause.
## Fix
Run `swyx-teams apply`, which restores or creates the service principal and grants the permissions,
or grant admin consent, which creates it too.
## Source
<https://learn.microsoft.com/entra/identity-platform/retire-service-principal-less-authentication>,
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let is_missing = tenant.registration.as_ref().is_ok_and(|registration| !registration.has_principal);
    if is_missing && leaves_state_open(tenant) {
        let message = "the application is registered, but it has no service principal in this tenant";
        let help = "run `swyx-teams apply`, or grant admin consent in this tenant; both create it";
        found.push(RULE.at(client_id(draft), message).help(help));
        return Ok(());
    }
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = (
        "the application has no service principal in this tenant",
        "grant admin consent in this tenant, or run `swyx-teams apply`",
    );
    found.push(refused(&RULE, client_id(draft), refusal, otherwise));
    Ok(())
}
