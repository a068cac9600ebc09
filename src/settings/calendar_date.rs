//! A calendar date in the settings file.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::text::InvalidFormat;

/// A day: a TOML date without quotes, or the same date in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarDate(Date);

impl CalendarDate {
    /// The day.
    pub fn date(self) -> Date {
        self.0
    }
}

impl FromStr for CalendarDate {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        let is_dash = |at: usize| at == 4 || at == 7;
        let has_form = text.len() == "2027-05-29".len()
            && text
                .bytes()
                .enumerate()
                .all(|(at, b)| if is_dash(at) { b == b'-' } else { b.is_ascii_digit() });
        let date = Some(text).filter(|_| has_form).and_then(|text| text.parse().ok());
        date.map(Self).ok_or(InvalidFormat("write a date like 2027-05-29, without a time"))
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for CalendarDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CalendarDate".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}
