//! `read-only-in-form`: a posted form changes a key that forms must not change.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::keys;

pub(super) const RULE: Rule = Rule {
    id: id::READ_ONLY_IN_FORM,
    severity: Severity::Error,
    title: "this cannot be changed in the form",
    doc: "\
## What
A posted form changes an address, the admin client ID, the CA file, the proxy, or a secret that a
command prints. The file keeps its value, and nothing is saved.
## Why
These values decide where secrets and tokens are sent and which program runs. An attacker who takes
over the session of a form must not be able to change them.
## Fix
Run `swyx-teams set` or `swyx-teams unset` on the machine that has the file.
## Source
This project's own: only forms report it. No check of a file does.",
    keys: &keys::READ_ONLY_IN_FORMS,
    check: Check::Posted,
};
