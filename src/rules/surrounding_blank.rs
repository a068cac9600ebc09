//! `surrounding-blank`: blanks around an id or secret.

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, IdFault, keys};

pub(super) const RULE: Rule = Rule {
    id: "surrounding-blank",
    severity: Severity::Error,
    title: "blanks around an id or secret",
    doc: "\
## What
A blank, tab or line end before or behind an id or a secret.
## Why
It is copied along and cannot be seen; Entra ID then refuses the sign-in.
## Fix
Delete it; `swyx-teams check --fix` does it.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes> (AADSTS7000215, AADSTS900023)",
    keys: &[keys::TENANT_ID, keys::CLIENT_ID, keys::CLIENT_SECRET, keys::GATEWAY_TOKEN],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let ids = draft.ids().filter(|(_, id)| id.fault() == Some(IdFault::SurroundingBlank)).map(|(key, _)| key);
    let secrets =
        draft.inline_secrets().filter(|(_, secret)| secret.fault() == Some(SecretFault::SurroundingBlank));
    for key in ids.chain(secrets.map(|(key, _)| key)) {
        let finding = RULE.at(key.clone(), "blanks or line ends around the value");
        found.push(finding.help("they were copied along").safe_fix("delete the blanks", Edit::Trim(key)));
    }
}
