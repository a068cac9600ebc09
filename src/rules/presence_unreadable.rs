//! `presence-unreadable`: presences cannot be read, although the permission is there.

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
With `--online`: Graph refuses to read a presence (HTTP 401 or 403), although the token holds a permission that is enough, or cannot be looked
into. Where the permission is known to be missing, `permission-missing` says so, and this rule nothing.
## Why
The read is tried on a made-up id, so that nobody's presence is looked at; that any other answer shows the permission is inferred, since no page
says what Graph answers then. `--thorough` reads a real user. A policy may stand in the way, or Teams is not set up in the tenant; Graph's
presence service is also reported to answer 401 now and then without a reason.
## Fix
Try again. If it stays, look for the request in the tenant's sign-in logs and Conditional Access policies.
## Source
<https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>, <https://learn.microsoft.com/graph/errors>",
    keys: &[keys::CLIENT_ID],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    found.extend(unreadable(&RULE, (draft, tenant), &tenant.presence, (&READ_PRESENCE, "presences"))?);
    Ok(())
}
