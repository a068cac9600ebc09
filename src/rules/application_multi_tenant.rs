//! `application-multi-tenant`: the application is open to other tenants.

use super::online::client_id;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Cause, Seen, Snapshot, Unseen};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "application-multi-tenant",
    severity: Severity::Warning,
    title: "the application is open to other tenants",
    doc: "\
## What
With `--online --as-admin`: the registration's `signInAudience` is not `AzureADMyOrg`.
## Why
Any other tenant can then consent to the application, and its secret also works there. The
synchronisation serves one tenant. Government and China clouds have no personal accounts, and an
application that is open to personal accounts can have only two secrets.
## Fix
Under Authentication, set \"Supported account types\" to this organisational directory only.
## Source
<https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    const THIS_TENANT_ONLY: &str = "AzureADMyOrg";
    let audience = &tenant.registration()?.audience;
    if audience.is_empty() {
        return Err(Unseen::new(Cause::Answer, "the registration does not name the supported account types"));
    }
    if audience != THIS_TENANT_ONLY {
        let message =
            format!("the application is open to other tenants (signInAudience is {})", shown(audience));
        let help = "under Authentication, select accounts in this organisational directory only";
        found.push(RULE.at(client_id(draft), message).help(help));
    }
    Ok(())
}
