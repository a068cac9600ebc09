//! `renewal-too-late`: a secret would be due for renewal immediately.

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
    title: "a secret would be due for renewal immediately",
    doc: "\
## What
`renew_before_days` is not less than `secret_lifetime_days`. If one of them is missing, its default
counts (30 and 180).
## Why
Every secret would be due for renewal on the day it is created.
## Fix
Increase `secret_lifetime_days` or decrease `renew_before_days`.
## Source
This project's own: the settings file is described by its JSON Schema (`swyx-teams schema`).",
    keys: &[keys::RENEW_BEFORE_DAYS, keys::SECRET_LIFETIME_DAYS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let (renew, lifetime) = (draft.entra.renew_before_days, draft.entra.secret_lifetime_days);
    // `invalid-value` reports a number out of range.
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
    let mut finding = RULE.at(place, "every secret would be due for renewal on its first day");
    if renew.is_some() && lifetime.is_some() {
        finding = finding.related(keys::SECRET_LIFETIME_DAYS, "the lifetime");
    }
    found.push(
        finding.help("renew_before_days (default 30) must be less than secret_lifetime_days (default 180)"),
    );
}
