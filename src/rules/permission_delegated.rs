//! `permission-delegated`: a required permission is of type Delegated, not Application.

use super::online::{client_id, consent, mode, mode_key};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::{Need, list_needs};
use crate::entra::snapshot::{Registration, Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "permission-delegated",
    severity: Severity::Error,
    title: "a permission is of type Delegated, not Application",
    doc: "\
## What
With `--online --as-admin`: the application lacks an application permission that the mode needs, but
has a similar delegated permission. `User.Read` does not count: the portal adds it to every new
registration.
## Why
The portal offers many permissions in both types under one name. A delegated permission works only
while a user is signed in. The synchronisation signs in as the application, and its token holds
application permissions only.
## Fix
Add the permission again under API permissions, Microsoft Graph, this time as type Application.
Grant admin consent, and delete the delegated one.
## Source
<https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview>,
<https://learn.microsoft.com/graph/permissions-reference>",
    keys: &[keys::CLIENT_ID, keys::MODE, keys::FEDERATED_CLIENT_ID, keys::PRESENCE],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let (registration, mode) = (tenant.registration()?, mode(draft)?);
    let mut seen = Ok(());
    for need in &list_needs(draft.generation(), mode) {
        let instead = instead(registration, need).unwrap_or_else(|why| {
            seen = Err(why);
            None
        });
        if let Some(name) = instead {
            let message = format!(
                "the application has {} as type Delegated, but needs {} as type Application",
                shown(name),
                need.name
            );
            let help = format!(
                "under API permissions, add Microsoft Graph, type Application, {}, then {}",
                need.name,
                consent(draft)
            );
            let finding = RULE.at(client_id(draft), message).help(help);
            found.push(finding.related(mode_key(draft), "the mode that requires it"));
        }
    }
    seen
}

/// The delegated permission that the application has instead of the required application permission, if any.
pub(super) fn instead<'a>(registration: &'a Registration, need: &Need) -> Seen<Option<&'a String>> {
    // The right type is declared, so only the consent is missing.
    if need.is_met_by(&registration.granted) || need.is_met_by(&registration.declared) {
        return Ok(None);
    }
    let is_meant = |name: &&String| is_of_its_kind(name, need);
    match registration.declared_delegated.iter().find(is_meant) {
        Some(name) => Ok(Some(name)),
        None => Ok(registration.granted_delegated.as_ref().map_err(Clone::clone)?.iter().find(is_meant)),
    }
}

/// Whether this delegated permission may have been chosen instead of `need`: `Presence.Read` for
/// `Presence.Read.All`.
fn is_of_its_kind(delegated: &str, need: &Need) -> bool {
    const OF_EVERY_REGISTRATION: &str = "User.Read";
    let family = |name: &str| name.split_once('.').map(|(family, _)| family.to_owned());
    delegated != OF_EVERY_REGISTRATION
        && (family(delegated) == family(need.name) || need.also.contains(&delegated))
}
