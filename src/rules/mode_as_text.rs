//! `mode-as-text`: the mode is in quotes.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::keys;

pub(super) const RULE: Rule = Rule {
    id: id::MODE_AS_TEXT,
    severity: Severity::Error,
    title: "the mode is in quotes",
    doc: "\
## What
`MsTeamsStatusSyncMode = \"2\"` instead of `2`.
## Why
The mode is a number. The field in Control Center accepts what you type, but a settings file
distinguishes numbers from strings.
## Fix
Remove the quotes, or run `swyx-teams check --fix`.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>",
    keys: &[keys::MODE],
    check: Check::Reading,
};
