//! `public-client`: the application allows public client flows, which it does not need.

use super::online::client_id;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Generation, keys};

pub(super) const RULE: Rule = Rule {
    id: "public-client",
    severity: Severity::Info,
    title: "the application allows public client flows",
    doc: "\
## What
With `--online --as-admin`: the registration allows public client flows, or has redirect addresses
for mobile and desktop applications. Only before 14.20: from 14.20 on, the Swyx clients need both to
log in.
## Why
The vendor's guide for 14.00 and 14.10 asks for both. It dates from a time when a special user
signed in. A service that signs in with application permissions needs neither. That SwyxWare does so
is inferred from the permissions in the same guide, not documented.
## Fix
Nothing is wrong. Leave it if you want to follow the guide exactly. Otherwise try the
synchronisation with \"Allow public client flows\" set to No.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>,
<https://learn.microsoft.com/entra/identity-platform/msal-client-applications>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let registration = tenant.registration()?;
    // From 14.20 on, the Swyx clients need them to log in.
    if draft.generation() == Generation::FederatedServices {
        return Ok(());
    }
    let what = match (registration.public_client, registration.public_redirects > 0) {
        (true, true) => "public client flows, and has redirect addresses for them",
        (true, false) => "public client flows",
        (false, true) => "redirects to mobile and desktop applications",
        (false, false) => return Ok(()),
    };
    let finding = RULE.at(client_id(draft), format!("the application allows {what}"));
    let help = "the vendor's guide asks for it, but the synchronisation probably does not need it (inferred)";
    found.push(finding.help(help));
    Ok(())
}
