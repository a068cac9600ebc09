//! All codes in one table, and the code of a number.

use super::{Code, administrator, application};

/// All codes that are known here.
pub fn all() -> impl Iterator<Item = &'static Code> {
    application::CODES.iter().chain(administrator::CODES)
}

/// The code of a number.
pub fn find(number: u32) -> Option<&'static Code> {
    all().find(|code| code.number == number)
}
