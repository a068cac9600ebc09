//! `secret-expired`: the client secret is past its end.

use super::online::{refusal, refused, secret_place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-expired",
    severity: Severity::Error,
    title: "the client secret is past its end",
    doc: "\
## What
With `--online`: Entra ID knows the client secret, but its time is over (AADSTS7000222).
## Why
Every client secret has an end, at most 24 months after its making in the portal. From then on nothing is synchronised.
## Fix
Create a new secret, enter its Value here and in Control Center, try it, then delete the old one. `secret-expires-soon` warns in time.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = ("the secret is past its end", "create a new one and enter its Value");
    found.push(refused(&RULE, secret_place(draft), refusal, otherwise));
    Ok(())
}
