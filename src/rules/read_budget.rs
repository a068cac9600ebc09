//! `read-budget`: the presences of so many users cannot be read so often.

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Check, Rule};
use crate::settings::{Settings, keys};

pub(super) const RULE: Rule = Rule {
    id: "read-budget",
    severity: Severity::Warning,
    title: "so many presences cannot be read so often",
    doc: "\
## What
Reading the presences of all matched users every `read_interval_seconds` takes more than 90 % of `requests_per_30_seconds`. Checked by
`users` and `sync`, which know how many users there are.
## Why
One request reads at most 650 presences, and Microsoft Graph takes 1,500 presence requests in 30 seconds from one application in one
tenant, writes among them. Beyond that it refuses them all for a while (HTTP 429). The synchronisation keeps to the limit, so what
suffers is the interval: a status of Teams shows later in Swyx.
## Fix
Make the interval at least as long as the message says. A newer page of Microsoft's allows 10,000 requests in 30 seconds: whoever relies
on it sets `requests_per_30_seconds`.
## Source
<https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>, <https://learn.microsoft.com/graph/throttling-limits>. That a tenth
is left to writes is this project's own choice.",
    keys: &[keys::READ_INTERVAL_SECONDS, keys::REQUESTS_PER_30_SECONDS],
    check: Check::Counted(check),
};

/// Presences that one request reads at most. Source: <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>.
const PRESENCES_PER_REQUEST: u64 = 650;
/// Readings may take 9 of 10 requests.
const SHARE: (u64, u64) = (9, 10);
/// The longest `sync.read_interval_seconds`.
const LONGEST_SECONDS: u64 = 3_600;

fn check(settings: &Settings, users: usize) -> Option<Diagnostic> {
    let requests = settings.requests_per_30_seconds;
    let shortest = shortest_interval_seconds(users, requests);
    let interval = settings.read_interval_seconds;
    if u64::from(interval) >= shortest {
        return None;
    }
    let message = format!(
        "the presences of {users} users cannot be read every {interval} s within {requests} requests in 30 s"
    );
    let finding = RULE.at(keys::READ_INTERVAL_SECONDS, message);
    Some(if shortest > LONGEST_SECONDS {
        finding
            .help("no interval is long enough: sync.requests_per_30_seconds is too small for so many users")
    } else {
        finding.help(format!("the shortest interval that fits is {shortest} s"))
    })
}

/// The shortest interval in whole seconds, at least 1, in which the presences of `users` can be read over and over with 90 % of the
/// requests that Graph allows in 30 s.
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
    fn a_tenth_of_the_budget_is_left_to_writes() {
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
