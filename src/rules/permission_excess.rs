//! `permission-excess`: the application has more permissions than the mode needs.

use super::online::{client_id, mode, mode_key};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::{is_excess, list_needs};
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "permission-excess",
    severity: Severity::Warning,
    title: "the application has more permissions than the mode needs",
    doc: "\
## What
With `--online`: the token holds an application permission that allows more than the mode needs.
Each one is a finding. `Presence.Read.All` together with `Presence.ReadWrite.All` allows nothing
more, and is not reported.
## Why
Anyone who gets the client secret can use every permission of the application, in the whole tenant:
`User.Read.All` shows telephone numbers and managers, `Mail.Read` shows the mail of every user. This
is about SwyxWare before 14.20 only: later, the same application serves login, contacts and
calendar, `User.Read.All` is needed, and no permission is excess.
## Fix
Grant the lesser permission if it is missing, then revoke this one under API permissions. If the
application has other uses, register a separate application for this purpose, or write `#
swyx-teams: allow(permission-excess) why` next to the client id.
## Source
<https://learn.microsoft.com/entra/identity-platform/secure-least-privileged-access>,
<https://learn.microsoft.com/graph/permissions-reference>",
    keys: &[keys::CLIENT_ID, keys::MODE, keys::FEDERATED_CLIENT_ID, keys::PRESENCE],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let (roles, mode) = (tenant.roles()?, mode(draft)?);
    let generation = draft.generation();
    for role in roles.iter().filter(|role| is_excess(generation, mode, role)) {
        let message = format!("the application permission {} allows more than the mode needs", shown(role));
        let help = match list_needs(generation, mode).iter().find(|need| need.also.contains(&role.as_str())) {
            Some(need) if roles.iter().any(|role| role == need.name) => {
                format!("revoke it under API permissions; {} is sufficient and already granted", need.name)
            }
            Some(need) => format!("grant {}, which is sufficient, then revoke this one", need.name),
            None => "revoke it under API permissions, unless the application has another use".to_owned(),
        };
        let finding = RULE.at(client_id(draft), message).help(help);
        found.push(finding.related(mode_key(draft), "the mode that needs less"));
    }
    Ok(())
}
