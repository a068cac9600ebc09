//! `secret-expired`: the client secret has expired.

use super::online::{refusal, refused, secret_place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-expired",
    severity: Severity::Error,
    title: "the client secret has expired",
    doc: "\
## What
With `--online`: Entra ID knows the client secret, but it has expired (AADSTS7000222).
## Why
Every client secret expires, at most 24 months after it was created in the portal. After that
nothing is synchronised.
## Fix
Create a new secret, enter its Value here and in Control Center, test it, then delete the old one.
`secret-expires-soon` warns in time.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = ("the client secret has expired", "create a new secret and enter its Value");
    found.push(refused(&RULE, secret_place(draft), refusal, otherwise));
    Ok(())
}
