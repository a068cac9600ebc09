//! `placeholder`: a placeholder is not filled in.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, IdFault, keys};

pub(super) const RULE: Rule = Rule {
    id: "placeholder",
    severity: Severity::Error,
    title: "a placeholder is not filled in",
    doc: "\
## What
An id or a secret is a placeholder such as `<tenant-id>`, `00000000-0000-0000-0000-000000000000`,
`xxxxxxxx-…` or `changeme`.
## Why
It comes from an example or a form, and must be replaced by the real value.
## Fix
Enter the real value. The ids are on the application's overview page in the portal.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>",
    keys: &[
        keys::TENANT_ID,
        keys::CLIENT_ID,
        keys::CLIENT_SECRET,
        keys::FEDERATED_TENANT_ID,
        keys::FEDERATED_CLIENT_ID,
        keys::FEDERATED_CLIENT_SECRET,
        keys::GATEWAY_TOKEN,
    ],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, _) in draft.ids().filter(|(_, id)| id.fault() == Some(IdFault::Placeholder)) {
        let help = "copy the id from the application's overview page in the portal";
        found.push(RULE.at(key, "this is a placeholder").help(help));
    }
    for (key, _) in
        draft.inline_secrets().filter(|(_, secret)| secret.fault() == Some(SecretFault::Placeholder))
    {
        found.push(RULE.at(key, "this is a placeholder").help("enter the secret, or a reference to it"));
    }
}
