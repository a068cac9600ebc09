//! All codes in one table, and the lookup by number.

use super::{Code, administrator, application, certificate};

/// All known codes.
pub fn list() -> impl Iterator<Item = &'static Code> {
    application::CODES.iter().chain(certificate::CODES).chain(administrator::CODES)
}

/// Returns the code with this number.
pub fn find(number: u32) -> Option<&'static Code> {
    list().find(|code| code.number == number)
}
