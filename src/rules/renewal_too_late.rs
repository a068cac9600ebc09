//! `renewal-too-late`: a secret would be due for renewal at once.

use validator::Validate;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{
    Draft,
    defaults::{RENEW_BEFORE_DAYS, SECRET_LIFETIME_DAYS},
    keys,
};

pub(super) const RULE: Rule = Rule {
    id: "renewal-too-late",
    severity: Severity::Error,
    title: "a secret would be due for renewal at once",
    doc: "\
## What
`renew_before_days` is not less than `secret_lifetime_days`. Where one of them is missing, its default counts (30 and 180).
## Why
Every secret would be due for renewal on the day of its making.
## Fix
Make the lifetime longer, or the time before its end shorter.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::RENEW_BEFORE_DAYS, keys::SECRET_LIFETIME_DAYS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let (renew, lifetime) = (draft.entra.renew_before_days, draft.entra.secret_lifetime_days);
    // A number out of its range is reported as that.
    let faults = draft.entra.validate().err();
    let is_faulty = |name| faults.as_ref().is_some_and(|faults| faults.field_errors().contains_key(name));
    if is_faulty("renew_before_days") || is_faulty("secret_lifetime_days") {
        return;
    }
    let days = |written: Option<i64>, default: u16| written.unwrap_or(i64::from(default));
    if days(renew, RENEW_BEFORE_DAYS) < days(lifetime, SECRET_LIFETIME_DAYS) {
        return;
    }
    let place = if renew.is_some() { keys::RENEW_BEFORE_DAYS } else { keys::SECRET_LIFETIME_DAYS };
    let mut finding = RULE.at(place, "a secret would be due for renewal from its first day on");
    if renew.is_some() && lifetime.is_some() {
        finding = finding.related(keys::SECRET_LIFETIME_DAYS, "the lifetime");
    }
    found.push(
        finding.help("renew_before_days (default 30) must be less than secret_lifetime_days (default 180)"),
    );
}
