//! `presence-unreadable`: presences cannot be read, although the permission is granted.

use super::online::unreadable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::permission::READ_PRESENCE;
use crate::entra::snapshot::{Seen, Snapshot};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "presence-unreadable",
    severity: Severity::Error,
    title: "presences cannot be read",
    doc: "\
## What
With `--online`: Graph refuses to read a presence (HTTP 401 or 403), although the token holds a
sufficient permission or cannot be decoded. If the permission is known to be missing,
`permission-missing` reports it instead.
## Why
The check reads the presence of a made-up id, so that it reads no real user's presence. It is
inferred that any other answer shows the permission: Microsoft does not document the answer.
`--thorough` reads a real user. A policy may block the request, or Teams may not be set up in the
tenant. Graph's presence service is also reported to answer 401 from time to time without a reason.
## Fix
Try again. If the error remains, look up the request in the tenant's sign-in logs and Conditional
Access policies.
## Source
<https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>,
<https://learn.microsoft.com/graph/errors>",
    keys: &[keys::CLIENT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    found.extend(unreadable(&RULE, (draft, tenant), &tenant.presence, (&READ_PRESENCE, "presences"))?);
    Ok(())
}
