//! `directory-unreadable`: users cannot be read, although the permission is granted.

use super::online::unreadable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::DIRECTORY;
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "directory-unreadable",
    severity: Severity::Error,
    title: "users cannot be read",
    doc: "\
## What
With `--online`: Graph refuses to list users (HTTP 401 or 403), although the token holds a
sufficient permission or cannot be decoded. If the permission is known to be missing,
`permission-missing` reports it instead.
## Why
Without the directory, no Swyx user can be matched to a Teams account. A policy of the tenant may
block the request, `entra.graph` may point to another cloud, or a new permission has not reached
every server yet.
## Fix
Wait some minutes and try again. Then look up the request in the tenant's sign-in logs and
Conditional Access policies.
## Source
<https://learn.microsoft.com/graph/api/user-list>, <https://learn.microsoft.com/graph/errors>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    found.extend(unreadable(&RULE, (draft, tenant), &tenant.directory, (&DIRECTORY, "users"))?);
    Ok(())
}
