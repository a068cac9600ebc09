//! The rates that Microsoft documents for Graph, counted per application, and the rates of a whole tenant.
//!
//! <https://learn.microsoft.com/en-us/graph/throttling-limits>, read in August 2026; for presences the smaller figure of two pages:
//! <https://learn.microsoft.com/en-us/graph/api/cloudcommunications-getpresencesbyuserid>. The directory's limits of one application over
//! all tenants are left out: within a single tenant, a smaller limit always applies first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::Method;
use jiff::Timestamp;
use uuid::Uuid;

use super::message::Request;

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    /// All requests: 130,000 in 10 s.
    All,
    /// Presence: 1,500 requests in 30 s.
    Presence,
    /// Directory, in resource units in 10 s: 3,500 below 50 users, 5,000 up to 500, 8,000 above.
    Directory,
    /// Writes to the directory: 3,000 in 150 s.
    DirectoryWrites,
    /// Writes to the directory by all applications together: 18,000 in 300 s.
    TenantWrites,
}

impl Class {
    /// The amount and the seconds of a limit.
    fn limit(self, users: usize) -> (u32, i64) {
        match self {
            Self::All => (130_000, 10),
            Self::Presence => (1_500, 30),
            Self::Directory if users < 50 => (3_500, 10),
            Self::Directory if users <= 500 => (5_000, 10),
            Self::Directory => (8_000, 10),
            Self::DirectoryWrites => (3_000, 150),
            Self::TenantWrites => (18_000, 300),
        }
    }
}

/// Counts requests in windows of fixed length, which start with their first request.
#[derive(Default)]
pub(super) struct Limits {
    windows: Mutex<HashMap<(Uuid, Class), Window>>,
}

/// Represents all applications together.
const EVERYBODY: Uuid = Uuid::nil();

struct Window {
    began: Timestamp,
    used: u32,
}

/// The cost of a request, and its limits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cost {
    presence: bool,
    write: bool,
    /// Resource units; 0 for presences.
    pub(super) units: u32,
}

/// The cost of a request: lists of users, applications and assignments 2 units, others 1; `$select` and `$top` below 20 one unit less
/// each, `$expand` one more, and at least 1.
pub(super) fn cost(request: &Request) -> Cost {
    let path = request.path.as_str();
    let write = request.method != Method::GET;
    if path.contains("/presence") || path.contains("/getPresencesByUserId") {
        return Cost { presence: true, write, units: 0 };
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let base = match last {
        "users" | "applications" | "appRoleAssignments" | "appRoleAssignedTo" if !write => 2_u32,
        _ => 1,
    };
    let query = request.query.as_deref().unwrap_or_default();
    let (mut more, mut less) = (0, 0);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "$select" => less += 1,
            "$top" if value.parse::<u32>().is_ok_and(|top| top < 20) => less += 1,
            "$expand" => more += 1,
            _ => {}
        }
    }
    Cost { presence: false, write, units: (base + more).saturating_sub(less).max(1) }
}

impl Limits {
    /// Counts a request; if it exceeds a limit, returns the seconds until the next window.
    pub(super) fn count(&self, client: Uuid, cost: &Cost, users: usize, now: Timestamp) -> Option<f64> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = None;
        let writes = u32::from(cost.write && !cost.presence);
        let counted = [
            (client, Class::All, 1),
            (client, Class::Presence, u32::from(cost.presence)),
            (client, Class::Directory, cost.units),
            (client, Class::DirectoryWrites, writes),
            (EVERYBODY, Class::TenantWrites, writes),
        ];
        for (who, class, amount) in counted.into_iter().filter(|&(_, _, amount)| amount > 0) {
            let (most, seconds) = class.limit(users);
            let window = windows.entry((who, class)).or_insert(Window { began: now, used: 0 });
            if now.duration_since(window.began).as_secs() >= seconds {
                *window = Window { began: now, used: 0 };
            }
            window.used = window.used.saturating_add(amount);
            if window.used > most {
                let wait = seconds as f64 - now.duration_since(window.began).as_secs_f64();
                left = Some(wait.max(left.unwrap_or(0.0)));
            }
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, path: &str, query: Option<&str>) -> Request {
        let ids = super::super::message::RequestIds { request: Uuid::nil(), client: String::new() };
        Request {
            method,
            path: path.to_owned(),
            is_beta: false,
            query: query.map(str::to_owned),
            headers: axum::http::HeaderMap::new(),
            body: axum::body::Bytes::new(),
            ids,
        }
    }

    #[test]
    fn request_costs_are_as_documented() {
        for (path, query, units) in [
            ("/users", None, 2),
            ("/users", Some("$select=id"), 1),
            ("/users", Some("%24select=id&$top=5"), 1),
            ("/users", Some("$expand=manager"), 3),
            ("/users/1", None, 1),
            ("/organization", None, 1),
            ("/users/1/presence", None, 0),
        ] {
            assert_eq!(cost(&request(Method::GET, path, query)).units, units, "{path} {query:?}");
        }
    }

    #[test]
    fn tenant_writes_are_counted_across_applications() {
        let limits = Limits::default();
        let cost = cost(&request(Method::PATCH, "/applications/1", None));
        let now = "2026-01-31T12:00:00Z".parse::<Timestamp>().expect("a time");
        let writes = |client, times, now| {
            (0..times).filter_map(|_| limits.count(Uuid::from_u128(client), &cost, 1_000, now)).last()
        };
        assert!((1..=6).all(|client| writes(client, 3_000, now).is_none()));
        assert_eq!(writes(7, 1, now), Some(300.0));
        let later = now + std::time::Duration::from_secs(299);
        assert_eq!(
            (writes(7, 1, later), writes(7, 1, now + std::time::Duration::from_secs(300))),
            (Some(1.0), None)
        );
    }

    #[test]
    fn request_1501_within_30_seconds_waits_for_the_window_to_end() {
        let limits = Limits::default();
        let cost = cost(&request(Method::POST, "/communications/getPresencesByUserId", None));
        let now = "2026-01-31T12:00:00Z".parse::<Timestamp>().expect("a time");
        assert!((0..1500).all(|_| limits.count(Uuid::max(), &cost, 10, now).is_none()));
        let later = now + std::time::Duration::from_millis(12_872);
        let wait = limits.count(Uuid::max(), &cost, 10, later).expect("a limit");
        assert!((wait - 17.128).abs() < 1e-6, "{wait}");
        assert_eq!(
            limits.count(Uuid::from_u128(1), &cost, 10, later),
            None,
            "another application has its own"
        );
        let after = now + std::time::Duration::from_secs(30);
        assert_eq!(limits.count(Uuid::max(), &cost, 10, after), None);
    }
}
