//! `permission-missing`: the application's token lacks a permission that the mode needs.

use super::online::{client_id, consent, mode, mode_key, refusal, refused};
use super::permission_delegated::instead;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::{Need, list_needs};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "permission-missing",
    severity: Severity::Error,
    title: "a permission that the mode needs is missing",
    doc: "\
## What
With `--online`: the application signs in, but its token lacks a permission that the mode needs.
Mode 1 needs `Presence.Read.All`, mode 2 needs `Presence.ReadWrite.All`, and both need
`User.ReadBasic.All`. SwyxWare 14.20 and later need `User.Read.All` instead, and the permission for
presences is inferred. A permission that allows more is sufficient. For an application with a
certificate, the grants that an administrator sees are checked (`--as-admin`). With `--as-admin`,
`permission-not-consented` and `permission-delegated` report it instead if they know the reason.
## Why
Entra ID also gives a token to an application without any permission, so a sign-in alone proves
nothing. The token holds only permissions of type Application that an administrator has consented
to. It does not hold delegated permissions, or permissions that are only listed in the registration.
## Fix
Add the permission under API permissions, Microsoft Graph, type Application, and grant admin
consent. After some minutes, new tokens hold it.
## Source
<https://learn.microsoft.com/graph/permissions-reference>,
<https://learn.microsoft.com/graph/api/presence-setpresence>,
<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>",
    keys: &[keys::CLIENT_ID, keys::MODE, keys::FEDERATED_CLIENT_ID, keys::PRESENCE],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    // With a certificate, this program cannot sign in, and the grants that an administrator sees are decisive.
    let signs_in = !draft.registration().uses_certificate();
    if signs_in && let Some(refusal) = refusal(&RULE, tenant)? {
        let otherwise = ("no administrator has consented to the application's permissions", "");
        found.push(refused(&RULE, client_id(draft), refusal, otherwise).help(consent(draft)));
        return Ok(());
    }
    let (roles, mode) = (tenant.roles()?, mode(draft)?);
    let whole = if roles.is_empty() && signs_in { "; the token holds no permissions" } else { "" };
    let is_open = |need: &&Need| !need.is_met_by(roles) && !is_explained(tenant, need);
    for need in list_needs(draft.generation(), mode).iter().filter(is_open) {
        let is_granted = tenant.registration.as_ref().is_ok_and(|seen| need.is_met_by(&seen.granted));
        let (message, help) = if is_granted {
            let message =
                format!("the application permission {} is granted, but not yet in the token", need.name);
            (message, "wait some minutes until the consent takes effect, then try again".to_owned())
        } else {
            let (name, purpose) = (need.name, need.purpose);
            let message =
                format!("the application permission {name} is missing{whole}; it is needed to {purpose}");
            let consent = consent(draft);
            (
                message,
                format!(
                    "under API permissions, add Microsoft Graph, type Application, {name}, then {consent}"
                ),
            )
        };
        found.push(
            RULE.at(client_id(draft), message)
                .help(help)
                .related(mode_key(draft), "the mode that requires it"),
        );
    }
    Ok(())
}

/// Whether the registration shows why the permission is missing. Then another rule reports the fault, with a
/// better fix.
fn is_explained(tenant: &Snapshot, need: &Need) -> bool {
    tenant.registration.as_ref().is_ok_and(|registration| {
        let is_declared = need.is_met_by(&registration.declared) && !need.is_met_by(&registration.granted);
        is_declared || instead(registration, need).is_ok_and(|delegated| delegated.is_some())
    })
}
