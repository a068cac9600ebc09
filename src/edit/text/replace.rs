//! Replaces the value of an existing key.

use crate::diagnostic::Key;
use crate::edit::change::{EditError, NewValue};
use crate::edit::replacement::Replacement;
use crate::source::Source;
use crate::source::tree::{Origin, Value};

/// The replacement of an existing value.
pub(super) fn replace(source: &Source, key: &Key, value: &NewValue) -> Result<Replacement, EditError> {
    let Some(id) = source.tree().find(key) else { return Err(EditError::NotSet(key.clone())) };
    let node = source.tree().node(id);
    let is_written_in_place = match &node.value {
        Value::Table(table) => table.origin == Origin::Inline,
        Value::Array(array) => !array.of_headers,
        _ => true,
    };
    if !is_written_in_place {
        return Err(EditError::IsATable(key.clone()));
    }
    Ok(Replacement { range: node.span.clone(), with: value.render() })
}
