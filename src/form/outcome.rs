//! What a posted form would make of the file, before anything is written.

use super::description::Form;
use super::findings::{Finding, findings};
use super::posted::Posted;
use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use crate::edit::{self, EditError};

/// A look at what would be saved.
pub struct Look {
    /// The check of it.
    pub after: Checked,
    /// The errors that would be new in the file.
    pub added: Vec<Diagnostic>,
    /// How many errors prevent saving: those, double and incomplete rows, and changes of read-only keys.
    pub refused: usize,
    /// All findings, beside the parts of the form as it was posted.
    pub findings: Vec<Finding>,
}

/// Looks at what a posted form would make of the file that it was made of.
///
/// # Errors
/// [`EditError`] if the file is written in a way in which it cannot be changed like this.
pub fn look(form: &Form, base: &Checked, posted: &Posted) -> Result<Look, EditError> {
    let (after, added) = edit::preview(base, posted.changes())?;
    let findings = findings(form, &after, Some(posted));
    let refused =
        added.len() + posted.twice().len() + posted.incomplete().len() + posted.read_only_keys().len();
    Ok(Look { after, added, refused, findings })
}
