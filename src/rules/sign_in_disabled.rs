//! `sign-in-disabled`: the application is not allowed to sign in.

use super::online::{client_id, refusal, refused};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, SignIn, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "sign-in-disabled",
    severity: Severity::Error,
    title: "the application is not allowed to sign in",
    doc: "\
## What
With `--online`: Entra ID knows the application but blocks its sign-in. With `--as-admin` also: its
service principal is disabled or missing, even if a sign-in was accepted or not tried.
## Why
The application is disabled (AADSTS7000112, AADSTS70001), it accepts only assigned users or
applications (AADSTS50105), or a Conditional Access policy for workload identities blocks it
(AADSTS53003). A change needs some minutes to take effect everywhere.
## Fix
Depending on the code: under Enterprise applications, Properties, set \"Enabled for users to
sign-in\" to Yes; or exempt the application, or the address of this machine, from the policy that
the sign-in logs name.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>,
<https://learn.microsoft.com/entra/identity/conditional-access/workload-identity>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let is_refused = matches!(tenant.sign_in, Ok(SignIn::Refused(_)));
    if !is_refused && tenant.registration.as_ref().is_ok_and(|registration| !registration.enabled) {
        let message = "the application's service principal is disabled or missing in this tenant";
        let help = "under Enterprise applications, Properties, set \"Enabled for users to sign-in\" to Yes; \
                    if it is not listed there, grant admin consent, which creates it";
        found.push(RULE.at(client_id(draft), message).help(help));
        return Ok(());
    }
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise =
        ("the application is not allowed to sign in", "find the reason in the Entra ID sign-in logs");
    found.push(refused(&RULE, client_id(draft), refusal, otherwise));
    Ok(())
}
