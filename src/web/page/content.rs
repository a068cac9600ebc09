//! What the page of the form is made of.

use crate::form::{Finding, Form, Values};

/// What a page says besides the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Note {
    /// Nothing.
    None,
    /// The file was saved.
    Saved,
    /// There was nothing to save.
    Unchanged,
    /// Saving would add this many errors, so nothing was saved.
    Refused(usize),
}

/// What stands in a page.
pub(in crate::web) struct Content<'a> {
    /// The file's name.
    pub(in crate::web) name: &'a str,
    /// The file's path, quoted for a shell.
    pub(in crate::web) file_for_shell: &'a str,
    pub(in crate::web) form: &'a Form,
    pub(in crate::web) values: &'a Values,
    pub(in crate::web) findings: &'a [Finding],
    /// The page's number.
    pub(in crate::web) id: &'a str,
    /// What every change has to bring.
    pub(in crate::web) csrf: &'a str,
    pub(in crate::web) note: Note,
    /// Something that went wrong.
    pub(in crate::web) trouble: Option<&'a str>,
    /// The input to begin at.
    pub(in crate::web) begin_at: Option<&'a str>,
    /// Whether there is something to do besides editing.
    pub(in crate::web) acts: bool,
    /// Whether something was entered that is not saved.
    pub(in crate::web) unsaved: bool,
}
