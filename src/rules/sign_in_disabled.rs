//! `sign-in-disabled`: the application may not sign in.

use super::online::{refusal, refused};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::snapshot::{Seen, SignIn, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "sign-in-disabled",
    severity: Severity::Error,
    title: "the application may not sign in",
    doc: "\
## What
With `--online`: Entra ID knows the application and does not let it in. With `--as-admin` also: its service principal is switched off or not
there, although a sign-in was accepted or not tried.
## Why
Someone switched it off (AADSTS7000112, AADSTS70001), it lets in only who is assigned to it (AADSTS50105), or a Conditional Access policy for
workload identities blocks it (AADSTS53003). A change takes some minutes until every sign-in sees it.
## Fix
By the code: under Enterprise applications, Properties, set \"Enabled for users to sign-in\" to Yes; or exempt the application, or this
machine's address, from the policy that the sign-in logs name.
## Source
<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>,
<https://learn.microsoft.com/entra/identity/conditional-access/workload-identity>",
    keys: &[keys::CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(_: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let is_refused = matches!(tenant.sign_in, Ok(SignIn::Refused(_)));
    if !is_refused && tenant.registration.as_ref().is_ok_and(|registration| !registration.enabled) {
        let message = "the application's service principal is switched off in this tenant, or not there";
        let help = "under Enterprise applications, Properties, set \"Enabled for users to sign-in\" to Yes; \
                    if it is not listed there, grant admin consent, which makes it";
        found.push(RULE.at(keys::CLIENT_ID, message).help(help));
        return Ok(());
    }
    let Some(refusal) = refusal(&RULE, tenant)? else { return Ok(()) };
    let otherwise = ("the application may not sign in", "look for the reason in Entra ID's sign-in logs");
    found.push(refused(&RULE, keys::CLIENT_ID, refusal, otherwise));
    Ok(())
}
