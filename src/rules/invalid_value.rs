//! `invalid-value`: a value that is not allowed.

use crate::diagnostic::{Diagnostic, Place, Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, IdFault, keys};

pub(super) const RULE: Rule = Rule {
    id: id::INVALID_VALUE,
    severity: Severity::Error,
    title: "a value that is not allowed",
    doc: "\
## What
A number out of its range, an unknown choice, an id that is not 8-4-4-4-12 hexadecimal digits, a reference to a secret that is not
exactly one of `env`, `file` and `command`. A presence in `[sync.status]` that Graph does not document is a warning.
## Why
Neither Control Center nor Entra ID would accept it, or it would mean something else than it says.
## Fix
The finding's help names what is allowed; `swyx-teams explain KEY` tells more of each key.
## Source
<https://learn.microsoft.com/graph/api/resources/presence>, and the JSON Schema of the settings file",
    keys: &[keys::MODE, keys::TENANT_ID, keys::CLIENT_ID, keys::STATUS],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, id) in draft.ids() {
        // A domain is a fault of its own as the tenant's id; elsewhere it is just no id.
        let wrong = match id.fault() {
            Some(IdFault::NotAGuid) => true,
            Some(IdFault::TenantName) => key != keys::TENANT_ID,
            Some(IdFault::Placeholder | IdFault::SurroundingBlank) | None => false,
        };
        if wrong {
            let help = "an id has 8-4-4-4-12 hexadecimal digits, as the portal shows it; no braces";
            found.push(RULE.at(key, "this is not an id").help(help));
        }
    }
    for (pair, _) in draft.sync.status.iter().filter(|(pair, _)| !pair.is_documented()) {
        let place = Place::Key(keys::STATUS.child(&pair.to_string()));
        let mut warning = RULE.at(place, "Graph documents no such presence");
        warning.severity = Severity::Warning;
        let near = pair.nearest_documented().map(|near| format!("did you mean `{near}`?"));
        found.push(warning.help(
            near.unwrap_or_else(|| "check the spelling of both words; case does not count".to_owned()),
        ));
    }
}
