//! `secret-expired`: the client secret has expired.

use jiff::civil::Date;

use super::online::{refusal, refused, secret_place};
use super::secret_expires_soon::{NEW_CERTIFICATE, credential};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{CalendarDate, Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-expired",
    severity: Severity::Error,
    title: "the client secret or the certificate has expired",
    doc: "\
## What
`entra.credential_ends` is before the current day in UTC, or before `--today`. With `--online`: Entra
ID knows the client secret, but it has expired (AADSTS7000222).
## Why
Every client secret expires, at most 24 months after it was created in the portal, and so does every
certificate. After that nothing is synchronised, and at 14.20 and later nobody can log in with Entra
ID (inferred).
## Fix
Create a new secret, enter its Value here and in Control Center, test it, then delete the old one.
`secret-expires-soon` warns in time. If it was renewed already, correct `entra.credential_ends`.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>",
    keys: &[keys::CLIENT_SECRET, keys::FEDERATED_CLIENT_SECRET, keys::CREDENTIAL_ENDS],
    check: Check::SnapshotOrDay(check, check_on_day),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = ("the client secret has expired", "create a new secret and enter its Value");
    found.push(refused(&RULE, secret_place(draft), refusal, otherwise));
    Ok(())
}

fn check_on_day(draft: &Draft, today: Date, found: &mut Vec<Diagnostic>) {
    let ends = draft.entra.credential_ends.map(CalendarDate::date);
    let Some(ends) = ends.filter(|ends| *ends < today) else { return };
    let message = format!("{} expired on {ends}", credential(draft));
    let renewal = if draft.registration().uses_certificate() {
        NEW_CERTIFICATE
    } else {
        "renew it, for example with `swyx-teams rotate`"
    };
    let help = format!("{renewal}; if it was renewed, correct this date");
    found.push(RULE.at(keys::CREDENTIAL_ENDS, message).help(help));
}
