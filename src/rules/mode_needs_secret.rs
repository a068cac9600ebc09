//! `mode-needs-secret`: the mode needs a client secret.

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, Mode, keys};

pub(super) const RULE: Rule = Rule {
    id: "mode-needs-secret",
    severity: Severity::Error,
    title: "the mode needs a client secret",
    doc: "\
## What
Mode 2 without `MsTeamsClientSecret` is an error. Mode 1 without it is a warning.
## Why
The vendor requires the secret in mode 2. For mode 1 it does not, but the permissions that it
requires are of type Application, and these need a credential in any mode (inferred, not
documented).
## Fix
Create a client secret for the application and enter its Value, preferably as a reference: `{ env =
\"SWYX_TEAMS_CLIENT_SECRET\" }`.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>",
    keys: &[keys::MODE, keys::CLIENT_SECRET],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    // In `[federated_services]`, `login` decides, and the reader reports a missing secret.
    let Some(fields) = draft.control_center.as_ref().filter(|fields| !fields.names_a_secret) else { return };
    let (severity, message) = match fields.mode {
        Some(Mode::BothWays) => (Severity::Error, "mode 2 needs a client secret"),
        Some(Mode::FromTeams) => (Severity::Warning, "mode 1 probably needs a client secret too (inferred)"),
        Some(Mode::Undocumented | Mode::Off) | None => return,
    };
    let mut finding = RULE.at(Place::Missing(keys::CLIENT_SECRET), message);
    finding.severity = severity;
    let help = "add `MsTeamsClientSecret = { env = \"SWYX_TEAMS_CLIENT_SECRET\" }`, or another reference";
    found.push(finding.help(help).related(keys::MODE, "the mode that requires it"));
}
