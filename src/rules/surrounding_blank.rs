//! `surrounding-blank`: whitespace around an id or secret.

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, IdFault, keys};

pub(super) const RULE: Rule = Rule {
    id: "surrounding-blank",
    severity: Severity::Error,
    title: "whitespace around an id or secret",
    doc: "\
## What
A space, tab or line end precedes or follows an id or a secret.
## Why
It is easily copied along and is invisible. Entra ID then refuses the sign-in.
## Fix
Delete it, or run `swyx-teams check --fix`.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes> (AADSTS7000215,
AADSTS900023)",
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
    let ids = draft.ids().filter(|(_, id)| id.fault() == Some(IdFault::SurroundingBlank)).map(|(key, _)| key);
    let secrets =
        draft.inline_secrets().filter(|(_, secret)| secret.fault() == Some(SecretFault::SurroundingBlank));
    for key in ids.chain(secrets.map(|(key, _)| key)) {
        let finding = RULE.at(key.clone(), "the value has whitespace around it");
        found.push(
            finding
                .help("delete it, it was probably copied along")
                .safe_fix("delete the whitespace", Edit::Trim(key)),
        );
    }
}
