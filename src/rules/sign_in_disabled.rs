//! `sign-in-disabled`: the application is not allowed to sign in.

use super::online::{client_id, leaves_state_open, refusal, refused};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{DisabledReason, Registration, Seen, SignIn, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "sign-in-disabled",
    severity: Severity::Error,
    title: "the application is not allowed to sign in",
    doc: "\
## What
With `--online`: Entra ID knows the application but blocks its sign-in. With `--as-admin` also: the
application is disabled, even if a sign-in was accepted or not tried, and which switch disables it.
## Why
An application has several switches, each with its own cure: its service principal is disabled in
this tenant (AADSTS7000112); its registration is deactivated (the code is not documented, probably
also AADSTS7000112); or Microsoft disabled it (AADSTS7000112). A deleted application is reported as
`application-not-found`. Or Microsoft Graph is disabled in the tenant (AADSTS500014), or a
Conditional Access policy for workload identities blocks the application (AADSTS53003). A change
needs some minutes to take effect everywhere.
## Fix
Depending on the switch: under Enterprise applications, Properties, set \"Enabled for users to
sign-in\" to Yes; activate the registration under App registrations; ask Microsoft's support; or
exempt the application, or the address of this machine, from the policy that the sign-in logs name.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>,
<https://learn.microsoft.com/entra/identity/conditional-access/workload-identity>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let code = match &tenant.sign_in {
        Ok(SignIn::Refused(refusal)) => refusal.code,
        Ok(SignIn::Accepted { .. }) | Err(_) => None,
    };
    let reasons = tenant.registration.as_ref().map(list_reasons).unwrap_or_default();
    if !reasons.is_empty() && (leaves_state_open(tenant) || code == Some(DISABLED)) {
        let number = if code == Some(DISABLED) { " (AADSTS7000112)" } else { "" };
        found.extend(reasons.iter().map(|DisabledReason { reason, cure, .. }| {
            RULE.at(client_id(draft), format!("{reason}{number}")).help(*cure)
        }));
        return Ok(());
    }
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise =
        ("the application is not allowed to sign in", "find the reason in the Entra ID sign-in logs");
    found.push(refused(&RULE, client_id(draft), refusal, otherwise));
    Ok(())
}

/// The code of a disabled application, whichever switch disables it.
const DISABLED: u32 = 7_000_112;

/// The switches that stop the application.
fn list_reasons(registration: &Registration) -> Vec<DisabledReason> {
    let mut reasons = registration.status.list_reasons();
    if !registration.enabled {
        reasons.push(DisabledReason::OF_PRINCIPAL);
    }
    reasons
}
