//! Changes the values of some keys in a text; every other byte stays unchanged.
//!
//! Rendering a whole document again would lose CRLF, byte order marks and the order of dotted keys. So a
//! change replaces the bytes of one value, or inserts or deletes lines. A second parser, `toml_edit`, then
//! confirms that exactly the requested keys changed.

mod batch;
mod insert;
mod proof;
mod remove;
mod replace;

use batch::Batch;
pub(super) use insert::line_end;

use super::change::{Change, EditError};
use crate::source::Source;

/// Returns the text with `changes` made in order.
///
/// # Errors
/// [`EditError`] if a change cannot be made. Then the text must stay unchanged.
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
        // Changes that cannot be proven together may be provable one by one.
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

/// Returns the text after the changes that can be made in one pass, and their number, at least one, or `None`
/// if they overlap.
fn batch(text: &str, changes: &[Change]) -> Result<Option<(String, usize)>, EditError> {
    let (source, _) = Source::new("", text.as_bytes().to_vec(), false);
    if !source.is_sound() {
        return Err(EditError::NotToml);
    }
    // The tree is dropped before the proof, because both need as much memory as the file.
    Batch::collect(&source, changes).map(Batch::text)
}

/// Returns the text that [`edit_text`] would create, without the proof by the second parser. Previews use it,
/// because they show many changes of a large file while the user types.
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
