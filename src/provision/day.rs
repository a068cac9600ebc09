//! Days: as people read them, and how many are left.

use jiff::Timestamp;

/// A day, as people in every country read it.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// Whole days until `end`; none or less if it is over.
pub(super) fn days_left(end: Timestamp, now: Timestamp) -> i64 {
    end.duration_since(now).as_hours().div_euclid(24)
}
