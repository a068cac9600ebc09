//! `user-duplicate`: a user is listed twice.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, User, keys};

pub(super) const RULE: Rule = Rule {
    id: "user-duplicate",
    severity: Severity::Error,
    title: "a user is listed twice",
    doc: "\
## What
Two `[[user]]` entries have the same Teams account or the same Swyx user. Case does not count.
## Why
A status could not be assigned to one of them. SwyxWare also requires a unique e-mail address for
each user.
## Fix
Delete one of the entries, or correct the account.
## Source
<https://help.enreach.com/controlcenter/14.25/web/Swyx/en-US/help/chap_userconfiguration.11.05.html>",
    keys: &[keys::USERS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    report_twins(
        &draft.users,
        "teams",
        |user| user.teams.as_deref(),
        "this Teams account is listed twice",
        found,
    );
    report_twins(&draft.users, "swyx", |user| user.swyx.as_deref(), "this Swyx user is listed twice", found);
}

fn report_twins(
    users: &[User],
    member: &str,
    name: fn(&User) -> Option<&str>,
    message: &str,
    found: &mut Vec<Diagnostic>,
) {
    let mut first = HashMap::new();
    for (index, user) in users.iter().enumerate() {
        let Some(name) = name(user).filter(|name| !name.is_empty()) else { continue };
        let key = |index| keys::USERS.index(index).child(member);
        let earlier = *first.entry(name.trim().to_lowercase()).or_insert(index);
        if earlier != index {
            let finding = RULE.at(key(index), message).related(key(earlier), "first listed here");
            found.push(finding.help("delete or correct one of them; case does not count"));
        }
    }
}
