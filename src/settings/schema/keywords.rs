//! Keywords of the schema that are this program's or another tool's own.

/// The keyword with the titles of the values of `enum`, in their order; Jedison's.
pub(in crate::settings) const ENUM_TITLES: &str = "x-enumTitles";

/// The keyword of a key that counts only while another key has a value: `{"key": …, "value": …}`.
pub(in crate::settings) const SHOWN_WHEN: &str = "x-shown-when";
