//! `user-email`: the Teams account name is invalid.

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};
use crate::text::{
    TYPE_THE_VALUE, UNMASK, describe_character, find_disguise, is_unprintable, without_disguise,
};

pub(super) const RULE: Rule = Rule {
    id: "user-email",
    severity: Severity::Error,
    title: "the Teams account name is invalid",
    doc: "\
## What
`teams` in a `[[user]]` does not have the form `name@domain`, contains whitespace or an invisible
character, or is a guest's name with `#EXT#`.
## Why
SwyxWare finds the Teams user by the account name, which has the form of an e-mail address. A guest
has no presence of their own in the tenant (inferred).
## Fix
Enter the user principal name that Entra ID shows for the user.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>,
<https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname>",
    keys: &[keys::USERS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (index, user) in draft.users.iter().enumerate() {
        let Some(account) = &user.teams else { continue };
        let Some(why) = fault(account) else { continue };
        let key = keys::USERS.index(index).child("teams");
        let help = "enter the user principal name from Entra ID, for example jane.roe@example.com";
        let Some(disguise) = find_disguise(account) else {
            found.push(RULE.at(key, why).help(help));
            continue;
        };
        let why = format!("an account name contains {}", describe_character(disguise));
        let finding = RULE.at(key.clone(), why);
        found.push(match fault(&without_disguise(account)) {
            None => finding.help(TYPE_THE_VALUE).safe_fix(UNMASK, Edit::Unmask(key)),
            Some(_) => finding.help(help),
        });
    }
}

fn fault(account: &str) -> Option<&'static str> {
    const NOT_IN_A_NAME: &[char] = &['"', '(', ')', ',', ':', ';', '<', '>', '[', ']', '\\'];
    let Some((name, domain)) = account.split_once('@') else {
        return Some("an account name must contain an @");
    };
    let label = |label: &str| {
        let inner = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !label.is_empty() && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    if account.chars().any(|c| c.is_whitespace() || is_unprintable(c)) {
        Some("an account name must not contain whitespace or control characters")
    } else if account.contains('#') && account.to_ascii_uppercase().contains("#EXT#") {
        Some("this is the account name of a guest")
    } else if name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.contains(NOT_IN_A_NAME)
    {
        Some("the part before the @ is invalid")
    } else if !domain.contains('.') || !domain.split('.').all(label) {
        Some("the part after the @ is not a domain")
    } else {
        None
    }
}
