//! `automation-key-expires-soon`: the certificate of the automation application expires soon.

use super::end::{days, describe_end};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, defaults::RENEW_BEFORE_DAYS, keys};

pub(super) const RULE: Rule = Rule {
    id: "automation-key-expires-soon",
    severity: Severity::Warning,
    title: "the certificate of the automation application expires soon",
    doc: "\
## What
With `--online --as-admin`: the certificate in `entra.automation.key` expires within
`entra.renew_before_days`, 30 if that is not set. Its end date is in the key file; the private key
is read only to sign in.
## Why
After it expires, scheduled jobs cannot sign in any more, so nobody renews the client secret.
## Fix
Run `swyx-teams apply --automation`, which makes a new key; or make one yourself, upload its
certificate to the automation application, and replace the key.
## Source
<https://learn.microsoft.com/entra/identity-platform/certificate-credentials>",
    keys: &[keys::AUTOMATION_KEY, keys::RENEW_BEFORE_DAYS],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    if !draft.entra.automation.is_given {
        return Ok(());
    }
    let ends = tenant.automation_key_ends.clone()?;
    let left = tenant.seen_at.duration_until(ends);
    if left <= days(draft.entra.renew_before_days.unwrap_or(i64::from(RENEW_BEFORE_DAYS))) {
        let message = format!("the certificate of the automation application {}", describe_end(ends, left));
        let help = "run `swyx-teams apply --automation`, which makes a new key; or make one yourself, upload its certificate to the application, and replace the key";
        found.push(RULE.at(keys::AUTOMATION_KEY, message).help(help));
    }
    Ok(())
}
