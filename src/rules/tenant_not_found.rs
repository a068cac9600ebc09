//! `tenant-not-found`: the tenant was not found.

use super::online::{refusal, refused, tenant_id};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::entra::aadsts::Kind;
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "tenant-not-found",
    severity: Severity::Error,
    title: "the tenant was not found",
    doc: "\
## What
With `--online`: the sign-in is refused because the tenant does not exist, or not in the cloud that
was asked.
## Why
Microsoft's clouds are separate: worldwide, US Government and China each know only their own
tenants. Some of the codes are AADSTS90002 and AADSTS900023, and, in the wrong cloud, AADSTS90038
and AADSTS500011.
## Fix
Copy the Directory (tenant) ID from the application's overview page in the portal. If it is correct,
set `entra.cloud` to the cloud of that portal.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>,
<https://learn.microsoft.com/graph/deployments>",
    keys: &[keys::TENANT_ID, keys::CLOUD, keys::FEDERATED_TENANT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    if refusal.kind != Kind::WrongCloud {
        let otherwise =
            ("Entra ID does not know this tenant", "compare the Directory (tenant) ID with the portal");
        found.push(refused(&RULE, tenant_id(draft), refusal, otherwise));
        return Ok(());
    }
    let otherwise = ("the tenant is in another cloud", "set entra.cloud to the tenant's cloud");
    let mut finding = refused(&RULE, keys::CLOUD, refusal, otherwise);
    if draft.entra.cloud.is_none() {
        finding.place = Place::Missing(keys::CLOUD);
        finding.message.push_str("; entra.cloud is not set, so the global cloud was used");
    }
    found.push(finding.related(tenant_id(draft), "the tenant in question"));
    Ok(())
}
