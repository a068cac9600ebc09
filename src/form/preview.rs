//! The preview of a posted form, before anything is written.

use super::description::Form;
use super::findings::{Finding, collect_findings};
use super::posted::Posted;
use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use crate::edit::{self, EditError};

/// A preview of what would be saved.
#[non_exhaustive]
pub struct Preview {
    /// The check of the new text.
    pub after: Checked,
    /// The errors that would be added to the file.
    pub added: Vec<Diagnostic>,
    /// The number of errors that prevent saving: added errors, duplicate and incomplete rows, and changes of
    /// read-only keys.
    pub refused: usize,
    /// All findings, assigned to the parts of the posted form.
    pub findings: Vec<Finding>,
}

/// Previews the file that a posted form would save.
///
/// ```
/// use swyx_teams::form::{Form, Posted, Values, preview};
///
/// let form = Form::new();
/// let base = swyx_teams::check::check_bytes("a.toml", b"[control_center]\nMsTeamsStatusSyncMode = 1\n".to_vec(), false);
/// let sent = [("control_center.MsTeamsStatusSyncMode".to_owned(), "3".to_owned())];
/// let posted = Posted::new(&form, &base, &Values::of(&form, &base), sent, Default::default())?;
/// let preview = preview(&form, &base, &posted)?;
/// assert_eq!((preview.refused, preview.added[0].rule), (1, "invalid-value"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EditError`] if the file cannot be changed because of the way it is written.
pub fn preview(form: &Form, base: &Checked, posted: &Posted) -> Result<Preview, EditError> {
    let (after, added) = edit::preview(base, posted.changes())?;
    let findings = collect_findings(form, &after, Some(posted));
    let refused =
        added.len() + posted.twice().len() + posted.incomplete().len() + posted.read_only_keys().len();
    Ok(Preview { after, added, refused, findings })
}
