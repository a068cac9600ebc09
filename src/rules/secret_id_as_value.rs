//! `secret-id-as-value`: the client secret is a Secret ID, not a value.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-id-as-value",
    severity: Severity::Error,
    title: "the client secret is a Secret ID, not a value",
    doc: "\
## What
`MsTeamsClientSecret` or `client_secret` has the form of a GUID.
## Why
The portal shows an id and a value side by side. Only the value signs in; the id is refused with
AADSTS7000215. No secret that Entra ID creates looks like a GUID, so this is a strong hint, but not
a proof.
## Fix
Create a new client secret and copy the column Value. The portal shows it only once.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET, keys::FEDERATED_CLIENT_SECRET],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, _) in draft.client_secret_faults().filter(|(_, fault)| *fault == SecretFault::Guid) {
        let finding = RULE.at(key, "this is the id of a secret, not its value");
        let help = "create a new secret in the portal and copy the column \"Value\"; it is shown once";
        found.push(finding.label("has the form of a GUID").help(help));
    }
}
