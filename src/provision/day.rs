//! Dates: how they are shown, and how many days are left.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A date in the format `2026-03-01`, which is unambiguous in every country.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// The day in UTC.
pub(super) fn utc_day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// Whole days until `end`; zero or negative if it has passed.
pub(super) fn days_left(end: Timestamp, now: Timestamp) -> i64 {
    end.duration_since(now).as_hours().div_euclid(24)
}
