//! `read-budget`: too many presences for the read interval.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Settings, keys};

pub(super) const RULE: Rule = Rule {
    id: "read-budget",
    severity: Severity::Warning,
    title: "too many presences for the read interval",
    doc: "\
## What
Reading the presences of all matched users every `read_interval_seconds` takes more than 90 % of
`requests_per_30_seconds`. Checked by `users` and `sync`, which know how many users there are.
## Why
One request reads at most 650 presences. Microsoft Graph accepts 1,500 presence requests in 30
seconds from one application in one tenant, writes included. Above that it refuses all of them for a
while (HTTP 429). The synchronisation keeps to the limit, so the interval becomes longer, and a
Teams status appears later in Swyx.
## Fix
Set the interval at least as long as the message says. A newer Microsoft page allows 10,000 requests
in 30 seconds; to rely on it, set `requests_per_30_seconds`.
## Source
<https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>,
<https://learn.microsoft.com/graph/throttling-limits>. That one tenth is left for writes is this
project's own choice.",
    keys: &[keys::READ_INTERVAL_SECONDS, keys::REQUESTS_PER_30_SECONDS],
    check: Check::Counted(check),
};

/// The maximum number of presences in one request. Source:
/// <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>.
const PRESENCES_PER_REQUEST: u64 = 650;
/// Reads may use 9 of 10 requests.
const SHARE: (u64, u64) = (9, 10);
/// The maximum of `sync.read_interval_seconds`.
const MAX_INTERVAL_SECONDS: u64 = 3_600;

fn check(settings: &Settings, users: usize) -> Option<Diagnostic> {
    let requests = settings.requests_per_30_seconds;
    let shortest = shortest_interval_seconds(users, requests);
    let interval = settings.read_interval_seconds;
    if u64::from(interval) >= shortest {
        return None;
    }
    let message = format!(
        "reading the presences of {users} users every {interval} s exceeds the limit of {requests} requests in 30 s"
    );
    let finding = RULE.at(keys::READ_INTERVAL_SECONDS, message);
    Some(if shortest > MAX_INTERVAL_SECONDS {
        finding.help("increase sync.requests_per_30_seconds: for this many users, no interval is long enough")
    } else {
        finding.help(format!("set the interval to at least {shortest} s"))
    })
}

/// The shortest interval in whole seconds, at least 1, at which the presences of `users` can be read
/// repeatedly with 90 % of the requests that Graph allows in 30 s.
fn shortest_interval_seconds(users: usize, requests_per_30_seconds: u16) -> u64 {
    let requests = u64::try_from(users).unwrap_or(u64::MAX).div_ceil(PRESENCES_PER_REQUEST);
    let (share, whole) = SHARE;
    let allowed = share.saturating_mul(u64::from(requests_per_30_seconds.max(1)));
    requests.saturating_mul(30 * whole).div_ceil(allowed).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_budget_is_reserved_for_writes() {
        for (users, requests, seconds) in [
            (0, 1_500, 1),
            (1, 1_500, 1),
            (29_250, 1_500, 1),
            (29_251, 1_500, 2),
            (100_000, 1_500, 4),
            (100_000, 10_000, 1),
            (100_000, 1_026, 6),
            (1_000_000, 1_500, 35),
            (650, 1, 34),
        ] {
            assert_eq!(shortest_interval_seconds(users, requests), seconds, "{users} {requests}");
        }
    }
}
