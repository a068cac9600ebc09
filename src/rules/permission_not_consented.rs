//! `permission-not-consented`: a required permission is declared, but not consented to.

use super::online::{client_id, consent, mode, mode_key};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::list_needs;
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "permission-not-consented",
    severity: Severity::Error,
    title: "a permission is declared, but not consented to",
    doc: "\
## What
With `--online --as-admin`: the registration lists an application permission that the mode needs,
but no administrator has consented to it.
## Why
The list in the registration is only a request. An application permission takes effect, and appears
in the token, only after an administrator has consented.
## Fix
Open the consent page that the finding names as a Privileged Role Administrator, or click \"Grant
admin consent\" under API permissions.
## Source
<https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent>",
    keys: &[keys::CLIENT_ID, keys::MODE, keys::FEDERATED_CLIENT_ID, keys::PRESENCE],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let (registration, mode) = (tenant.registration()?, mode(draft)?);
    for need in
        list_needs(draft.generation(), mode).iter().filter(|need| !need.is_met_by(&registration.granted))
    {
        // Only names from our own table, the least permission first.
        let known = std::iter::once(need.name).chain(need.also.iter().copied());
        let is_declared = |name: &&str| registration.declared.iter().any(|declared| declared == name);
        if let Some(name) = known.into_iter().find(is_declared) {
            let message = format!(
                "the application permission {name} is declared, but no administrator has consented to it"
            );
            let finding = RULE.at(client_id(draft), message).help(consent(draft));
            found.push(finding.related(mode_key(draft), "the mode that requires it"));
        }
    }
    Ok(())
}
