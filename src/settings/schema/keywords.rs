//! Keywords of the schema that only this program or one other tool uses.

/// Jedison's keyword for the titles of the values of `enum`, in the same order.
pub(in crate::settings) const ENUM_TITLES: &str = "x-enumTitles";

/// The keyword of a key that applies only while another key has a certain value: `{"key": …, "value": …}`.
pub(in crate::settings) const SHOWN_WHEN: &str = "x-shown-when";
