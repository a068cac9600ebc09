//! `credential-ends-wrong`: the file has another end than Entra ID.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::online::registered_certificate;
use super::secret_expires_soon::{candidates, credential};
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::entra::snapshot::{Cause, Seen, Snapshot, Unseen};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "credential-ends-wrong",
    severity: Severity::Warning,
    title: "the file has another end of the credential than Entra ID",
    doc: "\
## What
With `--online --as-admin`: `entra.credential_ends` differs from the day, in UTC, on which the client
secret or the certificate ends in Entra ID.
## Why
Without a connection, `check` warns before the day in the file. With a wrong day, it warns too late or
for no reason.
## Fix
Run `swyx-teams check --online --as-admin --fix FILE`, which corrects the date. `apply`, `setup` and
`rotate` write the date of a new secret or certificate themselves.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::CREDENTIAL_ENDS],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    tenant.registration()?;
    let Some(in_file) = draft.entra.credential_ends else { return Ok(()) };
    let Some(ends) = find_end(draft, tenant)? else { return Ok(()) };
    let day = Offset::UTC.to_datetime(ends).date();
    if in_file.date() != day {
        let message = format!("{} ends on {day} in Entra ID, not on {in_file}", credential(draft));
        let edits = vec![Edit::Date(keys::CREDENTIAL_ENDS, day)];
        let fix = Fix { title: format!("set the date to {day}"), safe: true, edits };
        found.push(Diagnostic { fix: Some(fix), ..RULE.at(keys::CREDENTIAL_ENDS, message) });
    }
    Ok(())
}

/// When the credential in use ends; `None` if another rule reports that there is none.
fn find_end(draft: &Draft, tenant: &Snapshot) -> Seen<Option<Timestamp>> {
    if draft.registration().uses_certificate() {
        return Ok(registered_certificate(tenant)?.map(|certificate| certificate.ends));
    }
    let candidates = candidates(tenant.registration()?);
    match candidates.as_slice() {
        [secret] if secret.may_be_ours == Some(true) => Ok(Some(secret.ends)),
        _ => {
            let why =
                "it is uncertain which client secret of the application is in use, so its end is unknown";
            Err(Unseen::new(Cause::NotAsked, why))
        }
    }
}
