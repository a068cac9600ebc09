//! `secret-inline`: the secret is stored as plain text.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::secret::SecretFault;
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "secret-inline",
    severity: Severity::Warning,
    title: "the secret is stored as plain text",
    doc: "\
## What
The settings file itself contains a secret.
## Why
The file gets copied, mailed and committed. Everyone who sees it can act as the application.
## Fix
Keep the secret elsewhere and refer to it: `swyx-teams set control_center.MsTeamsClientSecret
env:SWYX_TEAMS_CLIENT_SECRET`, or `keyring:swyx-teams/NAME` and then `swyx-teams secret put`. If the
file was ever shared, create a new secret too.
## Source
<https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration>",
    keys: &keys::SECRETS,
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let inline = draft.inline_secrets().filter(|(_, secret)| secret.fault() != Some(SecretFault::Reference));
    for (key, _) in inline {
        let variable =
            if key == keys::GATEWAY_TOKEN { "SWYX_GATEWAY_TOKEN" } else { "SWYX_TEAMS_CLIENT_SECRET" };
        let help = format!("keep it elsewhere and refer to it: `{{ env = \"{variable}\" }}`");
        found.push(RULE.at(key, "the secret is stored in the file as plain text").help(help));
    }
}
