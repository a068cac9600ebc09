//! Durations in the formats that clients use: ISO 8601 and clock time.
//!
//! The pattern of `Edm.Duration` is that of
//! <https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html>: days, hours, minutes and seconds, no months and
//! no years. Microsoft Graph's SDK for Python writes a `timedelta` as `0:05:00`.

use std::time::Duration;

/// Parses `PT5M`, `P1DT12H`, `PT0.5S` or `0:05:00`; `None` if it is neither format, negative, or too long.
pub(in crate::emulator) fn parse(text: &str) -> Option<Duration> {
    iso(text).or_else(|| clock(text))
}

fn iso(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let (days, date) = part(date, 'D')?;
    let (hours, time) = part(time, 'H')?;
    let (minutes, time) = part(time, 'M')?;
    let (seconds, time) = fractional_seconds(time)?;
    if !date.is_empty() || !time.is_empty() || text.is_empty() || text.ends_with('T') {
        return None;
    }
    total(days, hours, minutes, seconds)
}

/// A number before its unit and the rest, or zero if the unit is missing.
fn part(text: &str, unit: char) -> Option<(u64, &str)> {
    match text.split_once(unit) {
        Some((digits, rest)) => Some((whole(digits)?, rest)),
        None => Some((0, text)),
    }
}

fn fractional_seconds(text: &str) -> Option<(Duration, &str)> {
    let Some((number, rest)) = text.split_once('S') else { return Some((Duration::ZERO, text)) };
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, "0"));
    whole(fraction)?;
    let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some((Duration::new(whole(seconds)?, nanoseconds), rest))
}

/// Hours, minutes and seconds with colons between them.
fn clock(text: &str) -> Option<Duration> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let (minutes, seconds) = (two_digits(minutes)?, two_digits(seconds)?);
    total(0, whole(hours)?, minutes, Duration::from_secs(seconds))
}

fn two_digits(text: &str) -> Option<u64> {
    if text.len() == 2 { whole(text).filter(|number| *number < 60) } else { None }
}

fn whole(digits: &str) -> Option<u64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn total(days: u64, hours: u64, minutes: u64, seconds: Duration) -> Option<Duration> {
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    Duration::from_secs(minutes.checked_mul(60)?).checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed_in_both_formats() {
        let cases = [
            ("PT5M", 300_000),
            ("PT4H", 14_400_000),
            ("P1D", 86_400_000),
            ("P1DT1H1M1S", 90_061_000),
            ("PT300S", 300_000),
            ("PT0.25S", 250),
            ("PT0S", 0),
            ("0:05:00", 300_000),
            ("1:00:30", 3_630_000),
            ("04:00:00", 14_400_000),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn malformed_durations_are_rejected() {
        let cases = [
            "",
            "P",
            "PT",
            "5M",
            "PT5",
            "P5M",
            "PTM",
            "P1Y",
            "PT5M ",
            "PT5M3H",
            "P1DT",
            "PT1.S",
            "PT.5S",
            "300",
            "0:5:00",
            "0:60:00",
            "5:00",
            "PT+5M",
            "PT99999999999999999999M",
            "P999999999999999999D",
            "0:05:00:00",
            "Ｐ",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
