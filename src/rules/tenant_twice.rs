//! `tenant-twice`: two files have the same tenant and application.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "tenant-twice",
    severity: Severity::Warning,
    title: "two files have the same tenant and application",
    doc: "\
## What
Another file of the same check has the same tenant id and the same client id. Checked if `check`
gets several files or a folder.
## Why
One of them is probably a forgotten copy. If both are synchronised, they set the statuses of the same
users.
## Fix
Delete the copy, or move it out of the folder.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::TENANT_ID, keys::CLIENT_ID, keys::FEDERATED_TENANT_ID, keys::FEDERATED_CLIENT_ID],
    check: Check::Several(check),
};

fn check(draft: &Draft, other: &str, count: usize) -> Option<Diagnostic> {
    draft.identity()?;
    let more = if count < 2 { String::new() } else { format!(" (and {} more)", count - 1) };
    let message = format!("{}{more} has the same tenant and application", shown(other));
    Some(
        RULE.at(draft.registration().keys.tenant_id(), message)
            .help("delete the copy, or move it out of the folder"),
    )
}
