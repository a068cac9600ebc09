//! Findings about the characters of a value: control characters, disguises, and nothing visible.

use super::section::Section;
use crate::diagnostic::{Edit, id};
use crate::source::fault::HOW_TO_ESCAPE;
use crate::text::{TYPE_THE_VALUE, UNMASK, code_point, describe_character};

impl Section<'_> {
    pub(super) fn report_blank(&mut self, name: &str) {
        self.report(id::INVALID_VALUE, name, "contains only whitespace or invisible characters");
    }

    pub(super) fn report_control(&mut self, name: &str, control: char) {
        let message = format!("contains the control character {}", code_point(control));
        self.report(id::INVALID_VALUE, name, message).help = Some(HOW_TO_ESCAPE.to_owned());
    }

    /// Reports a character that was probably copied along. `is_repairable` says whether the value is valid
    /// without it.
    pub(super) fn report_disguise(&mut self, name: &str, disguise: char, is_repairable: bool) {
        let key = self.key.child(name);
        let message = format!("contains {}", describe_character(disguise));
        let found = self.report(id::INVALID_VALUE, name, message);
        *found = found.clone().help(TYPE_THE_VALUE);
        if is_repairable {
            *found = found.clone().safe_fix(UNMASK, Edit::Unmask(key));
        }
    }
}
