//! `missing-key`: a required key is missing.

use crate::diagnostic::{Severity, id};
use crate::rules::{Check, Rule};
use crate::settings::keys;

pub(super) const RULE: Rule = Rule {
    id: id::MISSING_KEY,
    severity: Severity::Error,
    title: "a required key is missing",
    doc: "\
## What
`[control_center]` has no `MsTeamsStatusSyncMode`, `MsTeamsTenantId` or `MsTeamsClientId`;
`[federated_services]` has no `tenant_id`, `client_id` or `login`, or with `login = \"secret\"` no
`client_secret`. With `login = \"certificate\"`, a missing `certificate` is a warning. A
`[[user]]` has no `swyx` or `teams`; or `gateway` is set without `gateway_token`.
## Why
Control Center needs the mode and both ids. An incomplete user matches no one. The gateway rejects
requests without a token.
## Fix
Add the key to the table that the finding points at.
## Source
<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.36.html>",
    keys: &[
        keys::MODE,
        keys::TENANT_ID,
        keys::CLIENT_ID,
        keys::FEDERATED_TENANT_ID,
        keys::FEDERATED_CLIENT_ID,
        keys::FEDERATED_CLIENT_SECRET,
        keys::LOGIN,
        keys::CERTIFICATE,
        keys::GATEWAY_TOKEN,
    ],
    check: Check::Reading,
};
