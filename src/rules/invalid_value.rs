//! `invalid-value`: a value is not allowed.

use crate::diagnostic::{Diagnostic, Edit, Key, Place, Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Generation, IdFault, keys};
use crate::text::{UNMASK, describe_character, find_disguise};

pub(super) const RULE: Rule = Rule {
    id: id::INVALID_VALUE,
    severity: Severity::Error,
    title: "a value is not allowed",
    doc: "\
## What
A number out of range, an unknown choice, an id that does not have 8-4-4-4-12 hexadecimal digits, or
a secret reference that is not exactly one of `env`, `file` and `command`. An id, an address, a
version or a choice contains an invisible character or a typographic dash. A name, a path, a program
or an address contains a control character: in `\"C:\\temp\"`, the `\\t` is a tab. A name or a
path contains only whitespace or invisible characters. A presence in
`[sync.status]` that Graph does not document is a warning. The file has both `[control_center]` and
`[federated_services]`, or both `certificate` and `certificate_thumbprint`.
## Why
Control Center or Entra ID would reject the value, or it would have another effect than it seems.
## Fix
The finding's help names the allowed values. `swyx-teams explain KEY` describes each key.
## Source
<https://learn.microsoft.com/graph/api/resources/presence>, and the JSON Schema of the settings file",
    keys: &[
        keys::MODE,
        keys::TENANT_ID,
        keys::CLIENT_ID,
        keys::FEDERATED_TENANT_ID,
        keys::FEDERATED_CLIENT_ID,
        keys::CERTIFICATE_THUMBPRINT,
        keys::CREDENTIAL_ENDS,
        keys::STATUS,
    ],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (key, id) in draft.ids() {
        if id.fault() == Some(IdFault::Disguised) {
            found.push(disguised(key, id.as_str()));
            continue;
        }
        // For the tenant id, `tenant-not-guid` reports a domain; elsewhere a domain is an invalid id.
        let wrong = match id.fault() {
            Some(IdFault::NotAGuid) => true,
            Some(IdFault::TenantName) => ![keys::TENANT_ID, keys::FEDERATED_TENANT_ID].contains(&key),
            Some(IdFault::Placeholder | IdFault::SurroundingBlank | IdFault::Disguised) | None => false,
        };
        if wrong {
            let help = "copy the id from the portal: 8-4-4-4-12 hexadecimal digits, no braces";
            let stranger = id.as_str().chars().find(|c| !c.is_ascii()).map(describe_character);
            let why = stranger.map(|stranger| format!(": it contains {stranger}")).unwrap_or_default();
            found.push(RULE.at(key, format!("this is not a valid id{why}")).help(help));
        }
    }
    found.extend(both_tables(draft));
    for (pair, _) in draft.sync.status.iter().filter(|(pair, _)| !pair.is_documented()) {
        let place = Place::Key(keys::STATUS.child(&pair.to_string()));
        let mut warning = RULE.at(place, "Microsoft Graph does not document this presence");
        warning.severity = Severity::Warning;
        let near = pair.nearest_documented().map(|near| format!("did you mean `{near}`?"));
        found.push(warning.help(
            near.unwrap_or_else(|| "check the spelling of both words; case does not count".to_owned()),
        ));
    }
}

/// The table that does not belong to the version, if the file has both.
fn both_tables(draft: &Draft) -> Option<Diagnostic> {
    if draft.control_center.is_none() || draft.federated_services.is_none() {
        return None;
    }
    let kept = draft.generation();
    let other = Generation::ALL.into_iter().find(|generation| *generation != kept)?;
    let place = Place::Key(other.table());
    let message = format!("`[{}]` and `[{}]` are both in the file", kept.table(), other.table());
    let help = format!("keep one of them: this version of SwyxWare has the settings in `[{}]`", kept.table());
    Some(RULE.at(place, message).help(help).related(Place::Key(kept.table()), "the other table"))
}

/// An id that only looks right. The message names the first wrong character.
fn disguised(key: Key, id: &str) -> Diagnostic {
    let wrong = find_disguise(id).map(describe_character);
    let finding = RULE.at(key.clone(), format!("the id contains {}", wrong.unwrap_or_default()));
    finding.help("it was probably copied along: type the id").safe_fix(UNMASK, Edit::Unmask(key))
}
