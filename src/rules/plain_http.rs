//! `plain-http`: the address is not encrypted.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Draft, keys};

pub(super) const RULE: Rule = Rule {
    id: "plain-http",
    severity: Severity::Error,
    title: "the address is not encrypted",
    doc: "\
## What
`swyx.gateway`, `entra.authority` or `entra.graph` begins with `http://`. This machine (`localhost`,
`127.0.0.0/8`, `[::1]`) is exempt. `entra.proxy` is exempt too, because its traffic is encrypted end
to end.
## Why
Anyone on the network path could read the client secret or the token.
## Fix
Use `https://`.
## Source
<https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration>",
    keys: &[keys::GATEWAY, keys::AUTHORITY, keys::GRAPH],
    check: Check::Draft(check),
};

fn check(draft: &Draft, found: &mut Vec<Diagnostic>) {
    let endpoints = [
        (keys::GATEWAY, &draft.swyx.gateway),
        (keys::AUTHORITY, &draft.entra.authority),
        (keys::GRAPH, &draft.entra.graph),
    ];
    for (key, endpoint) in endpoints {
        if endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_https() && !endpoint.is_loopback()) {
            found
                .push(RULE.at(key, "secrets would be sent unencrypted to this address").help("use https://"));
        }
    }
}
