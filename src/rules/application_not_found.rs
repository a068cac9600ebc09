//! `application-not-found`: the tenant does not know the application.

use super::online::{refusal, refused};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "application-not-found",
    severity: Severity::Error,
    title: "the tenant does not know the application",
    doc: "\
## What
With `--online`: the sign-in is refused because no application of this id is in the tenant.
## Why
The id is another's, or one that looks alike: the Object ID and the Secret ID are GUIDs too. Or the application was deleted, is registered in
another tenant, or has been there for some minutes only. Some codes are AADSTS700016, AADSTS700038 and AADSTS700011.
## Fix
Copy the Application (client) ID from the overview page of the registration, in the tenant that the file names.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_ID, keys::TENANT_ID],
    check: Check::Snapshot(check),
};

fn check(_: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = (
        "Entra ID does not let this application sign in to the tenant",
        "compare the Application (client) ID and the tenant with the portal",
    );
    let finding = refused(&RULE, keys::CLIENT_ID, refusal, otherwise);
    found.push(finding.related(keys::TENANT_ID, "the tenant that was asked"));
    Ok(())
}
