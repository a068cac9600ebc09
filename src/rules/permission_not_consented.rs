//! `permission-not-consented`: a permission that is needed is declared, but nobody has consented to it.

use super::online::{consent, mode};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::needs;
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "permission-not-consented",
    severity: Severity::Error,
    title: "a permission is declared, but not consented to",
    doc: "\
## What
With `--online --as-admin`: the registration lists an application permission that the mode needs, but no administrator has consented to it.
## Why
The list in the registration is a wish. An application permission is given by an administrator's consent, and is in no token before.
## Fix
Open the consent page that the finding names as a Privileged Role Administrator, or press \"Grant admin consent\" under API permissions.
## Source
<https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent>",
    keys: &[keys::CLIENT_ID, keys::MODE],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let (registration, mode) = (tenant.registration()?, mode(draft)?);
    for need in needs(mode).iter().filter(|need| !need.is_met_by(&registration.granted)) {
        // Names of our own table, the least of them first.
        let known = std::iter::once(need.name).chain(need.also.iter().copied());
        let is_declared = |name: &&str| registration.declared.iter().any(|declared| declared == name);
        if let Some(name) = known.into_iter().find(is_declared) {
            let message = format!(
                "the application permission {name} is declared, but no administrator has consented to it"
            );
            let finding = RULE.at(keys::CLIENT_ID, message).help(consent(draft));
            found.push(finding.related(keys::MODE, "the mode that asks for it"));
        }
    }
    Ok(())
}
