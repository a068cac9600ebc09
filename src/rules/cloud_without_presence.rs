//! `cloud-without-presence`: the cloud has no presence API.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Cloud, Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "cloud-without-presence",
    severity: Severity::Error,
    title: "the cloud has no presence API",
    doc: "\
## What
`entra.cloud = \"china\"`.
## Why
Microsoft Graph operated by 21Vianet has no presence API, so there is nothing to synchronise with.
## Fix
If the tenant is in another cloud, set `entra.cloud` to that cloud.
## Source
<https://learn.microsoft.com/graph/deployments>,
<https://learn.microsoft.com/graph/api/presence-setpresence>",
    keys: &[keys::CLOUD],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.entra.cloud == Some(Cloud::China) {
        let finding = RULE.at(keys::CLOUD, "Microsoft Graph has no presence API in this cloud");
        found.push(finding.help("choose another cloud; this one cannot synchronise statuses"));
    }
}
