//! How the end of a credential is described, and how long before it a renewal is due.

use jiff::{SignedDuration, Timestamp};

/// The end date as part of a sentence, in UTC like the portal's own data.
pub(super) fn describe_end(ends: Timestamp, left: SignedDuration) -> String {
    let date = ends.strftime("%Y-%m-%d");
    match left.as_hours().div_euclid(HOURS_OF_A_DAY) {
        ..0 => format!("expired on {date}"),
        0 => format!("expires on {date}, in less than a day"),
        1 => format!("expires on {date}, in 1 day"),
        days => format!("expires on {date}, in {days} days"),
    }
}

const HOURS_OF_A_DAY: i64 = 24;

/// A number of days of 24 hours. `invalid-value` reports a number out of range.
pub(super) fn days(days: i64) -> SignedDuration {
    const MAX_DAYS: i64 = 365;
    SignedDuration::from_hours(days.clamp(0, MAX_DAYS) * HOURS_OF_A_DAY)
}
