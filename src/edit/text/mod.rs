//! Changing a text: some keys get other values, and every other byte stays as it is.
//!
//! Rendering a whole document again loses CRLF, byte order marks and the order of dotted keys; so a change replaces the bytes of one
//! value, or inserts or deletes lines. A second reader, `toml_edit`, then has to agree that exactly the asked keys changed.

mod batch;
mod insert;
mod proof;
mod remove;
mod replace;

use batch::Batch;

use super::change::{Change, EditError};
use crate::source::Source;

/// The text with `changes` made, in their order.
///
/// # Errors
/// [`EditError`] says why. The text is then to stay as it is.
///
/// ```
/// use swyx_teams::edit::{Change, NewValue, edit_text};
///
/// let text = "[control_center]\r\nMsTeamsStatusSyncMode = 1 # as agreed\r\n";
/// let changes = [Change::Set("control_center.MsTeamsStatusSyncMode".parse()?, NewValue::Integer(2))];
/// assert_eq!(edit_text(text, &changes)?, "[control_center]\r\nMsTeamsStatusSyncMode = 2 # as agreed\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn edit_text(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let mut text = text.to_owned();
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let is_proven = |after: &str, made: usize| {
            rest.get(..made).is_some_and(|made| proof::changes_only(&text, after, made))
        };
        // What cannot be proven together may still be proven alone.
        let together = batch(&text, rest)?.filter(|(after, made)| is_proven(after, *made));
        let made = match together {
            Some(made) => Some(made),
            None => {
                batch(&text, std::slice::from_ref(first))?.filter(|(after, made)| is_proven(after, *made))
            }
        };
        let (after, count) = made.ok_or_else(|| EditError::Unproven(first.key().clone()))?;
        text = after;
        rest = rest.get(count..).unwrap_or_default();
    }
    Ok(text)
}

/// The text after the changes that can be made in one pass, and how many these are: at least the first. Nothing if they overlap.
fn batch(text: &str, changes: &[Change]) -> Result<Option<(String, usize)>, EditError> {
    let (source, _) = Source::new("", text.as_bytes().to_vec(), false);
    if !source.is_sound() {
        return Err(EditError::NotToml);
    }
    // The tree is as large as the file, and so is what the proof needs: it is dropped before.
    Batch::collect(&source, changes).map(Batch::text)
}

/// The text that [`edit_text`] is about to make of a source, without the second reader's opinion: for a preview, since many changes of
/// a large file are shown while someone types.
///
/// # Errors
/// As [`edit_text`].
pub(crate) fn sketch(source: &Source, changes: &[Change]) -> Result<String, EditError> {
    if changes.is_empty() {
        return Ok(source.text().to_owned());
    }
    match Batch::collect(source, changes).map(Batch::text) {
        Ok(Some((after, made))) if made == changes.len() => Ok(after),
        _ => edit_text(source.text(), changes),
    }
}
